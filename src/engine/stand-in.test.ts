/** What is asked while nobody drives, on a journal in memory. */
import { describe, expect, it } from 'vitest';
import { nodeId } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import type { BeadNode } from '../core/plan.ts';
import { isInWork } from '../core/state.ts';
import type { ProcessIdentity } from '../ports/journal.ts';
import { bead, Machine } from '../testing/machine.ts';
import { MemoryDisk, MemoryJournal } from '../testing/memory-journal.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { madeUpWork } from '../testing/work-samples.ts';
import { Chronicle } from './chronicle.ts';
import { replayMachine, replayWith } from './history.ts';
import { Roster, RowNames } from './roster.ts';
import { standIn } from './stand-in.ts';

const self: ProcessIdentity = { host: 'h', bootId: 'b', pidNamespace: 'n', pid: 2, startTime: '2' };

/** A run as a driver that is gone left it. */
function abandoned(nodes: readonly BeadNode[], ...inputs: readonly Input[]) {
  const machine = new Machine(nodes);
  for (const input of inputs) machine.tell(input);
  const disk = new MemoryDisk();
  const journal = new MemoryJournal(disk);
  const lease = journal.acquire({ ...self, pid: 1 }, 1, () => true);
  if ('heldBy' in lease) throw new Error('the lease is free');
  const header = {
    run: journal.nextRunId(),
    formula: 'f',
    formulaFile: 'f.toml',
    planHash: 'h',
    createdAt: 1,
  };
  const chronicle = new Chronicle(header, new Roster(nodes.map(({ id }) => madeUpWork(id))));
  journal.createRun(lease.epoch, header);
  for (const event of machine.events) chronicle.note(event);
  journal.append(
    lease.epoch,
    header.run,
    machine.events,
    chronicle.project(machine.store, machine.store.nodes.values()),
  );
  const settled: string[] = [];
  const clock = new VirtualClock();
  const ask = async (
    body: object,
    isAlive: boolean | ((identity: ProcessIdentity) => boolean) = false,
    from = 'anna',
  ) => {
    const key = `k${disk.messages.length}`;
    journal.post({ key, type: 'request', body: { run: header.run, ...body }, from, at: 1 });
    const settle = async (_run: unknown, node: string, attempt: number): Promise<void> => {
      settled.push(`${node}.${attempt}`);
    };
    const how = await standIn(
      { journal, clock, self, isAlive: typeof isAlive === 'boolean' ? () => isAlive : isAlive, settle },
      header,
    );
    return [how, journal.replyTo(key)?.sentence];
  };
  return { journal, header, ask, settled };
}

const statuses = ({ journal, header }: ReturnType<typeof abandoned>): Record<string, string> =>
  Object.fromEntries(journal.beads(header.run).map(({ id, status }) => [id, status]));

describe('a stand-in', () => {
  it('records an approval and starts nothing, since nobody would carry it out', async () => {
    const left = abandoned([bead('a', [], { gate: '' }), bead('b', ['a'])]);
    expect(await left.ask({ type: 'approve', node: 'a' })).toEqual([
      'answered',
      'a is approved: it starts when the run goes on',
    ]);
    expect(statuses(left)).toEqual({ a: 'paused', b: 'waiting' });
    expect(left.journal.latestRun()).toMatchObject({ phase: 'paused', note: 'anna asked for it' });
    expect(left.journal.latestRun()?.people).toBeUndefined();
    expect(left.journal.lease()).toBeUndefined();
  });

  it('leaves a run to the terminal that follows it and will drive it', async () => {
    const left = abandoned([bead('a', [], { gate: '' }), bead('b')], {
      type: 'select',
      terminal: '9-77',
      nodes: [nodeId('a')],
    });
    const follows = ({ pid, startTime }: ProcessIdentity): boolean => pid === 9 && startTime === '77';
    expect(await left.ask({ type: 'approve', node: 'a' }, follows)).toEqual(['driven', undefined]);
    expect(left.journal.lease()).toBeUndefined();
    expect(left.journal.inbox()).toHaveLength(1);
    expect((await left.ask({ type: 'pause' }))[0], 'when it is gone, too').toBe('answered');
  });

  it('leaves rows as whoever folds the journal finds them, whatever is asked', async () => {
    const nodes = [bead('a', [], { gate: '' }), bead('b', ['a']), bead('c'), bead('d', ['c'])];
    const asked = [
      [
        { type: 'approve', node: 'a' },
        { type: 'skip', node: 'b' },
      ],
      [
        { type: 'reject', node: 'a', reason: 'no' },
        { type: 'retry', node: 'a' },
      ],
      [
        { type: 'skip', node: 'a' },
        { type: 'skip', node: 'c' },
        { type: 'retry', node: 'a' },
      ],
      [{ type: 'pause' }, { type: 'approve', node: 'a' }, { type: 'cancel' }],
    ];
    for (const bodies of asked) {
      const left = abandoned(nodes);
      for (const body of bodies) expect((await left.ask(body))[0]).toBe('answered');
      const { journal, header } = left;
      const chronicle = new Chronicle(header, new RowNames(journal.beads(header.run)));
      const store = replayWith(journal, header.run, chronicle);
      const rows = [...store.nodes.values()].map((node) => chronicle.row(store, node));
      expect(JSON.parse(JSON.stringify(rows))).toEqual(JSON.parse(JSON.stringify(journal.beads(header.run))));
      // Nothing was started that was not at work before.
      expect([...store.inWork].filter((id) => id !== 'c')).toEqual([]);
    }
  });

  it('cancels a run with what is still at work in it', async () => {
    const left = abandoned([bead('a'), bead('b', ['a'])]);
    await left.ask({ type: 'cancel' });
    expect(left.settled).toEqual(['a.1']);
    expect(left.journal.latestRun()).toMatchObject({ phase: 'settled', outcome: 'aborted' });
    expect(statuses(left)).toEqual({ a: 'cancelled', b: 'cancelled' });
  });

  it('leaves work alone that outlived its driver', async () => {
    const left = abandoned([bead('a'), bead('b', [], { gate: '' })]);
    await left.ask({ type: 'approve', node: 'b' });
    const store = replayMachine(left.journal, left.header.run);
    expect([isInWork(store.node(nodeId('a')).phase), left.settled]).toEqual([true, []]);
  });

  it('keeps away while somebody drives, and leaves what is meant for another run or for drivers', async () => {
    const left = abandoned([bead('a', [], { gate: '' })]);
    expect(await left.ask({ type: 'approve', node: 'a' }, true)).toEqual(['driven', undefined]);
    expect(await left.ask({ type: 'approve', node: 'a', run: 'r9' })).toEqual(['answered', undefined]);
    expect(await left.ask({ type: 'unpause' })).toEqual([
      'answered',
      'nobody drives this run; gastown resume goes on',
    ]);
    expect(left.journal.inbox()).toHaveLength(1);
  });
});
