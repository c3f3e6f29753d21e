/**
 * Several terminals of the real program on one run, started in any order, killed at moments they did not choose. What the beads
 * themselves wrote down is the judge. GASTOWN_LONG=1: many more rounds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { linesOf } from './support/ledger.ts';
import { randomFrom } from './support/random.ts';
import { convoy, Sandbox, type Started } from './support/sandbox.ts';
import { leaseOf, status } from './support/status.ts';

const isLong = process.env['GASTOWN_LONG'] === '1';

/** How long a bead works: seconds, or until the test lets it go on. */
type Work = number | 'held';

/** Says in a common file that it begins and ends, and that it found itself at work already. */
const bead = (work: Work): string =>
  [
    'L="$GASTOWN_PROJECT/log"',
    'mkdir "$L/at-$GASTOWN_BEAD" || echo "twice $GASTOWN_BEAD" >> "$L/all"',
    `trap 'rmdir "$L/at-$GASTOWN_BEAD"' EXIT`,
    "trap 'exit 143' TERM",
    'echo "begin $GASTOWN_BEAD" >> "$L/all"',
    work === 'held' ? 'while [ ! -e "$L/go" ]; do sleep 0.05; done' : `sleep ${work}`,
    'echo "end $GASTOWN_BEAD" >> "$L/all"',
  ].join('\n');

const EAGER = '[formula.execution]\nparallel_beads = 4\n[formula.sync]\nmode = "none"\n';

const lines = (sandbox: Sandbox): string[] => linesOf(sandbox, 'log/all');

/** The process that drives, as the journal has it. */
const driver = (sandbox: Sandbox): number | undefined => leaseOf(sandbox)?.holder.pid;

/** What a terminal has printed so far, on both streams. */
class Output {
  text = '';
  constructor({ process }: Started) {
    for (const stream of [process.stdout, process.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.text += chunk;
      });
  }
}

const petstore = (foundation: Work, rest: Work = 0.1): Sandbox =>
  new Sandbox({
    ...convoy(
      {
        foundation: { run: bead(foundation) },
        'pet-crud': { run: bead(rest), requires: ['foundation'] },
        'store-crud': { run: bead(rest), requires: ['foundation'] },
      },
      '[formula.execution]\nparallel_beads = 3\n',
    ),
    'log/.keep': '',
  });

const three = ['foundation', 'pet-crud', 'store-crud'] as const;
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
].map((order) => order.map((at) => three[at] ?? ''));

describe('three terminals for the petstore', () => {
  it.each(orders)(
    'in the order %s, %s, %s each get what they asked for, each bead once',
    async (...order) => {
      await using sandbox = petstore(0.2, 0.2);
      const terminals: Started[] = [];
      for (const id of order) {
        const started = sandbox.start(['run', '--bead', id]);
        const output = new Output(started);
        terminals.push(started);
        // The next one comes when this one has said what it does.
        await sandbox.until(`${id} has begun`, () => /run r1|asked for is done/.test(output.text));
      }
      const ends = await Promise.all(terminals.map(({ ended }) => ended));
      expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual(order.map(() => [0, '']));
      expect(lines(sandbox).toSorted()).toEqual(
        three.flatMap((id) => [`begin ${id}`, `end ${id}`]).toSorted(),
      );
      expect(lines(sandbox).slice(0, 2)).toEqual(['begin foundation', 'end foundation']);
    },
  );

  it('at once: whoever is first drives, the others join', async () => {
    await using sandbox = petstore(0.2);
    const ends = await Promise.all(three.map((id) => sandbox.gastown(['run', '--bead', id])));
    expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual(three.map(() => [0, '']));
    expect(lines(sandbox)).toHaveLength(6);
  });
});

describe('a terminal that joins', () => {
  it('goes at once when what it asks for is done, and ends for itself alone', async () => {
    await using sandbox = petstore(0.1, 'held');
    const all = sandbox.start(['run']);
    await sandbox.until('the others work', () => lines(sandbox).length === 4);
    const joined = await sandbox.gastown(['run', '--bead', 'foundation']);
    expect([joined.code, joined.stdout]).toEqual([0, expect.stringContaining('is done')]);
    expect(all.process.exitCode).toBeNull();
    sandbox.write({ 'log/go': '' });
    expect((await all.ended).code).toBe(0);
  });

  it('cannot begin anew what another one runs, nor join with another plan or formula', async () => {
    await using sandbox = petstore('held');
    const all = sandbox.start(['run']);
    await sandbox.until('foundation works', () => lines(sandbox).length > 0);
    const anew = await sandbox.gastown(['run', '--rerun']);
    expect([anew.code, anew.stderr]).toEqual([2, expect.stringContaining('--rerun begins anew')]);
    sandbox.write({
      'other/formula.toml': '[formula]\nname = "other"\ntype = "convoy"\n',
      'other/beads/x.toml': '[bead]\nid = "x"\n[bead.task]\nrun = "true"\n',
      'beads/later.toml': '[bead]\nid = "later"\n[bead.task]\nrun = "true"\n',
    });
    const changed = await sandbox.gastown(['run']);
    expect([changed.code, changed.stderr]).toEqual([2, expect.stringContaining('are not the same')]);
    const other = await sandbox.gastown(['run', '--formula', 'other/formula.toml']);
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('another formula')]);
    await sandbox.gastown(['stop']);
    expect((await all.ended).code).toBe(3);
  });

  it('leaves the number of slots to the driver, and says so; resume follows to the end', async () => {
    await using sandbox = petstore('held');
    const all = sandbox.start(['run']);
    await sandbox.until('foundation works', () => lines(sandbox).length > 0);
    const joined = sandbox.start(['run', '--bead', 'pet-crud', '--parallel', '9']);
    const resumed = sandbox.start(['resume']);
    const outputs = [joined, resumed].map((one) => new Output(one));
    await sandbox.until('both follow', () => outputs.every(({ text }) => text.includes('joining run')));
    sandbox.write({ 'log/go': '' });
    const ends = await Promise.all([joined.ended, resumed.ended, all.ended]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(ends[0].stdout).toContain('--parallel is ignored');
    expect(lines(sandbox)).toHaveLength(6);
  });

  it('waits for what nobody asks for, says so, and gives up after its time', async () => {
    await using sandbox = petstore(0.2);
    const { code, stdout, stderr } = await sandbox.gastown(['run', '--bead', 'pet-crud', '--wait', '300ms']);
    expect(code).toBe(2);
    expect(stdout).toContain('for another terminal to ask for foundation; --with-deps runs it, too');
    expect(stderr).toContain('bead "pet-crud" requires what is not done: foundation');
    const atOnce = await sandbox.gastown(['run', '--bead', 'pet-crud', '--wait', '0s']);
    expect([atOnce.code, atOnce.stdout]).toEqual([2, '']);
    expect(lines(sandbox)).toEqual([]);
    expect((await sandbox.gastown(['run'])).code).toBe(0);
  });

  it('takes over when the driver is killed: what works is followed, nothing runs again', async () => {
    await using sandbox = petstore('held');
    const first = sandbox.start(['run', '--bead', 'foundation', '--bead', 'store-crud']);
    await sandbox.until('foundation works', () => lines(sandbox).length > 0);
    const second = sandbox.start(['run', '--bead', 'pet-crud', '--bead', 'foundation']);
    const output = new Output(second);
    await sandbox.until('the second one has joined', () => output.text.includes('joining run'));
    first.process.kill('SIGKILL');
    await first.ended;
    await sandbox.until('the second one drives', () => driver(sandbox) === second.process.pid);
    sandbox.write({ 'log/go': '' });
    const end = await second.ended;
    expect(end.code, end.stderr).toBe(0);
    // It goes on for everything that was asked for, also by the one that is gone.
    expect(lines(sandbox).toSorted()).toEqual(three.flatMap((id) => [`begin ${id}`, `end ${id}`]).toSorted());
  });

  it('goes on when the driver is interrupted: only what that one alone wanted is stopped', async () => {
    await using sandbox = new Sandbox({
      ...convoy({ mine: { run: bead(30) }, shared: { run: bead('held') }, yours: { run: bead(0.1) } }, EAGER),
      'log/.keep': '',
    });
    const first = sandbox.start(['run', '--bead', 'mine', '--bead', 'shared']);
    await sandbox.until('both work', () => lines(sandbox).length === 2);
    const second = sandbox.start(['run', '--bead', 'shared', '--bead', 'yours']);
    await sandbox.until('the second one is part of it', () => lines(sandbox).includes('begin yours'));
    first.process.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
    expect(lines(sandbox)).not.toContain('end shared');
    sandbox.write({ 'log/go': '' });
    const end = await second.ended;
    expect([end.code, end.stderr]).toEqual([0, '']);
    expect(lines(sandbox).toSorted()).toEqual(
      ['begin mine', 'begin shared', 'end shared', 'begin yours', 'end yours'].toSorted(),
    );
  });

  it('withdraws on Ctrl-C: what only it wanted is stopped, the rest goes on', async () => {
    await using sandbox = new Sandbox({
      ...convoy({ mine: { run: bead('held') }, yours: { run: bead(30) } }, EAGER),
      'log/.keep': '',
    });
    const first = sandbox.start(['run', '--bead', 'mine']);
    await sandbox.until('mine works', () => lines(sandbox).length === 1);
    const second = sandbox.start(['run', '--bead', 'yours']);
    await sandbox.until('yours works', () => lines(sandbox).includes('begin yours'));
    second.process.kill('SIGINT');
    expect((await second.ended).code).toBe(130);
    sandbox.write({ 'log/go': '' });
    const end = await first.ended;
    expect([end.code, end.stderr]).toEqual([0, '']);
    expect(lines(sandbox)).not.toContain('end yours');
  });

  it('is stopped by gastown stop, as the driver is', async () => {
    await using sandbox = petstore('held');
    const first = sandbox.start(['run']);
    await sandbox.until('foundation works', () => lines(sandbox).length > 0);
    const second = sandbox.start(['run', '--bead', 'pet-crud']);
    const output = new Output(second);
    await sandbox.until('the second one has joined', () => output.text.includes('joining run'));
    expect((await sandbox.gastown(['stop'])).code).toBe(0);
    expect([(await first.ended).code, (await second.ended).code]).toEqual([3, 3]);
  });
});

describe('many terminals under kill -9', () => {
  it.each(Array.from({ length: isLong ? 40 : 2 }, (_, round) => [round + 1]))(
    'and Ctrl-C, round %i: no bead runs twice, none is lost, every answer is right',
    async (seed) => {
      const random = randomFrom(seed * 7919);
      const ids = Array.from({ length: 14 }, (_, at) => `b${at}`);
      await using sandbox = new Sandbox({
        ...convoy(
          Object.fromEntries(
            ids.map((id, at) => {
              const requires = at === 0 ? [] : ids.filter((_, other) => other < at && random(at) < 1);
              return [id, { requires, run: bead(0.1 + random(4) / 10) }];
            }),
          ),
          EAGER,
        ),
        'log/.keep': '',
      });
      const isInterrupting = seed % 2 === 0;
      const fates: { fate: 'lives' | 'killed' | 'interrupted'; started: Started; ids: string[] }[] = [];
      const troubles: Promise<void>[] = [];
      const faithful = random(5);
      for (let at = 0; at < 8; at += 1) {
        const isFaithful = at === faithful;
        const chosen = isFaithful ? [] : ids.filter(() => random(4) === 0);
        const started = sandbox.start(['run', ...chosen.flatMap((id) => ['--bead', id])]);
        const dies = !isFaithful && random(2) === 0;
        const fate = !dies ? 'lives' : isInterrupting && random(2) === 0 ? 'interrupted' : 'killed';
        fates.push({ fate, started, ids: chosen });
        const afterMs = 200 + random(2500);
        if (fate !== 'lives')
          troubles.push(
            delay(afterMs).then(() => {
              // Often whoever drives at that moment, if it is not the one that has to stay.
              const pid = driver(sandbox);
              const victim = fates.find(({ started: { process } }) => process.pid === pid);
              const isFree = victim !== undefined && victim.fate === fate;
              (isFree ? victim : { started }).started.process.kill(fate === 'killed' ? 'SIGKILL' : 'SIGINT');
            }),
          );
        await delay(random(150));
      }
      await Promise.all(troubles);
      const ends = await Promise.all(fates.map(({ started }) => started.ended));
      for (const [at, { code, stdout, stderr }] of ends.entries()) {
        const what = `terminal ${at} (${fates[at]?.fate}):\n${stdout}${stderr}`;
        switch (fates[at]?.fate) {
          case 'lives':
            expect(code, what).toBe(0);
            break;
          case 'interrupted':
            // By a signal before it could listen, or when it was over already.
            expect([0, 130, null], what).toContain(code);
            break;
          default:
            expect([0, null], what).toContain(code);
        }
      }
      const written = lines(sandbox);
      expect(written.filter((line) => line.startsWith('twice'))).toEqual([]);
      for (const id of ids) {
        expect(
          written.filter((line) => line === `end ${id}`),
          id,
        ).toHaveLength(1);
        expect(written.lastIndexOf(`begin ${id}`), id).toBeLessThan(written.indexOf(`end ${id}`));
        // Without anybody who takes a wish back, nothing is ever begun again.
        if (!isInterrupting)
          expect(
            written.filter((line) => line === `begin ${id}`),
            id,
          ).toHaveLength(1);
      }
      const { run, beads } = await status(sandbox);
      expect(run).toMatchObject({ phase: 'settled', outcome: 'done', driver: 'none' });
      expect(beads.every((row) => row.status === 'done')).toBe(true);
      // What a killed terminal had started ends by itself.
      await sandbox.until('nothing is left', () => sandbox.processes().length === 0);
    },
    isLong ? 120_000 : undefined,
  );
});
