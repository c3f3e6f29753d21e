/** What every journal promises; run against each implementation. */

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../core/events.ts';
import { nodeId, type RunId, runId } from '../../core/ids.ts';
import { Bug } from '../../core/invariant.ts';
import { noCounts } from '../../core/status.ts';
import {
  type BeadRow,
  Fenced,
  type Journal,
  type Lease,
  type ProcessIdentity,
  type RunRow,
} from '../../ports/journal.ts';

/** A place where journals live: several connections to one store. */
export interface JournalStore {
  open(): Journal;
  dispose(): void;
}

const NOBODY_DIES = (): boolean => false;
const EVERYBODY_DIES = (): boolean => true;

/** The identity of a made-up process. */
const madeUpProcess = (pid: number): ProcessIdentity => ({
  host: 'host',
  bootId: 'boot',
  pidNamespace: 'pid:[1]',
  pid,
  startTime: '77',
});

/** A run's row as the contract writes it. */
function madeUpRun(run: RunId, more: Partial<RunRow> = {}): RunRow {
  return {
    run,
    formula: 'petstore-api',
    formulaFile: 'gastown/formula.toml',
    planHash: 'hash',
    createdAt: 1_000,
    phase: 'active',
    outcome: undefined,
    note: undefined,
    updatedAt: 1_000,
    workedMs: 0,
    parallel: 3,
    counts: noCounts(),
    ...more,
  };
}

/** A bead's row as the contract writes it. */
function madeUpBead(id: string, more: Partial<BeadRow> = {}): BeadRow {
  return {
    id: nodeId(id),
    name: `The bead ${id}`,
    level: 0,
    requires: [],
    status: 'waiting',
    attempts: 0,
    startedAt: undefined,
    endedAt: undefined,
    note: undefined,
    ...more,
  };
}

const started = (id: string, attempt: number, at: number): Event => ({
  type: 'attempt-started',
  node: nodeId(id),
  attempt,
  at,
});

/** Registers the suite. */
export function journalContract(name: string, makeStore: () => JournalStore): void {
  describe(`${name} keeps the journal's contract`, () => {
    let store: JournalStore;
    let journal: Journal;
    const opened: Journal[] = [];

    const open = (): Journal => {
      const another = store.open();
      opened.push(another);
      return another;
    };
    const drive = (on: Journal = journal): Lease => {
      const lease = on.acquire(madeUpProcess(1), 5, EVERYBODY_DIES);
      if ('heldBy' in lease) throw new Error('the lease should have been free');
      return lease;
    };
    const begin = (epoch: number, more: Partial<RunRow> = {}): RunId => {
      const run = journal.nextRunId();
      const row = madeUpRun(run, more);
      journal.createRun(epoch, row);
      journal.append(epoch, run, [], { run: row, beads: [] });
      return run;
    };

    beforeEach(() => {
      store = makeStore();
      journal = open();
    });
    afterEach(() => {
      for (const one of opened.splice(0)) one[Symbol.dispose]();
      store.dispose();
    });

    it('is empty at first', () => {
      expect(journal.runs()).toEqual([]);
      expect(journal.latestRun()).toBeUndefined();
      expect(journal.lease()).toBeUndefined();
      expect(journal.inbox()).toEqual([]);
      expect(journal.setting('formula')).toBeUndefined();
      expect(journal.beads(runId('r1'))).toEqual([]);
      expect(journal.bead(runId('r1'), nodeId('a'))).toBeUndefined();
      expect([...journal.events(runId('r1'))]).toEqual([]);
      expect(journal.nextRunId()).toBe('r1');
    });

    describe('lease', () => {
      it('numbers every acquisition one higher and says who holds it', () => {
        expect(journal.acquire(madeUpProcess(1), 5, NOBODY_DIES)).toEqual({
          epoch: 1,
          holder: madeUpProcess(1),
          acquiredAt: 5,
        });
        const second = open().acquire(madeUpProcess(2), 6, NOBODY_DIES);
        expect(second).toEqual({ heldBy: { epoch: 1, holder: madeUpProcess(1), acquiredAt: 5 } });
        expect(open().acquire(madeUpProcess(2), 7, EVERYBODY_DIES)).toMatchObject({ epoch: 2 });
        expect(journal.lease()).toEqual({ epoch: 2, holder: madeUpProcess(2), acquiredAt: 7 });
      });

      it('asks about the holder it would replace, and about nobody when it is free', () => {
        const asked: number[] = [];
        const ask = (holder: Lease): boolean => {
          asked.push(holder.holder.pid);
          return true;
        };
        journal.acquire(madeUpProcess(1), 5, ask);
        expect(asked).toEqual([]);
        journal.acquire(madeUpProcess(2), 5, ask);
        expect(asked).toEqual([1]);
      });

      it('judges the new holder when somebody is faster', () => {
        drive();
        const other = open();
        const asked: number[] = [];
        const result = journal.acquire(madeUpProcess(3), 9, ({ holder }) => {
          asked.push(holder.pid);
          if (asked.length > 1) return false;
          other.acquire(madeUpProcess(2), 8, EVERYBODY_DIES);
          return true;
        });
        expect(asked).toEqual([1, 2]);
        expect(result).toMatchObject({ heldBy: { epoch: 2, holder: { pid: 2 } } });
      });

      it('comes back once, and only from its holder', () => {
        const { epoch } = drive();
        const next = drive(open());
        expect(journal.release(epoch)).toBe(false);
        expect(journal.lease()).toEqual(next);
        expect(journal.release(next.epoch)).toBe(true);
        expect(journal.lease()).toBeUndefined();
        expect(journal.release(next.epoch)).toBe(false);
        expect(journal.acquire(madeUpProcess(4), 9, NOBODY_DIES)).toMatchObject({ epoch: next.epoch + 1 });
      });

      it('stays when it is given back only with an empty inbox', () => {
        const { epoch } = drive();
        open().post({ key: 'k', type: 'stop', body: null, from: 'someone', at: 1 });
        expect(journal.release(epoch, 'inbox-empty')).toBe(false);
        expect(journal.lease()?.epoch).toBe(epoch);
        journal.handled(epoch, journal.inbox()[0]?.id ?? 0, { type: 'accepted', sentence: '' });
        expect(journal.release(epoch, 'inbox-empty')).toBe(true);
      });

      it.each<[string, (on: Journal, epoch: number, run: RunId) => void]>([
        [
          'append',
          (on, epoch, run) => on.append(epoch, run, [started('a', 1, 5)], { run: undefined, beads: [] }),
        ],
        ['createRun', (on, epoch) => on.createRun(epoch, madeUpRun(on.nextRunId()))],
        ['handled', (on, epoch) => on.handled(epoch, 99, { type: 'refused', sentence: '' })],
      ])('fences %s of a driver that was replaced, and of one that gave it back', (_, write) => {
        const { epoch } = drive();
        const run = begin(epoch);
        journal.post({ key: 'k', type: 'stop', body: null, from: 'someone', at: 1 });
        const next = drive(open());
        expect(() => write(journal, epoch, run)).toThrow(Fenced);
        journal.release(next.epoch);
        expect(() => write(journal, next.epoch, run)).toThrow(Fenced);
        expect([...journal.events(run)]).toEqual([]);
        expect(journal.runs()).toHaveLength(1);
        expect(journal.inbox()).toHaveLength(1);
      });
    });

    describe('runs', () => {
      it('shows a run from its first commit on, and never gives its number again', () => {
        const { epoch } = drive();
        const run = journal.nextRunId();
        journal.createRun(epoch, madeUpRun(run));
        expect(journal.runs()).toEqual([]);
        expect(journal.nextRunId()).toBe('r2');
        journal.append(epoch, run, [], { run: madeUpRun(run), beads: [] });
        expect(open().runs()).toEqual([madeUpRun(run)]);
      });

      it('finds the newest run of a formula', () => {
        const { epoch } = drive();
        begin(epoch, { formulaFile: 'a.toml' });
        begin(epoch, { formulaFile: 'b.toml' });
        begin(epoch, { formulaFile: 'a.toml' });
        expect(journal.runs().map(({ run }) => run)).toEqual(['r1', 'r2', 'r3']);
        expect(journal.latestRun()?.run).toBe('r3');
        expect(journal.latestRun('b.toml')?.run).toBe('r2');
        expect(journal.latestRun('c.toml')).toBeUndefined();
      });

      it('keeps the last row of a run', () => {
        const { epoch } = drive();
        const run = begin(epoch);
        const row = madeUpRun(run, { phase: 'settled', outcome: 'done', workedMs: 12.5, note: 'all done' });
        journal.append(epoch, run, [], { run: row, beads: [] });
        journal.append(epoch, run, [], { run: undefined, beads: [] });
        expect(journal.latestRun()).toEqual(row);
      });

      it('treats a run twice created, one never created and a first commit without a row as bugs', () => {
        const { epoch } = drive();
        const run = journal.nextRunId();
        journal.createRun(epoch, madeUpRun(run));
        expect(() => journal.createRun(epoch, madeUpRun(run))).toThrow(Bug);
        expect(() => journal.append(epoch, run, [], { run: undefined, beads: [] })).toThrow(Bug);
        const unknown = runId('r99');
        const projection = { run: madeUpRun(unknown), beads: [] };
        expect(() => journal.append(epoch, unknown, [], projection)).toThrow(Bug);
      });
    });

    describe('append', () => {
      it('stores nothing of a batch that cannot be stored whole', () => {
        const { epoch } = drive();
        const run = begin(epoch);
        const before = journal.latestRun();
        const batch = [started('a', 1, 5), started('a', 1, Number.NaN)];
        const projection = { run: madeUpRun(run, { phase: 'paused' }), beads: [madeUpBead('a')] };
        expect(() => journal.append(epoch, run, batch, projection)).toThrow(Bug);
        expect([...journal.events(run)]).toEqual([]);
        expect(journal.beads(run)).toEqual([]);
        expect(journal.latestRun()).toEqual(before);
      });

      it('keeps beads in the order in which they first came, with their last row', () => {
        const { epoch } = drive();
        const run = begin(epoch);
        const ids = ['z', 'a', 'm', 'parent/child'];
        journal.append(epoch, run, [], { run: undefined, beads: ids.map((id) => madeUpBead(id)) });
        const changed = madeUpBead('m', {
          status: 'failed',
          attempts: 2,
          startedAt: 7,
          endedAt: 9,
          note: 'exit 1',
        });
        journal.append(epoch, run, [], { run: undefined, beads: [changed, madeUpBead('new')] });
        expect(journal.beads(run).map(({ id }) => id)).toEqual([...ids, 'new']);
        expect(journal.bead(run, nodeId('m'))).toEqual(changed);
        journal.append(epoch, run, [], { run: undefined, beads: [madeUpBead('a', { status: 'done' })] });
        expect(journal.unfinished(run, 3).map(({ id }) => id)).toEqual(['z', 'm', 'parent/child']);
        expect(journal.finished(run, 3).map(({ id }) => id)).toEqual(['a']);
        journal.append(epoch, run, [], { run: undefined, beads: [madeUpBead('z', { status: 'done' })] });
        expect(journal.finished(run, 3).map(({ id }) => id)).toEqual(['z', 'a']);
        expect(journal.finished(run, 1).map(({ id }) => id)).toEqual(['z']);
        expect(journal.bead(run, nodeId('none'))).toBeUndefined();
      });

      it('keeps runs apart', () => {
        const { epoch } = drive();
        const [first, second] = [begin(epoch), begin(epoch)];
        journal.append(epoch, second, [started('b', 1, 5)], { run: undefined, beads: [madeUpBead('b')] });
        journal.append(epoch, first, [started('a', 1, 6)], { run: undefined, beads: [madeUpBead('a')] });
        journal.append(epoch, second, [started('b', 2, 7)], { run: undefined, beads: [] });
        expect([...journal.events(first)]).toEqual([started('a', 1, 6)]);
        expect([...journal.events(second)]).toEqual([started('b', 1, 5), started('b', 2, 7)]);
        expect(journal.beads(first).map(({ id }) => id)).toEqual(['a']);
        expect(journal.bead(first, nodeId('b'))).toBeUndefined();
      });

      it('gives back what was put in, in order, whatever the batches and texts (more than one piece)', () => {
        const text = fc.string({ unit: 'binary', maxLength: 20 });
        const event = fc.record({
          type: fc.constant('step-succeeded' as const),
          report: fc.dictionary(text, text),
        });
        fc.assert(
          fc.property(fc.array(fc.array(event, { maxLength: 5 }), { maxLength: 5 }), (batches) => {
            const { epoch } = drive();
            const run = begin(epoch);
            const all: Event[] = [];
            for (const [at, batch] of batches.entries()) {
              const events = batch.map(
                (one): Event => ({ ...one, at, node: nodeId('a'), attempt: 1, step: 'work' }),
              );
              journal.append(epoch, run, events, { run: undefined, beads: [] });
              all.push(...events);
            }
            expect([...journal.events(run)]).toEqual(all);
          }),
          { numRuns: 25 },
        );
      });

      it('reads long histories whole and in order', () => {
        const { epoch } = drive();
        const run = begin(epoch);
        const events = Array.from({ length: 12_000 }, (_, index) => started('a', index, index));
        const beads = Array.from({ length: 11_000 }, (_, index) => madeUpBead(`b${index}`));
        journal.append(epoch, run, events, { run: undefined, beads });
        expect([...journal.events(run)]).toEqual(events);
        expect(journal.beads(run)).toEqual(beads);
      });

      it('gives those who follow a run only what they have not seen', () => {
        const { epoch } = drive();
        const [run, other] = [begin(epoch), begin(epoch)];
        const events = Array.from({ length: 6_000 }, (_, index) => started('a', index, index));
        const reader = open();
        for (const [from, to] of [
          [0, 1],
          [1, 5_500],
          [5_500, 6_000],
        ] as const) {
          journal.append(epoch, run, events.slice(from, to), { run: undefined, beads: [] });
          journal.append(epoch, other, [started('b', from, from)], { run: undefined, beads: [] });
          expect([...reader.events(run, from)]).toEqual(events.slice(from, to));
          expect([...reader.events(run, to)]).toEqual([]);
        }
        expect([...reader.events(run, 2)]).toEqual(events.slice(2));
      });

      it('goes on writing while somebody is in the middle of reading', () => {
        const { epoch } = drive();
        const run = begin(epoch);
        const events = Array.from({ length: 6_000 }, (_, index) => started('a', index, index));
        journal.append(epoch, run, events, { run: undefined, beads: [] });
        const reading = open().events(run)[Symbol.iterator]();
        expect(reading.next().value).toEqual(events[0]);
        journal.append(epoch, run, [started('b', 1, 9_999)], { run: undefined, beads: [] });
        expect([...journal.events(run)]).toHaveLength(6_001);
      });
    });

    describe('inbox', () => {
      const yes = { type: 'accepted', sentence: 'it will be done' } as const;
      const message = (key: string) => ({
        key,
        type: 'select',
        body: { beads: [key] },
        from: 'terminal 2',
        at: 4,
      });

      it('takes messages from anybody, oldest first, each key once for ever', () => {
        const other = open();
        other.post(message('k1'));
        other.post(message('k2'));
        other.post(message('k1'));
        expect(journal.inbox()).toMatchObject([
          { type: 'select', body: { beads: ['k1'] }, from: 'terminal 2', at: 4 },
          { type: 'select', body: { beads: ['k2'] }, from: 'terminal 2', at: 4 },
        ]);
        const { epoch } = drive();
        for (const { id } of journal.inbox()) journal.handled(epoch, id, yes);
        other.post(message('k2'));
        expect(journal.inbox()).toEqual([]);
      });

      it('handles one message at a time, and says to its poster alone what came of it', () => {
        const { epoch } = drive();
        const other = open();
        for (const key of ['k1', 'k2', 'k3']) other.post(message(key));
        const [, second] = journal.inbox();
        expect(other.replyTo('k2')).toBeUndefined();
        journal.handled(epoch, second?.id ?? 0, yes);
        expect(journal.inbox()).toMatchObject([{ body: { beads: ['k1'] } }, { body: { beads: ['k3'] } }]);
        expect(['k1', 'k2', 'k3', 'k4'].map((key) => other.replyTo(key))).toEqual([
          undefined,
          yes,
          undefined,
          undefined,
        ]);
      });

      it('answers with the events that the message led to, or not at all', () => {
        const { epoch } = drive();
        const run = begin(epoch);
        journal.post(message('k1'));
        const answered = journal.inbox().map(({ id }) => ({ id, reply: yes }));
        const successor = drive();
        const commit = (by: number): void =>
          journal.append(by, run, [started('a', 1, 5)], { run: undefined, beads: [] }, answered);
        expect(() => commit(epoch)).toThrow(Fenced);
        expect([journal.replyTo('k1'), [...journal.events(run)]]).toEqual([undefined, []]);
        commit(successor.epoch);
        expect([journal.replyTo('k1'), [...journal.events(run)]]).toEqual([yes, [started('a', 1, 5)]]);
        expect(journal.inbox()).toEqual([]);
      });

      it('keeps the first reply, and takes none from who has lost the lease', () => {
        const { epoch } = drive();
        journal.post(message('k1'));
        const id = journal.inbox()[0]?.id ?? 0;
        const successor = drive();
        const no = { type: 'refused', sentence: 'no' } as const;
        expect(() => journal.handled(epoch, id, no)).toThrow(Fenced);
        expect(journal.replyTo('k1')).toBeUndefined();
        journal.handled(successor.epoch, id, yes);
        journal.handled(successor.epoch, id, no);
        expect(journal.replyTo('k1')).toEqual(yes);
      });
    });

    it('keeps the last snapshot of the run that is driven, from its driver only', () => {
      const { epoch } = drive();
      const run = begin(epoch);
      expect(journal.snapshot(run)).toBeUndefined();
      expect(journal.keepSnapshot(epoch, run, { events: 3, body: { a: ['ü\n', null] } })).toBe(true);
      expect(journal.keepSnapshot(epoch, run, { events: 5, body: { b: 1 } })).toBe(true);
      expect(open().snapshot(run)).toMatchObject({ events: 5, body: { b: 1 } });
      const next = begin(epoch);
      expect(journal.keepSnapshot(epoch, next, { events: 0, body: [] })).toBe(true);
      expect([journal.snapshot(run), journal.snapshot(next)?.events]).toEqual([undefined, 0]);
      drive();
      expect(journal.keepSnapshot(epoch, run, { events: 9, body: {} })).toBe(false);
      expect(journal.snapshot(run)).toBeUndefined();
    });

    it('keeps settings, the last value of each', () => {
      journal.setSetting('formula', 'a.toml');
      open().setSetting('formula', 'b.toml');
      expect(journal.setting('formula')).toBe('b.toml');
      expect(journal.setting('other')).toBeUndefined();
    });
  });
}
