import { describe, expect, it } from 'vitest';
import { nodeId, runId } from '../core/ids.ts';
import { noCounts } from '../core/status.ts';
import type { BeadRow } from '../ports/journal.ts';
import { MemoryJournal } from '../testing/memory-journal.ts';
import { type DurationLimits, durationOr, knownDurations, typicalDuration } from './durations.ts';

const ids = ['a', 'b'].map(nodeId);

const done = (id: string, ms: number): BeadRow => ({
  id: nodeId(id),
  name: id,
  level: 0,
  requires: [],
  status: 'done',
  attempts: 1,
  startedAt: 1000,
  endedAt: 1000 + ms,
  note: undefined,
});
const failed = (id: string, ms: number): BeadRow => ({ ...done(id, ms), status: 'failed' });
const credited = (id: string): BeadRow => ({
  ...done(id, 0),
  attempts: 0,
  startedAt: undefined,
  endedAt: undefined,
});

/** One run after the other, the oldest first. */
function journalOf(runs: readonly (readonly BeadRow[])[], formulaFile = 'f.toml'): MemoryJournal {
  const journal = new MemoryJournal();
  const self = { host: 'h', bootId: 'b', pidNamespace: 'n', pid: 1, startTime: '1' };
  const lease = journal.acquire(self, 0, () => true);
  if ('heldBy' in lease) throw new Error('nobody holds it');
  for (const [at, beads] of runs.entries()) {
    const header = { run: runId(`r${at + 1}`), formula: 'f', formulaFile, planHash: 'h', createdAt: at };
    journal.createRun(lease.epoch, header);
    const run = {
      ...header,
      phase: 'settled',
      outcome: 'done',
      note: undefined,
      updatedAt: at,
      workedMs: 0,
      parallel: 1,
      counts: noCounts(),
    } as const;
    journal.append(lease.epoch, header.run, [], { run, beads });
  }
  return journal;
}

const known = (journal: MemoryJournal, limits: DurationLimits = {}): Record<string, number> =>
  Object.fromEntries(knownDurations(journal, 'f.toml', { wanted: ids, ...limits }));

describe('durations', () => {
  it('are the median of the five newest runs', () => {
    const runs = [900, 10, 30, 20, 50, 40].map((ms) => [done('a', ms), done('b', 2 * ms)]);
    expect(known(journalOf(runs))).toEqual({ a: 30, b: 60 });
    expect(known(journalOf(runs.slice(0, 2)))).toEqual({ a: 455, b: 910 });
  });

  it('count finished work only, and look further back for a bead that was only credited', () => {
    const credits = Array.from({ length: 7 }, () => [credited('a'), done('b', 5)]);
    expect(known(journalOf([[done('a', 80), done('b', 500)], ...credits]))).toEqual({ a: 80, b: 5 });
    expect(known(journalOf([[failed('a', 80), done('b', 5)]]))).toEqual({ b: 5 });
  });

  it('look no further back once every bead has one, nor beyond twenty runs', () => {
    const newer = (length: number, row: BeadRow) => Array.from({ length }, () => [row, done('b', 5)]);
    expect(known(journalOf([[done('a', 800)], ...newer(6, done('a', 3))]))['a']).toBe(3);
    expect(known(journalOf([[done('a', 800)], ...newer(19, credited('a'))]))['a']).toBe(800);
    expect(known(journalOf([[done('a', 800)], ...newer(20, credited('a'))]))).toEqual({ b: 5 });
  });

  it('read a bounded number of rows, and only of the same formula', () => {
    const runs = [
      [done('a', 10), done('b', 10)],
      [done('a', 20), done('b', 20)],
    ];
    expect(known(journalOf(runs), { rows: 3 })).toEqual({ a: 15, b: 20 });
    expect(known(journalOf(runs), { rows: 3, present: runId('r2') })).toEqual({ a: 15, b: 10 });
    expect(known(journalOf(runs, 'other.toml'))).toEqual({});
  });

  it('of unknown beads are taken for the median, or for one where none is known', () => {
    const some = new Map([
      [nodeId('a'), 10],
      [nodeId('b'), 30],
    ]);
    expect(durationOr(some)(nodeId('c'))).toBe(20);
    expect(durationOr(some)(nodeId('b'))).toBe(30);
    expect(typicalDuration(new Map())).toBe(1);
  });
});
