/** What commands say of how long a formula takes: simulate, dry-run, status. */
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { statusDocument } from '../../src/cli/status-schema.ts';
import { convoy, Sandbox } from '../support/sandbox.ts';

const fan = convoy(
  {
    top: {},
    ...Object.fromEntries(['a', 'b', 'c'].map((id) => [id, { requires: ['top'] }])),
    end: { requires: ['a', 'b', 'c'] },
  },
  '[formula.execution]\nparallel_beads = 2\n',
);

describe('simulate', () => {
  it('compares widths by counting beads before the first run, and writes nothing', async () => {
    await using sandbox = new Sandbox(fan);
    const before = sandbox.list();
    const { code, stdout, stderr } = await sandbox.gastown(['simulate']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('every bead counts as one');
    expect(stdout).toMatch(
      / 1 +5 beads +100 % +5 beads +1\.00\n +2 +4 beads +63 % +3 beads +1\.33\n +3 +3 beads/,
    );
    expect(stdout).toContain(
      'More than 3 at once will not help: top → a → end is the critical path (3 beads).',
    );
    expect(sandbox.list()).toEqual(before);
  });

  it('needs no values of variables, and takes those that are given, else those of the latest run', async () => {
    await using sandbox = new Sandbox({
      'formula.toml': '[formula]\nname = "f"\ntype = "convoy"\n[formula.vars.n]\ntype = "integer"\n',
      'beads/a.toml': '[bead]\nid = "a"\nartifacts = ["{{n}}.txt"]\n[bead.task]\nrun = "touch 7.txt"\n',
    });
    const first = await sandbox.gastown(['simulate']);
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringMatching(/^notice\[vars\/missing-value\]: variable "n" needs a value before/),
    ]);
    const wrong = await sandbox.gastown(['simulate', '--var', 'n=x']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('must be a whole number')]);
    expect(await sandbox.gastown(['simulate', '--var', 'n=7'])).toMatchObject({ code: 0, stderr: '' });
    expect((await sandbox.gastown(['run', '--var', 'n=7'])).code).toBe(0);
    expect(await sandbox.gastown(['simulate'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('prints JSON for the widths that were asked for', async () => {
    await using sandbox = new Sandbox(fan);
    const { stdout } = await sandbox.gastown(['simulate', '--json', '--parallel', '1,8']);
    expect(JSON.parse(stdout)).toMatchObject({
      formula: { name: 'sample', file: 'formula.toml' },
      unit: 'bead',
      durations: { known: 0, beads: 5, typical: 1 },
      widths: [
        { parallel: 1, makespan: 5, utilisation: 1, lowerBound: 5, ratio: 1 },
        { parallel: 8, makespan: 3, lowerBound: 3, ratio: 1 },
      ],
      enough: 3,
      bound: 'critical-path',
      criticalPath: { length: 3, beads: ['top', 'a', 'end'] },
    });
  });

  it('goes by past runs, and takes beads it does not know for the median', async () => {
    await using sandbox = new Sandbox(fan);
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    const known = await sandbox.gastown(['simulate']);
    expect(known.stdout).toContain('durations are those of past runs');
    expect(known.stdout).toMatch(/is the critical path \(\d+\.\ds\)/);
    sandbox.write({ 'beads/new.toml': '[bead]\nid = "new"\n[bead.task]\nrun = "true"\n' });
    expect((await sandbox.gastown(['simulate'])).stdout).toMatch(
      /durations of 5 of 6 beads are those of past runs, the others count as \d\.\ds, the median/,
    );
  });

  it('names what bounds: limits, or that a workflow has one width', async () => {
    await using sandbox = new Sandbox({
      ...fan,
      'gastown.toml': '[rigs.default]\nkind = "directory"\nroot = "."\nparallel = 1\n',
    });
    expect((await sandbox.gastown(['simulate'])).stdout).toContain(
      'More than 1 at once will not help: limits of rigs and agents',
    );
    sandbox.write({ 'formula.toml': '[formula]\nname = "sample"\ntype = "workflow"\n' });
    const { stdout } = await sandbox.gastown(['simulate', '--parallel', '1..4']);
    expect(stdout).toContain('A workflow runs one bead at a time.');
    expect(stdout).not.toMatch(/^ +2 /m);
  });

  it('shortens a long critical path', async () => {
    const ids = Array.from({ length: 9 }, (_, at) => `b${at}`);
    const chain = ids.map((id, at) => [id, { requires: ids.slice(Math.max(0, at - 1), at) }] as const);
    await using sandbox = new Sandbox(convoy(Object.fromEntries(chain)));
    expect((await sandbox.gastown(['simulate'])).stdout).toContain(
      'b0 → b1 → b2 → … → b7 → b8 is the critical path (9 beads)',
    );
  });

  it('refuses widths it does not understand, and formulas that are wrong', async () => {
    await using sandbox = new Sandbox(fan);
    const none = await sandbox.gastown(['simulate', '--parallel', '0']);
    expect([none.code, none.stdout]).toEqual([2, '']);
    expect(none.stderr).toContain('such as 8, 1..16 or 1,2,4');
    sandbox.write({ 'beads/end.toml': '[bead]\nid = "end"\n[bead.dependencies]\nrequires = ["end"]\n' });
    expect((await sandbox.gastown(['simulate'])).code).toBe(2);
  });
});

describe('run --dry-run', () => {
  it('says how long a run would take, once durations are known', async () => {
    await using sandbox = new Sandbox(fan);
    const before = await sandbox.gastown(['run', '--dry-run']);
    expect(before.stdout).not.toContain('in about');
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    const after = await sandbox.gastown(['run', '--dry-run', '--rerun']);
    expect(after.stdout).toMatch(/2 at once\nin about \d+\.\ds; durations are those of past runs/);
    const { predictedMs } = JSON.parse(
      (await sandbox.gastown(['run', '--dry-run', '--rerun', '--json'])).stdout,
    );
    expect(predictedMs).toBeGreaterThan(0);
    const one = await sandbox.gastown(['run', '--dry-run', '--rerun', '--bead', 'end', '--json']);
    expect(JSON.parse(one.stdout).predictedMs).toBeLessThan(predictedMs);
  });
});

describe('status', () => {
  it('says when a run will end while it is going on', async () => {
    await using sandbox = new Sandbox(
      convoy({
        first: { run: 'sleep 1' },
        second: { requires: ['first'], run: 'while [ -e hold ]; do sleep 0.05; done; sleep 1' },
      }),
    );
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    sandbox.write({ hold: '' });
    const { ended } = sandbox.start(['run', '--rerun']);
    const read = async () =>
      statusDocument.parse(JSON.parse((await sandbox.gastown(['status', '--json'])).stdout));
    await sandbox.until('first runs', async () => (await read()).beads[0]?.status === 'running');
    expect((await sandbox.gastown(['status'])).stdout).toMatch(/about [12]\.\ds left, going by past runs/);
    const { run } = await read();
    expect(run?.predictedEndAt).toBeGreaterThan((run?.createdAt ?? 0) + 1000);
    expect(run?.predictedEndAt).toBeLessThan((run?.createdAt ?? 0) + 30_000);
    rmSync(sandbox.path('hold'));
    expect((await ended).code).toBe(0);
    expect((await read()).run?.predictedEndAt).toBeNull();
  });
});
