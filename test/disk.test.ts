/** The real program on a disk that fills up, and on one that cannot be written: small file systems of our own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectNothingLeft } from './support/aftermath.ts';
import { linesOf } from './support/ledger.ts';
import { convoy, Sandbox } from './support/sandbox.ts';
import { mayMount, SmallDisk } from './support/small-disk.ts';
import { status } from './support/status.ts';

const STACK = /\n\s+at /;
const many = Object.fromEntries(
  Array.from({ length: 150 }, (_, at) => [
    `b${String(at).padStart(3, '0')}`,
    { requires: ['fill'], run: 'echo "$GASTOWN_BEAD" >> "$OUT"; head -c 4000 /dev/urandom | base64; true' },
  ]),
);

describe.skipIf(!mayMount)('a disk that fills up in the middle of a run', () => {
  it('ends the run with a sentence and exit code 3, loses nothing, and lets it go on once there is room', async () => {
    await using elsewhere = new Sandbox({ out: '' });
    const fill = { run: 'dd if=/dev/zero of=ballast bs=1k count=9000 2> /dev/null; true' };
    await using sandbox = new SmallDisk('8m', {
      ...convoy(
        { fill, ...many },
        '[formula.sync]\nmode = "none"\n[formula.execution]\non_failure = "skip"\n',
      ),
      'gastown.toml': `[rigs.default.env]\nOUT = "${elsewhere.path('out')}"\n`,
    });
    const first = await sandbox.gastown(['run']);
    expect(first.stderr).toContain('is full');
    expect(first.stderr).not.toMatch(STACK);
    expect(first.code).toBe(3);
    expect(sandbox.processes()).toEqual([]);
    const beads = async (): Promise<{ id: string; status: string; attempts: number }[]> =>
      JSON.parse((await sandbox.gastown(['status', '--json'])).stdout).beads;
    const finished = (await beads()).filter(({ status }) => status === 'done').map(({ id }) => id);
    expect(finished.length).toBeGreaterThan(1);
    expect(finished.length).toBeLessThan(150);

    rmSync(sandbox.path('ballast'));
    const second = await sandbox.gastown(['run']);
    expect(second.code, second.stdout + second.stderr).toBe(0);
    const ran = readFileSync(elsewhere.path('out'), 'utf8').trim().split('\n');
    expect(new Set(ran).size).toBe(150);
    for (const { id, attempts } of await beads()) {
      const times = ran.filter((line) => line === id).length;
      // One that was stopped with the run may have begun; one that had finished never begins again.
      if (id !== 'fill') expect(times, id).toBeLessThanOrEqual(attempts);
      if (finished.includes(id)) expect([id, attempts]).toEqual([id, 1]);
    }
  });
});

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** Eight beads that hold until they are let go, and write down elsewhere that they began and ended. */
function eightHeld(elsewhere: Sandbox): SmallDisk {
  const held =
    'echo "begin $GASTOWN_BEAD" >> "$OUT/all"; while [ ! -e "$OUT/go" ]; do sleep 0.1; done; echo "end $GASTOWN_BEAD" >> "$OUT/all"';
  return new SmallDisk('8m', {
    ...convoy(
      Object.fromEntries(ids.map((id) => [id, { run: held }])),
      '[formula.execution]\nparallel_beads = 8\n',
    ),
    'gastown.toml': `[rigs.default.env]\nOUT = "${elsewhere.folder}"\n`,
  });
}

/** The same as if nothing had happened: each began and ended once, in its first attempt. */
async function expectUninterrupted(sandbox: Sandbox, elsewhere: Sandbox): Promise<void> {
  const ran = linesOf(elsewhere, 'all').toSorted();
  expect(ran).toEqual(ids.flatMap((id) => [`begin ${id}`, `end ${id}`]).toSorted());
  const { run, beads } = await status(sandbox);
  expect(run).toMatchObject({ phase: 'settled', outcome: 'done', driver: 'none' });
  expect(beads.map(({ id, status: word, attempts }) => [id, word, attempts])).toEqual(
    ids.map((id) => [id, 'done', 1]),
  );
  await expectNothingLeft(sandbox);
}

describe.skipIf(!mayMount)('eight beads that end', () => {
  it('on a disk without a free byte are recorded all the same, from what was held back for that', async () => {
    await using elsewhere = new Sandbox();
    await using sandbox = eightHeld(elsewhere);
    const { ended } = sandbox.start(['run']);
    await sandbox.until('all work', () => linesOf(elsewhere, 'all').length === 8);
    spawnSync('dd', ['if=/dev/zero', `of=${sandbox.path('filling')}`, 'bs=4k']);
    expect(statfsSync(sandbox.folder).bavail).toBe(0);
    elsewhere.write({ go: '' });
    const { code, stdout, stderr } = await ended;
    expect([0, 3], stdout + stderr).toContain(code);
    expect(stderr).not.toMatch(STACK);
    rmSync(sandbox.path('filling'));
    const end = await sandbox.gastown(['resume']);
    expect(end.code, end.stdout + end.stderr).toBe(0);
    await expectUninterrupted(sandbox, elsewhere);
  });

  it('while their driver is dead are harvested once the disk, read-only meanwhile, can be written again', async () => {
    await using elsewhere = new Sandbox();
    await using sandbox = eightHeld(elsewhere);
    const { process: driver, ended } = sandbox.start(['run']);
    await sandbox.until('all work', () => linesOf(elsewhere, 'all').length === 8);
    driver.kill('SIGKILL');
    await ended;
    elsewhere.write({ go: '' });
    // The kernel refuses as long as somebody may still write.
    await sandbox.until('the disk is read-only', () => sandbox.makeReadOnly());
    const refused = await sandbox.gastown(['resume']);
    expect([refused.code, refused.stderr.includes('read-only')], refused.stderr).toEqual([2, true]);
    sandbox.makeWritable();
    const end = await sandbox.gastown(['resume']);
    expect(end.code, end.stdout + end.stderr).toBe(0);
    await expectUninterrupted(sandbox, elsewhere);
  });
});

describe.skipIf(!mayMount)('a project that cannot be written', () => {
  it('is refused by run with a sentence and exit code 2, and can still be looked at', async () => {
    await using sandbox = new SmallDisk('4m', convoy({ a: {} }));
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    sandbox.makeReadOnly();
    const run = await sandbox.gastown(['run', '--rerun']);
    expect([run.code, run.stderr.includes('read-only')], run.stderr).toEqual([2, true]);
    expect(run.stderr).not.toMatch(STACK);
    const status = await sandbox.gastown(['status']);
    expect([status.code, status.stdout.includes('1/1 done')], status.stderr).toEqual([0, true]);
    expect((await sandbox.gastown(['validate'])).code).toBe(0);
    expect((await sandbox.gastown(['graph'])).code).toBe(0);
  });
});

describe('a state folder that is not what it should be', () => {
  it('is refused with a sentence: a file in its place, a folder in the place of the journal', async () => {
    await using sandbox = new Sandbox(convoy({ a: {} }));
    writeFileSync(sandbox.path('.gastown'), '');
    const file = await sandbox.gastown(['run']);
    expect([file.code, STACK.test(file.stderr)], file.stderr).toEqual([2, false]);
    rmSync(sandbox.path('.gastown'));
    mkdirSync(sandbox.path('.gastown/state/journal.db'), { recursive: true, mode: 0o700 });
    const folder = await sandbox.gastown(['run']);
    expect([folder.code, STACK.test(folder.stderr)], folder.stderr).toEqual([2, false]);
  });

  it('with a journal that is garbage: a sentence, exit code 2, and the garbage is kept', async () => {
    await using sandbox = new Sandbox(convoy({ a: {} }));
    await sandbox.gastown(['run']);
    writeFileSync(sandbox.path('.gastown/state/journal.db'), 'not a journal'.repeat(1000));
    for (const command of ['run', 'status', 'resume']) {
      const end = await sandbox.gastown([command]);
      expect([command, end.code, STACK.test(end.stderr)], end.stderr).toEqual([command, 2, false]);
    }
    expect(sandbox.read('.gastown/state/journal.db')).toMatch(/^not a journal/);
  });
});
