/** The plan that is kept for the next start: the same as a loaded one, and given up as soon as any file says otherwise. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Bead, Plan } from '../src/core/plan.ts';
import { renderAll } from '../src/diagnostic/render-text.ts';
import { STAMP_LENGTH } from '../src/os/stamps.ts';
import type { ProjectOptions } from '../src/project/load-project.ts';
import { openProject, type ReadyProject } from '../src/project/open-project.ts';
import { readSnapshot, type Snapshot } from '../src/project/plan-snapshot.ts';
import { convoy, Sandbox } from './support/sandbox.ts';

const here = dirname(fileURLToPath(import.meta.url));
const FORMULA = 'gastown/formula.toml';
const options: ProjectOptions = { strict: false, vars: { given: new Map(), earlier: {}, toRun: true } };

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gastown-plan-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A file's dates count only when they are long ago: so they are an hour later. */
const later = (): number => Date.now() + 3_600_000;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** A project that can be run. */
async function ready(now = later): Promise<ReadyProject> {
  const project = await openProject({ root, formulaFile: FORMULA }, options, now);
  if (project.plan === undefined) throw new Error(renderAll(project.diagnostics, project.sources));
  return project;
}
const kept = (asked = options, formulaFile = FORMULA): Snapshot | undefined =>
  readSnapshot({ root, formulaFile }, asked, later());

/** Everything that a plan says, asked for field by field. */
function told({ hash, formula, beads, nodes }: Plan): unknown {
  const fields: Record<keyof Bead, true> = {
    ...{ id: true, name: true, file: true, description: true, requires: true, onFailureOf: true },
    ...{ priority: true, level: true, artifacts: true, criteria: true, checks: true, context: true },
    ...{ run: true, when: true, gate: true, forEach: true, inputs: true, spawns: true, parent: true },
    ...{ agent: true, rig: true, timeoutMs: true, declaredDone: true, statusLine: true, key: true },
  };
  const names = Object.keys(fields) as (keyof Bead)[];
  const told = beads.map((bead) => names.map((name) => [name, bead[name]]));
  return JSON.parse(JSON.stringify({ hash, formula, nodes, told, beads }));
}

describe('what is kept of', () => {
  const cases = ['golden', 'gallery'].flatMap((kind) =>
    readdirSync(join(here, kind)).map((name) => `${kind}/${name}`),
  );
  it.each(cases)('%s says what its files say', async (name) => {
    const folder = join(here, name);
    cpSync(join(folder, 'project'), root, { recursive: true, verbatimSymlinks: true });
    const file = join(folder, 'case.json');
    const {
      formula = 'formula.toml',
      strict = false,
      vars = {},
      toRun = false,
    } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { [key: string]: never }) : {};
    const formulaFile = existsSync(join(root, formula)) ? formula : FORMULA;
    const asked = { strict, vars: { given: new Map(Object.entries<string>(vars)), earlier: {}, toRun } };
    const cold = await openProject({ root, formulaFile }, asked, later);
    if (cold.plan === undefined) return expect(existsSync(join(root, '.gastown/state'))).toBe(false);
    const loaded = told(cold.plan);
    cold.keep();
    expect(told(cold.plan)).toEqual(loaded);
    const warm = kept(asked, formulaFile);
    if (warm === undefined) return expect.unreachable('it was kept');
    expect(told(warm.plan)).toEqual(loaded);
    expect(warm.settings).toStrictEqual(cold.settings);
    expect(warm.lanes).toEqual(cold.lanes);
    expect(renderAll(warm.diagnostics, warm.sources)).toBe(renderAll(cold.diagnostics, cold.sources));
    expect(kept({ ...asked, strict: !strict }, formulaFile)).toBeUndefined();
  });
});

function writeProject(): void {
  write('gastown.toml', '[agents.a]\ncommand = ["true"]\n[rigs.other]\nroot = "."\n');
  write(
    FORMULA,
    '[formula]\nname = "f"\ntype = "convoy"\n[formula.context]\nspec = "spec.md"\n[formula.vars]\nwho = "x"\n',
  );
  write('gastown/spec.md', '# One\n\ntext\n\n# Two\n');
  write('gastown/beads/a.toml', '[bead]\nid = "a"\n[bead.task]\ndescription = "for {{who}}"\nrun = "true"\n');
  write(
    'gastown/beads/b.toml',
    '[bead]\nid = "b"\nagent = "a"\n[bead.dependencies]\nrequires = ["a"]\n[bead.task]\ndescription = "t"\n[bead.context]\nfrom_spec = ["one"]\n',
  );
}

describe('a kept plan', () => {
  beforeEach(async () => {
    writeProject();
    const project = await ready();
    expect(renderAll(project.diagnostics, project.sources)).toBe('');
    project.keep();
    expect(kept()).toBeDefined();
  });

  const path = (file: string): string => join(root, file);
  const bead = 'gastown/beads/a.toml';
  const rewrite = (file: string, change: (text: string) => string): void =>
    write(file, change(readFileSync(path(file), 'utf8')));

  it.each<readonly [string, () => void]>([
    ['a changed bead', () => rewrite(bead, (text) => `${text}# more\n`)],
    [
      'a changed bead of the same size and date',
      () => {
        const { atime, mtime } = statSync(path(bead));
        rewrite(bead, (text) => text.replace('true', 'echo'));
        utimesSync(path(bead), atime, mtime);
      },
    ],
    ['a new bead', () => write('gastown/beads/c.toml', '[bead]\nid = "c"\n[bead.task]\nrun = "true"\n')],
    ['a bead that is gone', () => rmSync(path('gastown/beads/b.toml'))],
    ['a renamed bead', () => renameSync(path(bead), path('gastown/beads/z.toml'))],
    [
      'a bead that has become a link to another text',
      () => {
        write('elsewhere.toml', readFileSync(path(bead), 'utf8').replace('true', 'false'));
        rmSync(path(bead));
        symlinkSync('../../elsewhere.toml', path(bead));
      },
    ],
    [
      'a folder that has become a link out of the project',
      () => {
        const outside = mkdtempSync(join(tmpdir(), 'gastown-outside-'));
        onTestFinished(() => rmSync(outside, { recursive: true }));
        renameSync(path('gastown/beads'), join(outside, 'beads'));
        symlinkSync(join(outside, 'beads'), path('gastown/beads'));
      },
    ],
    ['a changed formula', () => rewrite(FORMULA, (text) => text.replace('"f"', '"g"'))],
    ['changed settings', () => rewrite('gastown.toml', (text) => text.replace('"true"', '"false"'))],
    ['a rig of its own file', () => write('rigs/third.toml', '[rig]\nname = "third"\n')],
    ['a changed heading', () => rewrite('gastown/spec.md', (text) => text.replace('One', 'Three'))],
    ['a changed section', () => rewrite('gastown/spec.md', (text) => text.replace('text', 'word'))],
    ['a document that is gone', () => rmSync(path('gastown/spec.md'))],
  ])('is given up for %s', (_, change) => {
    change();
    expect(kept()).toBeUndefined();
  });

  it.each<readonly [string, ProjectOptions]>([
    ['--strict', { ...options, strict: true }],
    ['--eager', { ...options, eager: true }],
    ['another value', { ...options, vars: { given: new Map([['who', 'y']]), earlier: {}, toRun: true } }],
    [
      'the values of an earlier run',
      { ...options, vars: { given: new Map(), earlier: { who: 'y' }, toRun: true } },
    ],
  ])('is not the one for %s', (_, asked) => {
    expect(kept(asked)).toBeUndefined();
  });

  it('stands when files are touched or written anew, and then need not be read again', () => {
    const before = readFileSync(snapshot());
    for (const file of [bead, FORMULA, 'gastown.toml', 'gastown/spec.md']) {
      rewrite(file, (text) => text);
      utimesSync(path(file), 1_000_000, 1_000_000);
    }
    write('README.md', 'nothing of the plan');
    const again = kept();
    expect(again?.plan.beads.map(({ id }) => id)).toEqual(['a', 'b']);
    const after = readFileSync(snapshot());
    expect(after.equals(before)).toBe(false);
    kept();
    expect(readFileSync(snapshot()).equals(after)).toBe(true);
  });

  it('goes by the text of a file that changed just before it was read: it may have changed again unseen', async () => {
    rmSync(snapshot());
    const place = { root, formulaFile: FORMULA };
    (await ready(Date.now)).keep();
    // No file has such a size, so none is taken for what it was without a look at its text.
    const stamps = new Float64Array(new Uint8Array(stampsOf(readFileSync(snapshot()))).buffer);
    expect([...stamps].filter((_, at) => at % STAMP_LENGTH === 0)).toEqual([-1, -1, -1, -1, -1]);
    expect(readSnapshot(place, options, Date.now())).toBeDefined();
    rewrite(bead, (text) => text.replace('true', 'echo'));
    expect(readSnapshot(place, options, Date.now())).toBeUndefined();
  });

  it('is believed from the folder only in which it was made', () => {
    const copy = join(root, 'copy');
    cpSync(path('.gastown'), join(copy, '.gastown'), { recursive: true });
    rmSync(path('.gastown/state'), { recursive: true });
    mkdirSync(join(root, 'aside'));
    mkdirSync(path('.gastown/state'), { mode: 0o700 });
    const name = readdirSync(join(copy, '.gastown/state')).find((file) => file.startsWith('plan-'));
    cpSync(join(copy, '.gastown/state', name ?? ''), path(`.gastown/state/${name}`));
    expect(kept()).toBeUndefined();
  });

  it.each<readonly [string, () => void]>([
    ['the state folder is open to others', () => chmodSync(path('.gastown/state'), 0o755)],
    ['others can write it', () => chmodSync(snapshot(), 0o622)],
    [
      'it is a link',
      () => {
        renameSync(snapshot(), path('elsewhere'));
        symlinkSync(path('elsewhere'), snapshot());
      },
    ],
    [
      'another build of the program wrote it',
      () =>
        writeFileSync(
          snapshot(),
          readFileSync(snapshot(), 'latin1').replace(' source ', ' sauces '),
          'latin1',
        ),
    ],
    [
      'it is a folder',
      () => {
        const name = snapshot();
        rmSync(name);
        mkdirSync(name);
      },
    ],
  ])('is not believed when %s', (_, change) => {
    change();
    expect(kept()).toBeUndefined();
  });

  it('is not believed, and harms nobody, when a byte of it is not what it was', () => {
    const whole = readFileSync(snapshot());
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const garbled = Buffer.from(whole);
        garbled[at] = (garbled[at] ?? 0) ^ change;
        writeFileSync(snapshot(), garbled);
        expect(kept()).toBeUndefined();
        writeFileSync(snapshot(), whole.subarray(0, at));
        expect(kept()).toBeUndefined();
      }),
      { numRuns: 300 },
    );
    writeFileSync(snapshot(), Buffer.concat([whole, Buffer.from('x')]));
    expect(kept()).toBeUndefined();
    writeFileSync(snapshot(), whole);
    expect(kept()).toBeDefined();
  });

  it('is written by many at once without harm', async () => {
    rmSync(snapshot());
    const projects = await Promise.all(Array.from({ length: 8 }, () => ready()));
    for (const project of projects) project.keep();
    expect(kept()).toBeDefined();
    expect(readdirSync(path('.gastown/state')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  const snapshot = (): string => {
    const name = readdirSync(path('.gastown/state')).find((file) => file.startsWith('plan-'));
    return path(`.gastown/state/${name}`);
  };
});

/** The second part of a snapshot. */
function stampsOf(bytes: Buffer): Buffer {
  const head = bytes.indexOf('\n') + 1;
  const begin = bytes.indexOf('\n', head) + 1;
  const [names, stamps] = bytes
    .toString('latin1', head, begin)
    .split(',')
    .map((extent) => Number(extent.split(' ')[0]));
  const from = begin + (names ?? 0);
  return bytes.subarray(from, from + (stamps ?? 0));
}

it('that cannot be kept is loaded again', async () => {
  writeProject();
  write('.gastown', 'a file where the folder would be');
  const project = await ready();
  project.keep();
  expect(project.plan).toBeDefined();
  expect(kept()).toBeUndefined();
});

describe('the program', () => {
  it('says the same when it starts from the kept plan, warnings included', async () => {
    await using sandbox = new Sandbox(convoy({ a: {}, b: { requires: ['a'] } }));
    const file = sandbox.list().find((path) => path.endsWith('b.toml')) ?? '';
    sandbox.write({ [file]: `surprise = 1\n${sandbox.read(file)}` });
    const first = await sandbox.gastown(['run']);
    expect(first.stderr).toContain('surprise');
    expect(sandbox.list().some((path) => path.includes('.gastown/state/plan-'))).toBe(true);
    const again = await sandbox.gastown(['run']);
    expect(again).toMatchObject({ code: 0, stderr: first.stderr });
    expect(again.stdout).toContain('everything asked for is done');
    const anew = await sandbox.gastown(['run', '--rerun']);
    expect(anew).toMatchObject({ code: 0, stderr: first.stderr });
    expect(anew.stdout).toContain('2 done');
    sandbox.write({ [file]: sandbox.read(file).replace('surprise', 'astonishment') });
    expect((await sandbox.gastown(['run'])).stderr).toContain('astonishment');
  });

  it('keeps nothing where it only looks', async () => {
    await using sandbox = new Sandbox(convoy({ a: {} }));
    for (const words of [['run', '--dry-run'], ['simulate'], ['graph'], ['status'], ['validate']])
      await sandbox.gastown(words);
    expect(sandbox.has('.gastown')).toBe(false);
  });

  it('starts from it twice at once', async () => {
    await using sandbox = new Sandbox(convoy({ a: {} }));
    const results = await Promise.all([sandbox.gastown(['run']), sandbox.gastown(['run'])]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect((await sandbox.gastown(['run'])).stdout).toContain('everything asked for is done');
  });
});
