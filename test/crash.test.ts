/** The real program, killed at moments it did not choose. What the beads themselves wrote down is the judge. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { written } from './support/ledger.ts';
import { convoy, Sandbox } from './support/sandbox.ts';
import { status } from './support/status.ts';

/** Writes down that it began and that it ended; fails the first `failures` times. */
const bead = (seconds: number, failures = 0): string =>
  [
    'echo "begin $GASTOWN_ATTEMPT" >> "$GASTOWN_PROJECT/log/$GASTOWN_BEAD"',
    `sleep ${seconds}`,
    `[ "$GASTOWN_ATTEMPT" -gt ${failures} ] || exit 1`,
    'echo "end $GASTOWN_ATTEMPT" >> "$GASTOWN_PROJECT/log/$GASTOWN_BEAD"',
  ].join('\n');

const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const diamond = (run: string): Sandbox =>
  new Sandbox({
    ...convoy(
      {
        a: { run },
        b: { run, requires: ['a'] },
        c: { run, requires: ['a'] },
        d: { run, requires: ['a'] },
        e: { run, requires: ['b', 'c'] },
        f: { run, requires: ['d', 'e'] },
      },
      '[formula.execution]\nparallel_beads = 2\n[formula.sync]\nmode = "none"\n',
    ),
    'log/.keep': '',
  });

describe('kill -9', () => {
  it('of the driver, again and again: every bead runs exactly once, adopted or harvested', async () => {
    await using sandbox = diamond(bead(0.3));
    // Moments of very different kinds: while it starts, while beads work, between them.
    for (const afterMs of [90, 400, 250, 700, 150, 520]) {
      const { process: driver, ended } = sandbox.start(['run']);
      await delay(afterMs);
      driver.kill('SIGKILL');
      await ended;
    }
    const end = await sandbox.gastown(['run']);
    expect(end.code, end.stderr).toBe(0);
    const lines = written(sandbox);
    const { beads, run } = await status(sandbox);
    // Killed between its decision and its first act, a driver leaves an attempt that never began: the next number does the work.
    for (const { id, status: word, attempts } of beads)
      expect([id, word, lines[id]]).toEqual([id, 'done', [`begin ${attempts}`, `end ${attempts}`]]);
    expect(beads.map(({ id }) => id)).toEqual(ids);
    expect(run).toMatchObject({ phase: 'settled', outcome: 'done', driver: 'none' });
  });

  it('of everything at once, as in a power cut: finished beads stay finished, lost ones run again', async () => {
    await using sandbox = diamond(bead(0.5));
    const { process: driver, ended } = sandbox.start(['run']);
    await sandbox.until(
      'a is done and others work',
      () => 'b' in written(sandbox) || 'c' in written(sandbox),
    );
    driver.kill('SIGKILL');
    await ended;
    for (const pid of sandbox.processes()) process.kill(pid, 'SIGKILL');
    expect((await status(sandbox)).run).toMatchObject({ phase: 'active', driver: 'gone' });
    const end = await sandbox.gastown(['resume']);
    expect(end.code, end.stderr).toBe(0);
    const lines = written(sandbox);
    expect(lines['a'], 'finished before').toEqual(['begin 1', 'end 1']);
    for (const id of ids)
      expect(
        lines[id]?.filter((line) => line.startsWith('end')),
        id,
      ).toHaveLength(1);
    const lost = ids.filter((id) => (lines[id]?.length ?? 0) > 2);
    expect(lost.length).toBeGreaterThan(0);
    for (const { id, attempts } of (await status(sandbox)).beads)
      expect(attempts).toBe(lost.includes(id) ? 2 : 1);
  });

  it('between two attempts: a retry that was spent stays spent', async () => {
    await using sandbox = new Sandbox({
      ...convoy({ a: { run: bead(0.05, 2), more: '[bead.execution]\nretries = 2\n' } }),
      'log/.keep': '',
    });
    const { process: driver, ended } = sandbox.start(['run']);
    await sandbox.until('the first attempt failed', async () => {
      const look = await sandbox.gastown(['status', '--json']);
      return look.stdout.includes('attempt 1 failed');
    });
    driver.kill('SIGKILL');
    await ended;
    const end = await sandbox.gastown(['run']);
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(written(sandbox)['a']).toEqual(['begin 1', 'begin 2', 'begin 3', 'end 3']);
  });
});

describe('stopping', () => {
  it('by Ctrl-C leaves nothing alive, spends nothing, exits 130, and goes on with resume', async () => {
    await using sandbox = diamond(bead(0.6));
    const { process: driver, ended } = sandbox.start(['run']);
    await sandbox.until('a works', () => 'a' in written(sandbox));
    driver.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(sandbox.processes()).toEqual([]);
    const stopped = await status(sandbox);
    expect(stopped.run.phase).toBe('paused');
    expect(stopped.beads.map(({ status: word }) => word)).not.toContain('running');
    const end = await sandbox.gastown(['resume']);
    expect(end.code, end.stderr).toBe(0);
    for (const id of ids)
      expect(
        written(sandbox)[id]?.filter((line) => line.startsWith('end')),
        id,
      ).toHaveLength(1);
  });

  it('by a second Ctrl-C does not wait for a bead that ignores the first', async () => {
    await using sandbox = new Sandbox({
      ...convoy({
        a: { run: 'trap "" TERM INT; echo begin > "$GASTOWN_PROJECT/log/a"; while :; do sleep 0.1; done' },
      }),
      'log/.keep': '',
    });
    const { process: driver, ended } = sandbox.start(['run']);
    await sandbox.until('a works', () => 'a' in written(sandbox));
    driver.kill('SIGINT');
    // The polite stop has ten seconds; this test has less patience.
    await sandbox.until('the first was heard', async () => (await status(sandbox)).run.phase === 'paused');
    driver.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(sandbox.processes()).toEqual([]);
  });

  it('from another terminal ends the run, which can be resumed', async () => {
    await using sandbox = diamond(bead(0.5));
    const { ended } = sandbox.start(['run']);
    await sandbox.until('a works', () => 'a' in written(sandbox));
    const stop = await sandbox.gastown(['stop']);
    expect(stop.code, stop.stderr).toBe(0);
    expect((await ended).code).toBe(3);
    expect(sandbox.processes()).toEqual([]);
    expect((await sandbox.gastown(['resume'])).code).toBe(0);
  });

  it('ends what a bead started in a session of its own', async () => {
    await using sandbox = new Sandbox(
      convoy({ a: { run: 'setsid sleep 300 > /dev/null 2>&1 &\necho started' } }),
    );
    const end = await sandbox.gastown(['run']);
    expect(end.code, end.stderr).toBe(0);
    expect(end.stdout).toContain('left 1 process behind');
    expect(sandbox.processes()).toEqual([]);
  });
});

describe('what is left behind', () => {
  it('by a bead that ended before its driver was killed is ended by the next one', async () => {
    await using sandbox = new Sandbox(
      convoy({ a: { run: 'setsid sleep 300 > /dev/null 2>&1 &' }, z: { run: 'sleep 1' } }),
    );
    const { process: driver, ended } = sandbox.start(['run']);
    let output = '';
    driver.stdout?.on('data', (chunk: Buffer) => {
      output += chunk;
      // At once: its sweep comes a fifth of a second later.
      if (/a {2}done/.test(output)) driver.kill('SIGKILL');
    });
    await ended;
    const end = await sandbox.gastown(['run']);
    expect(end.code, end.stderr).toBe(0);
    expect(sandbox.processes()).toEqual([]);
  });

  it('by a run that is begun anew is ended before the new one works in the same folder', async () => {
    await using sandbox = new Sandbox({
      ...convoy({
        a: {
          run: [
            'cd "$GASTOWN_PROJECT/log"',
            'echo begin >> a',
            // Only the first one is waited for by nobody.
            '[ -e again ] || { touch again; while [ ! -e go ]; do sleep 0.05; done; }',
            'echo end >> a',
          ].join('\n'),
        },
      }),
      'log/.keep': '',
    });
    const { process: driver, ended } = sandbox.start(['run']);
    await sandbox.until('a works', () => 'again' in written(sandbox));
    driver.kill('SIGKILL');
    await ended;
    expect((await sandbox.gastown(['run', '--rerun'])).code).toBe(0);
    sandbox.write({ 'log/go': '' });
    await sandbox.until('nothing is left', () => sandbox.processes().length === 0);
    expect(written(sandbox)['a'], 'the first one was ended').toEqual(['begin', 'begin', 'end']);
  });

  it('by a driver that was killed over a file is removed by the next one, and nothing that others write is', async () => {
    await using sandbox = diamond(bead(0.3));
    const { process: driver, ended } = sandbox.start(['run', '--write-status']);
    await sandbox.until('a works', () => 'a' in written(sandbox));
    driver.kill('SIGKILL');
    await ended;
    const places = [
      'beads/.b.toml',
      '.gastown/state/.status.json',
      '.gastown/state/runs/r1/a.1/.evidence.json',
    ];
    const abandoned = places.map((place) => `${place}.${driver.pid}.7.tmp`);
    const kept = [`beads/.b.toml.${process.pid}.7.tmp`, `beads/.other.toml.${driver.pid}.7.tmp`];
    sandbox.write(Object.fromEntries([...abandoned, ...kept].map((path) => [path, ''])));
    const end = await sandbox.gastown(['resume', '--write-status']);
    expect(end.code, end.stderr).toBe(0);
    expect(sandbox.list().filter((path) => path.endsWith('.tmp'))).toEqual(kept.toSorted());
  });

  it('never takes a later check for what an earlier one left', async () => {
    const checks = 'checks = ["true", "sleep 0.8", "sleep 0.8; exit 0"]';
    await using sandbox = new Sandbox(
      convoy({
        a: { more: `[bead.acceptance]\n${checks}\n` },
        b: { run: 'sleep 0.3' },
        c: { run: 'sleep 0.9' },
      }),
    );
    const end = await sandbox.gastown(['run']);
    expect([end.code, end.stdout.includes('behind')], end.stdout + end.stderr).toEqual([0, false]);
  });

  it('when nobody reads the output any more: nothing runs on, and the run can be resumed', async () => {
    await using sandbox = diamond(bead(0.4));
    const { process: driver, ended } = sandbox.start(['run']);
    await sandbox.until('a works', () => 'a' in written(sandbox));
    driver.stdout?.destroy();
    const { code } = await ended;
    expect([130, null]).toContain(code);
    expect(sandbox.processes()).toEqual([]);
    expect((await sandbox.gastown(['resume'])).code).toBe(0);
  });
});

describe('finished work', () => {
  it('is not run again when the plan changes around it, and is when its own definition does', async () => {
    await using sandbox = diamond(bead(0));
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    const before = sandbox.read('beads/f.toml');
    sandbox.write({ 'beads/f.toml': before.replace('begin $', 'begin again $') });
    expect((await sandbox.gastown(['run'])).code).toBe(0);
    const lines = written(sandbox);
    for (const id of ids.slice(0, -1)) expect(lines[id], id).toEqual(['begin 1', 'end 1']);
    expect(lines['f']).toEqual(['begin 1', 'end 1', 'begin again 1', 'end 1']);
  });

  it('is run again from scratch with --rerun, and a single bead with --rerun --bead', async () => {
    await using sandbox = diamond(bead(0));
    await sandbox.gastown(['run']);
    expect((await sandbox.gastown(['run', '--rerun', '--bead', 'c'])).code).toBe(0);
    expect(written(sandbox)['c']).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
    expect(written(sandbox)['e']).toEqual(['begin 1', 'end 1']);
    expect((await sandbox.gastown(['run', '--rerun'])).code).toBe(0);
    for (const id of ids) expect(written(sandbox)[id]?.length, id).toBe(id === 'c' ? 6 : 4);
  });
});
