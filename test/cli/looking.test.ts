/** Commands that only look: status, graph, validate, explain, dry-run. */
import { readFileSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type StatusDocument, statusDocument } from '../../src/cli/status-schema.ts';
import { convoy, readOnly, Sandbox } from '../support/sandbox.ts';

const diamond = convoy({
  top: {},
  left: { requires: ['top'] },
  right: { requires: ['top'] },
  bottom: { requires: ['left', 'right'] },
});

const published = z.fromJSONSchema(JSON.parse(readFileSync('schemas/status.schema.json', 'utf8')));

/** Read strictly, by the published schema and by the declaration it was made from. */
function parseStatus(text: string): StatusDocument {
  const document: unknown = JSON.parse(text);
  expect(published.safeParse(document).error).toBeUndefined();
  return statusDocument.parse(document);
}

describe('status', () => {
  it('shows what is ready before the first run, and writes nothing', async () => {
    await using sandbox = new Sandbox(diamond);
    const before = sandbox.list();
    const { code, stdout, stderr } = await sandbox.gastown(['status']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/sample {2}not run yet {2}formula\.toml/);
    expect(stdout).toMatch(/○ {2}top {5}ready/);
    expect(stdout).toMatch(/· {2}bottom {2}waiting +2/);
    expect(sandbox.list()).toEqual(before);
    const document = parseStatus((await sandbox.gastown(['status', '--json'])).stdout);
    expect(document.run).toBeNull();
    expect(document.beads.map(({ id, status, level }) => [id, status, level])).toEqual([
      ['top', 'ready', 0],
      ['left', 'waiting', 1],
      ['right', 'waiting', 1],
      ['bottom', 'waiting', 2],
    ]);
  });

  it('knows that a workflow has one bead ready, and what files declare done', async () => {
    await using sandbox = new Sandbox({
      'formula.toml':
        '[formula]\nname = "chain"\ntype = "workflow"\n[formula.beads]\norder = ["a", "b", "c"]\n',
      'gastown.toml': '',
      'beads/a.toml': '[bead]\nid = "a"\nstatus = "done"\n[bead.task]\nrun = "true"\n',
      'beads/b.toml': '[bead]\nid = "b"\n[bead.task]\nrun = "true"\n',
      'beads/c.toml': '[bead]\nid = "c"\n[bead.task]\nrun = "true"\n',
    });
    const { beads } = parseStatus((await sandbox.gastown(['status', '--json'])).stdout);
    expect(beads.map(({ status }) => status)).toEqual(['done', 'ready', 'waiting']);
    expect(beads[0]?.note).toBe('declared done by its file, not verified');
  });

  it('shows a run while it is going on, and after it', async () => {
    await using sandbox = new Sandbox(
      convoy({
        quick: {},
        slow: { requires: ['quick'], run: 'echo begun; while [ ! -e go ]; do sleep 0.05; done' },
      }),
    );
    const { ended } = sandbox.start(['run']);
    await sandbox.until('slow runs', async () =>
      (await sandbox.gastown(['status'])).stdout.includes('●  slow'),
    );
    const during = parseStatus((await sandbox.gastown(['status', '--json'])).stdout);
    expect(during.run).toMatchObject({ id: 'r1', phase: 'active', outcome: null, driver: 'alive' });
    expect((await sandbox.gastown(['status'])).stdout).toContain('run r1 running');
    sandbox.write({ go: '' });
    expect((await ended).code).toBe(0);
    const after = parseStatus((await sandbox.gastown(['status', '--json'])).stdout);
    expect(after.run).toMatchObject({ phase: 'settled', outcome: 'done', driver: 'none' });
    expect(after.beads.map(({ status, attempts }) => [status, attempts])).toEqual([
      ['done', 1],
      ['done', 1],
    ]);
    expect((await sandbox.gastown(['status'])).stdout).toMatch(/run r1 done[\s\S]*2\/2 done/);
  });

  it('tells everything about one bead', async () => {
    await using sandbox = new Sandbox(
      convoy({
        first: {},
        second: {
          requires: ['first'],
          run: 'mkdir -p out; echo made; date > out/it.txt; test $GASTOWN_ATTEMPT -gt 1',
          more: `artifacts = ["out/it.txt"]
[bead.acceptance]
criteria = [{ text = "it is there", check = "test -s out/it.txt" }, "it is beautiful"]
[bead.execution]
retries = 1
`,
        },
      }),
    );
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    const { stdout, code } = await sandbox.gastown(['status', '--bead', 'second']);
    expect(code).toBe(0);
    expect(stdout).toContain('✓ second  done');
    expect(stdout).toContain('beads/second.toml');
    expect(stdout).toMatch(/requires {2}✓ first {2}done/);
    expect(stdout).toMatch(/1 {2}\d{4}-\d\d-\d\d .* failed after/);
    expect(stdout).toMatch(/2 {2}\d{4}-\d\d-\d\d .* done after/);
    expect(stdout).toContain('exit status 1; its last output line: made');
    expect(stdout).toContain('.gastown/state/runs/r1/second.2/log');
    expect(stdout).toMatch(/verified it is there[\s\S]*claimed {2}it is beautiful/);
    const document = parseStatus((await sandbox.gastown(['status', '--bead', 'second', '--json'])).stdout);
    expect(document.beads).toHaveLength(1);
    expect(document.beads[0]?.detail?.history?.map(({ status }) => status)).toEqual(['failed', 'done']);
    expect(document.beads[0]?.detail?.evidence?.criteria.map(({ verdict }) => verdict)).toEqual([
      'verified',
      'claimed',
    ]);
    expect(
      sandbox.has(document.beads[0]?.detail?.history?.[1]?.log.slice(sandbox.folder.length + 1) ?? '?'),
    ).toBe(true);
  });

  it('knows a bead before the first run, and suggests the one that was meant', async () => {
    await using sandbox = new Sandbox(diamond);
    const known = await sandbox.gastown(['status', '--bead', 'left']);
    expect(known.code).toBe(0);
    expect(known.stdout).toContain('not run yet');
    expect(await sandbox.gastown(['status', '--bead', 'lefd'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: no bead has the id "lefd"\n  = hint: did you mean "left"?\n',
    });
  });

  it('shows what is not done of a large formula, and all of it when asked', async () => {
    const beads = Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`b${at}`, {}]));
    await using sandbox = new Sandbox(convoy(beads));
    const short = await sandbox.gastown(['status']);
    expect(short.stdout).toContain('and 20 more; --all shows every bead');
    expect(short.stdout.match(/^○/gm)).toHaveLength(60);
    expect((await sandbox.gastown(['status', '--all'])).stdout.match(/^○/gm)).toHaveLength(80);
    const { beads: listed } = parseStatus((await sandbox.gastown(['status', '--json'])).stdout);
    expect(listed).toHaveLength(80);
  });

  it('says that a run was interrupted when its gastown was killed', async () => {
    await using sandbox = new Sandbox(convoy({ slow: { run: 'while [ ! -e go ]; do sleep 0.05; done' } }));
    const { process: driver, ended } = sandbox.start(['run']);
    await sandbox.until('slow runs', async () =>
      (await sandbox.gastown(['status'])).stdout.includes('●  slow'),
    );
    driver.kill('SIGKILL');
    await ended;
    const { stdout } = await sandbox.gastown(['status']);
    expect(stdout).toContain('run r1 interrupted');
    expect(stdout).toContain('interrupted: the gastown that ran this is gone; gastown resume goes on');
    expect(parseStatus((await sandbox.gastown(['status', '--json'])).stdout).run?.driver).toBe('gone');
    sandbox.write({ go: '' });
    expect((await sandbox.gastown(['resume'])).code).toBe(0);
    expect(parseStatus((await sandbox.gastown(['status', '--json'])).stdout).beads[0]?.attempts).toBe(1);
  });

  it('reads a project in a folder that cannot be written', async () => {
    await using sandbox = new Sandbox(diamond);
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    using _closed = readOnly(sandbox.folder);
    const { code, stdout, stderr } = await sandbox.gastown(['status']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('4/4 done');
    const bead = await sandbox.gastown(['status', '--bead', 'top']);
    expect(bead.code).toBe(0);
    expect(bead.stdout).toContain('✓ top  done');
  });

  it('refuses a wrong formula with its diagnostics', async () => {
    await using sandbox = new Sandbox(convoy({ a: { requires: ['b'] } }));
    const { code, stdout, stderr } = await sandbox.gastown(['status']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('error[plan/unknown-requirement]');
    const json = await sandbox.gastown(['status', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ diagnostics: [{ code: 'plan/unknown-requirement' }] });
  });
});

describe('graph', () => {
  it('draws boxes by levels, with the statuses of the latest run', async () => {
    await using sandbox = new Sandbox(diamond);
    const before = await sandbox.gastown(['graph']);
    expect(before.code).toBe(0);
    expect(before.stdout).toMatch(/│ +top +│/);
    await sandbox.gastown(['run', '--bead', 'top']);
    expect((await sandbox.gastown(['graph'])).stdout).toContain('✓ top');
  });

  it.each([
    ['mermaid', /^flowchart TD\n/],
    ['dot', /^digraph "sample" \{\n/],
    ['json', /^\{\n {2}"formula": "sample"/],
  ])('writes %s', async (format, expected) => {
    await using sandbox = new Sandbox(diamond);
    const { code, stdout, stderr } = await sandbox.gastown(['graph', '--format', format]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(expected);
  });

  it('draws a cyclic formula and says where the cycle is', async () => {
    await using sandbox = new Sandbox(
      convoy({ a: { requires: ['c'] }, b: { requires: ['a'] }, c: { requires: ['b'] } }),
    );
    const { code, stdout, stderr } = await sandbox.gastown(['graph']);
    expect(code).toBe(2);
    expect(stdout).toContain('Circular dependency detected:');
    expect(stderr).toContain('error[plan/cycle]');
    expect(stderr).toContain('beads/a.toml:4');
  });

  it('refuses an unknown format', async () => {
    await using sandbox = new Sandbox(diamond);
    const { code, stderr } = await sandbox.gastown(['graph', '--format', 'svg']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/text\|mermaid\|dot\|json|mermaid/);
  });
});

describe('validate', () => {
  it('says what a formula is', async () => {
    await using sandbox = new Sandbox(diamond);
    expect(await sandbox.gastown(['validate'])).toEqual({
      code: 0,
      stdout: '✓ sample is valid: convoy, 4 beads in 3 levels\n',
      stderr: '',
    });
    expect((await sandbox.gastown(['validate', 'formula.toml'])).code).toBe(0);
    expect((await sandbox.gastown(['validate', '--formula', '.'])).code).toBe(0);
  });

  it('counts warnings, which --strict makes errors', async () => {
    await using sandbox = new Sandbox(convoy({ a: { more: 'colour = "red"\n' } }));
    const lenient = await sandbox.gastown(['validate']);
    expect(lenient.code).toBe(0);
    expect(lenient.stdout).toContain('(1 warning)');
    expect(lenient.stderr).toContain('warning[schema/unknown-key]');
    const strict = await sandbox.gastown(['validate', '--strict']);
    expect([strict.code, strict.stdout]).toEqual([2, '']);
    expect(strict.stderr).toContain('error[schema/unknown-key]');
  });

  it('prints one JSON object, whatever is wrong', async () => {
    await using sandbox = new Sandbox(convoy({ a: { requires: ['nobody'] } }));
    const wrong = await sandbox.gastown(['validate', '--json']);
    expect([wrong.code, wrong.stderr]).toEqual([2, '']);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      valid: false,
      formula: { name: 'sample', file: 'formula.toml' },
      beads: 1,
      diagnostics: [{ code: 'plan/unknown-requirement', span: { file: 'beads/a.toml' } }],
    });
    const missing = await sandbox.gastown(['validate', 'nowhere.toml', '--json']);
    expect(missing.code).toBe(2);
    expect(JSON.parse(missing.stdout)).toMatchObject({
      valid: false,
      formula: null,
      diagnostics: [{ code: 'file/missing' }],
    });
    sandbox.write(diamond);
    rmSync(sandbox.path('beads/a.toml'));
    const good = await sandbox.gastown(['validate', '--json']);
    expect(JSON.parse(good.stdout)).toMatchObject({ valid: true, beads: 4, levels: 3, diagnostics: [] });
  });

  it('takes the formula once', async () => {
    await using sandbox = new Sandbox(diamond);
    const { code, stderr } = await sandbox.gastown(['validate', 'formula.toml', '--formula', 'other.toml']);
    expect([code, stderr]).toEqual([2, 'error: name the formula once: as an argument or with --formula\n']);
  });

  it('lists several formulas that could be meant', async () => {
    await using sandbox = new Sandbox({ ...diamond, 'gastown/formula.toml': '[formula]\nname = "x"\n' });
    const { code, stderr } = await sandbox.gastown(['validate']);
    expect(code).toBe(2);
    expect(stderr).toContain('error[project/several-formulas]');
    expect(stderr).toContain('gastown init PATH');
  });
});

describe('explain', () => {
  it('tells about a code, bare or as it was printed', async () => {
    await using sandbox = new Sandbox();
    const bare = await sandbox.gastown(['explain', 'plan/cycle']);
    expect(bare.code).toBe(0);
    expect(bare.stdout).toMatch(/^error\[plan\/cycle\]: .+\n\n\S/);
    expect(await sandbox.gastown(['explain', 'error[plan/cycle]:'])).toEqual(bare);
  });

  it('lists all codes by area', async () => {
    await using sandbox = new Sandbox();
    const { code, stdout } = await sandbox.gastown(['explain']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^plan$/m);
    expect(stdout).toMatch(/^ {2}plan\/cycle +\S/m);
  });

  it.each([['plan/cicle'], ['cycle']])('suggests a code for %s', async (asked) => {
    await using sandbox = new Sandbox();
    const { code, stderr } = await sandbox.gastown(['explain', asked]);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean plan/cycle?');
  });
});

describe('run --dry-run', () => {
  const project = {
    'formula.toml': '[formula]\nname = "sample"\ntype = "convoy"\n',
    'gastown.toml': `[rigs.default]
root = "work"
setup = ["echo setup > evidence"]
checks = ["echo rig-check > evidence"]
[agents.robot]
command = ["node", "robot.mjs", "it's a robot"]
`,
    'work/.keep': '',
    'beads/a.toml': '[bead]\nid = "a"\npriority = 9\n[bead.task]\nrun = "echo a > evidence\\necho b"\n',
    'beads/b.toml': `[bead]\nid = "b"\n[bead.task]\ndescription = "do it"\n[bead.acceptance]
checks = ["echo check > evidence"]\ncriteria = [{ text = "x", check = "echo criterion > evidence" }]\n`,
    'beads/c.toml': '[bead]\nid = "c"\n[bead.dependencies]\nrequires = ["a"]\n[bead.task]\nrun = "true"\n',
  };

  it('lists every command, and neither runs nor writes anything', async () => {
    await using sandbox = new Sandbox(project);
    const before = sandbox.list();
    const { code, stdout } = await sandbox.gastown(['run', '--dry-run']);
    expect(code).toBe(0);
    for (const command of ['setup', 'rig-check', 'a', 'check', 'criterion'])
      expect(stdout).toContain(`$ echo ${command} > evidence`);
    expect(stdout).toContain(`$ node robot.mjs 'it'\\''s a robot'`);
    expect(stdout.indexOf('  b  agent robot')).toBeLessThan(stdout.indexOf('  a  agent shell'));
    expect(stdout).toMatch(/Level 1\n {2}c {2}/);
    expect(sandbox.list()).toEqual(before);
  });

  it('prints JSON', async () => {
    await using sandbox = new Sandbox(project);
    const { stdout } = await sandbox.gastown(['run', '--dry-run', '--json', '--bead', 'c', '--with-deps']);
    expect(JSON.parse(stdout)).toMatchObject({
      rigs: [{ name: 'default', root: 'work', setup: ['echo setup > evidence'] }],
      beads: [
        { id: 'a', agent: 'shell', work: 'echo a > evidence\necho b', checks: ['echo rig-check > evidence'] },
        { id: 'c', level: 1 },
      ],
    });
  });

  it('leaves out what is done, until it changes', async () => {
    await using sandbox = new Sandbox(diamond);
    await sandbox.gastown(['run']);
    expect((await sandbox.gastown(['run', '--dry-run'])).stdout).toContain('nothing would run');
    expect((await sandbox.gastown(['run', '--dry-run', '--rerun'])).stdout).toContain('4 beads would run');
    sandbox.write({ 'beads/right.toml': sandbox.read('beads/right.toml').replace('true', 'echo changed') });
    const changed = JSON.parse((await sandbox.gastown(['run', '--dry-run', '--json'])).stdout);
    expect(changed.beads.map(({ id }: { id: string }) => id)).toEqual(['right', 'bottom']);
  });

  it('refuses a selection whose requirements are not met', async () => {
    await using sandbox = new Sandbox(diamond);
    const { code, stderr } = await sandbox.gastown(['run', '--dry-run', '--bead', 'left']);
    expect(code).toBe(2);
    expect(stderr).toContain('bead "left" requires what is not done: top');
  });
});
