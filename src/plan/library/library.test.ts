import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bead } from '../../core/plan.ts';
import { loadPlan } from '../load.ts';
import type { LoadResult, ProjectFiles } from '../load-request.ts';
import { loadSettings } from '../settings-load.ts';
import { fillTemplate, parseTemplate } from '../templates/template.ts';

type Files = Readonly<Record<string, string>>;

const FORMULA = '[formula]\nname = "f"\ntype = "convoy"\n';

function load(texts: Files, given: Files = {}): LoadResult & { readonly read: readonly string[] } {
  const missing = { type: 'problem', problem: 'missing', message: 'does not exist' } as const;
  const read: string[] = [];
  const files: ProjectFiles = {
    read(path) {
      read.push(path);
      return Object.hasOwn(texts, path) ? { type: 'text', text: texts[path] ?? '' } : missing;
    },
    list(folder) {
      const names = Object.keys(texts).flatMap((path) =>
        path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
      );
      return { type: 'list', entries: names.sort().map((name) => ({ name, kind: 'file' })) };
    },
  };
  const { settings } = loadSettings(files, { strict: false });
  const vars = { given: new Map(Object.entries(given)), earlier: {}, toRun: true };
  const hash = (text: string): string => text;
  const result = loadPlan({ formulaFile: 'plan/formula.toml', files, settings, hash, strict: false, vars });
  return { ...result, read };
}

function beadOf(texts: Files, given: Files = {}): Bead {
  const { plan, diagnostics } = load({ 'plan/formula.toml': FORMULA, ...texts }, given);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const bead = plan?.beads[0];
  if (bead === undefined) throw new Error('no bead');
  return bead;
}

describe('a bead over its library bead', () => {
  const library = [
    '[bead]',
    'name = "Library"',
    'description = "library"',
    'artifacts = ["library-1"]',
    '[bead.task]',
    'artifacts = ["library-2"]',
    'run = "library"',
    '[bead.acceptance]',
    'criteria = ["library"]',
    'checks = ["library"]',
    '[bead.execution]',
    'timeout = "1h"',
    'retries = 3',
    '[bead.context]',
    'from_spec = ["library"]',
    'from_trd = ["library"]',
  ].join('\n');
  const over = (own: string): Bead =>
    beadOf({ 'library/x.toml': library, 'plan/beads/a.toml': `[bead]\nid = "a"\nuse = "x"\n${own}\n` });

  it('has what it does not say from it', () => {
    expect(over('')).toMatchObject({
      id: 'a',
      name: 'Library',
      description: 'library',
      artifacts: ['library-1', 'library-2'],
      run: 'library',
      criteria: [{ text: 'library' }],
      checks: ['library'],
      timeoutMs: 3_600_000,
      file: 'plan/beads/a.toml',
    });
  });

  it.each([
    ['description = "own"', { description: 'own', run: 'library' }],
    ['[bead.task]\ndescription = "own"', { description: 'own', artifacts: ['library-1', 'library-2'] }],
    ['artifacts = ["own"]', { artifacts: ['own'], description: 'library' }],
    ['[bead.task]\nartifacts = []', { artifacts: [], run: 'library' }],
    ['[bead.acceptance]\ncriteria = []', { criteria: [], checks: ['library'] }],
    ['[bead.execution]\ntimeout_minutes = 5', { timeoutMs: 300_000 }],
    ['[bead.execution]\nretries = 1', { timeoutMs: 3_600_000 }],
    [
      '[bead.context]\nfrom_trd = ["own"]',
      {
        context: [
          { document: 'spec', ref: 'library', lines: undefined },
          { document: 'trd', ref: 'own', lines: undefined },
        ],
      },
    ],
  ])('wins key by key: %j', (own, expected) => {
    expect(over(own)).toMatchObject(expected);
  });

  it('is looked for beside the formula first', () => {
    const texts = {
      'library/x.toml': '[bead]\nname = "root"\n[bead.task]\nrun = "true"\n',
      'plan/beads/a.toml': '[bead]\nid = "a"\nuse = "x"\n',
    };
    expect(beadOf(texts).name).toBe('root');
    const nearer = { ...texts, 'plan/library/x.toml': '[bead]\nname = "near"\n[bead.task]\nrun = "true"\n' };
    expect(beadOf(nearer).name).toBe('near');
  });

  it('is read once, and what is wrong in it is said once', () => {
    const users = Object.fromEntries(
      ['a', 'b', 'c'].map((id) => [`plan/beads/${id}.toml`, `[bead]\nid = "${id}"\nuse = "x"\n`]),
    );
    const shared = '[bead]\nagent = "nobody"\nnmae = "x"\n';
    const { read, diagnostics } = load({ 'plan/formula.toml': FORMULA, 'library/x.toml': shared, ...users });
    expect(read.filter((path) => path === 'library/x.toml')).toHaveLength(1);
    expect(diagnostics.map(({ code, span }) => [code, span?.file, span?.start.line])).toEqual([
      ['schema/unknown-key', 'library/x.toml', 3],
      ['plan/unknown-agent', 'library/x.toml', 2],
    ]);
  });
});

describe('values in texts', () => {
  const vars = `${FORMULA}[formula.vars]\nname = "value"\ncount = 2\nsly = "{{name}}"\n`;
  const bead = (body: string): Files => ({
    'plan/formula.toml': vars,
    'plan/beads/a.toml': `[bead]\nid = "a"\n${body}`,
    'library/x.toml': '[bead]\ndescription = "{{in}} {{on}}"\n[inputs]\nin = "default"\non = false\n',
  });

  it('are filled in once', () => {
    expect(beadOf(bead('name = "{{sly}} \\\\{{name}} {{count}}"\n')).name).toBe('{{name}} {{name}} 2');
    expect(beadOf(bead('name = "{{name}}"\n'), { name: '{{sly}}' }).name).toBe('{{sly}}');
    const sly = bead('use = "x"\nwith = { in = "{{sly}}", on = true }\n');
    expect(beadOf(sly)).toMatchObject({ description: '{{name}} true', inputs: { in: '{{name}}', on: true } });
    const given = bead('use = "x"\nwith = { in = "\\\\{{on}}" }\n');
    expect(beadOf(given).description).toBe('{{on}} false');
  });

  it('are the inputs in a library bead, and the variables in the bead that uses it', () => {
    const { name, description } = beadOf(bead('name = "{{name}}"\nuse = "x"\n'));
    expect([name, description]).toEqual(['value', 'default false']);
  });

  it('leave text alone where nothing is declared', () => {
    const texts = { 'plan/beads/a.toml': '[bead]\nid = "a"\nname = "{{x}} \\\\{{y {{"\n' };
    const read = beadOf(texts);
    expect([read.name, read.inputs]).toEqual(['{{x}} \\{{y {{', undefined]);
    expect(load({ 'plan/formula.toml': FORMULA, ...texts }).plan?.formula).not.toHaveProperty('vars');
  });

  it('become part of the plan, and of the keys of what could have seen them', () => {
    const keys = (body: string, given: Files): readonly (string | undefined)[] => {
      const { plan } = load(bead(body), given);
      return [plan?.beads[0]?.key, plan?.hash];
    };
    const same = keys('', { count: '2' });
    expect(same).toEqual(keys('', {}));
    expect(keys('', { count: '3' })[0]).toBe(same[0]);
    expect(keys('', { count: '3' })[1]).not.toBe(same[1]);
    for (const seen of [
      'name = "{{count}}"\n',
      '[bead.task]\nrun = "true"\n',
      '[bead.acceptance]\nchecks = ["true"]\n',
      '[bead.acceptance]\ncriteria = [{ text = "x", check = "true" }]\n',
      'use = "x"\nwith = { in = "{{count}}" }\n',
    ])
      expect(keys(seen, { count: '3' })[0], seen).not.toBe(keys(seen, {})[0]);
    expect(load(bead('')).plan?.formula.vars).toEqual({ name: 'value', count: 2, sly: '{{name}}' });
  });
});

describe('a template', () => {
  const spawning = `${FORMULA}[formula.vars]\nname = "value"\n[formula.spawn]\nallowed = true\n`;
  const template = (own: string): Files => ({
    'plan/formula.toml': spawning,
    'plan/beads/a.toml': `[bead]\nid = "a"\nfor_each = "[1]"\n${own}\n`,
    'library/x.toml':
      '[bead]\ndescription = "{{in}} \\\\{{in}} {{item}}"\n[inputs]\nin = "{{item}}"\nitem = 1\n',
  });

  it('fills the variables of a template, and keeps the places of its item', () => {
    const { name, description } = beadOf(
      template('name = "{{index}} {{item.key}} {{name}} \\\\{{item}}"\nuse = "x"'),
      { name: '{{item}}' },
    );
    expect(name).toBe('{{index}} {{item.key}} \\{{item}} \\{{item}}');
    expect(fillTemplate(parseTemplate(description), () => 'item')).toBe('{{item}} {{in}} 1');
  });

  it('has names that are checked all the same', () => {
    const { diagnostics } = load(template('name = "{{itme}} {{item}} {{nothing}}"'));
    expect(diagnostics.map(({ code, span }) => [code, span?.start.column])).toEqual([
      ['template/unknown-name', 9],
      ['template/unknown-name', 27],
    ]);
  });
});

it('fills the question of a gate', () => {
  const formula = `${FORMULA}[formula.vars]\nname = "value"\n`;
  const bead = '[bead]\nid = "a"\ngate = "Really {{name}}?"\n';
  expect(beadOf({ 'plan/formula.toml': formula, 'plan/beads/a.toml': bead }).gate).toBe('Really value?');
});

describe('garbage', () => {
  it('never throws, and every place lies inside its file', () => {
    const good: Files = {
      'plan/formula.toml': `${FORMULA}[formula.vars]\na = "x"\n[formula.vars.b]\nenum = ["y"]\npattern = "[a-z]+"\n`,
      'plan/beads/one.toml': '[bead]\nid = "one"\nname = "{{a}}"\nuse = "x"\nwith = { in = "{{b}}" }\n',
      'plan/beads/two.toml': '[bead]\nid = "two"\nuse = "x"\nwith = { in = "z" }\nartifacts = ["{{a}}"]\n',
      'library/x.toml':
        '[bead]\nname = "{{in}}"\n[bead.task]\nartifacts = ["out/{{in}}"]\n[inputs.in]\nrequired = true\n',
    };
    const added = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom(
        '{{',
        '}}',
        '{{a}}',
        '\\',
        '"""',
        '[inputs]',
        '"',
        '\n',
        '= 1',
        'use = "x"',
        '../',
        '\r\n',
      ),
    );
    const where = fc.double({ min: 0, max: 1, noNaN: true });
    const edits = fc.array(fc.tuple(fc.constantFrom(...Object.keys(good)), where, fc.nat(12), added), {
      maxLength: 4,
    });
    const given = fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'c'), fc.string());
    fc.assert(
      fc.property(edits, given, (changes, values) => {
        const files: Record<string, string> = { ...good };
        for (const [path, share, cut, text] of changes) {
          const old = files[path] ?? '';
          const at = Math.floor(share * old.length);
          files[path] = old.slice(0, at) + text + old.slice(at + cut);
        }
        const { plan, diagnostics, sources } = load(files, values);
        expect(plan === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
        for (const { span, related } of diagnostics) {
          for (const place of [...(span === undefined ? [] : [span]), ...related.map((one) => one.span)]) {
            const lines = (sources.get(place.file) ?? '').split('\n');
            for (const { line, column } of [place.start, place.end]) {
              expect(lines[line - 1]).toBeDefined();
              expect(column).toBeGreaterThanOrEqual(1);
              expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
