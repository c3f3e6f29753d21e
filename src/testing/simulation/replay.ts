/** Folding a journal gives the state that was lived through: its rows are those that readers see. */
import { isDeepStrictEqual } from 'node:util';
import { checkInvariants } from '../../core/invariants.ts';
import type { Plan } from '../../core/plan.ts';
import type { Store } from '../../core/store.ts';
import { replay } from '../../engine/history.ts';
import { type MemoryDisk, MemoryJournal } from '../memory-journal.ts';
import { demand } from './violation.ts';

/** The latest run, as its journal tells it. */
export function checkReplay(disk: MemoryDisk, plan: Plan): Store | undefined {
  const journal = new MemoryJournal(disk);
  const run = journal.latestRun();
  if (run === undefined) return undefined;
  const { store, chronicle } = replay(journal, run, plan);
  checkInvariants(store);
  const seen = new Map(journal.beads(run.run).map((row) => [row.id, row]));
  const told = [...chronicle.rows(store)];
  demand(
    told.length === seen.size,
    `the journal tells of ${told.length} beads, and readers see ${seen.size}`,
  );
  for (const row of told)
    demand(
      isDeepStrictEqual(withoutGaps(row), withoutGaps(seen.get(row.id))),
      `the journal tells something else of ${row.id} than readers see`,
    );
  return store;
}

/** What is undefined is not written. */
const withoutGaps = (row: object | undefined): object =>
  Object.fromEntries(Object.entries(row ?? {}).filter(([, value]) => value !== undefined));
