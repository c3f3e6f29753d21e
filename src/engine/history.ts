/** Rebuilds a run from its journal: takes up its latest snapshot and folds the events since. Decides nothing. */
import type { Event } from '../core/events.ts';
import { evolve } from '../core/evolve.ts';
import type { RunId } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import { Store } from '../core/store.ts';
import type { JournalReader, RunHeader } from '../ports/journal.ts';
import { Chronicle } from './chronicle.ts';
import { damage } from './damage.ts';
import { Roster } from './roster.ts';
import { recall } from './snapshots.ts';

/** A run as its journal tells it. */
export interface History {
  readonly store: Store;
  readonly chronicle: Chronicle;
  readonly roster: Roster;
  /** How many events it has told so far, and how many of them it was spared by a snapshot. */
  seen: number;
  readonly kept: number;
}

/** `plan` gives names; it must be the plan the run was made for. */
export function replay(journal: JournalReader, header: RunHeader, plan: Plan): History {
  const roster = new Roster(plan.beads);
  const chronicle = new Chronicle(header, roster);
  return { chronicle, roster, ...rebuild(journal, header.run, chronicle) };
}

function rebuild(
  journal: JournalReader,
  run: RunId,
  chronicle: Chronicle,
): Pick<History, 'store' | 'seen' | 'kept'> {
  const { store, kept } = begin(journal, run, chronicle);
  let seen = kept;
  for (const event of journal.events(run, kept)) {
    follow(run, event, store, chronicle);
    seen += 1;
  }
  forgetReplay(store);
  chronicle.caughtUp(store);
  return { store, seen, kept };
}

/** Takes up the latest snapshot; without one, a run begins with nothing. */
function begin(
  journal: JournalReader,
  run: RunId,
  chronicle: Chronicle,
): { readonly store: Store; readonly kept: number } {
  const recalled = recall(journal, run);
  if (recalled === undefined) return { store: new Store(), kept: 0 };
  const { store, added, dates, events } = recalled;
  chronicle.recall(dates, added, store);
  return { store, kept: events };
}

/** Tells a history what has happened since; returns it. What changed is the caller's to take. */
export function catchUp(journal: JournalReader, run: RunId, history: History): readonly Event[] {
  const events = [...journal.events(run, history.seen)];
  for (const event of events) follow(run, event, history.store, history.chronicle);
  history.seen += events.length;
  // Noted for `decide`, which has decided on it elsewhere.
  history.store.undecided.length = 0;
  return events;
}

/** The machine, while a chronicle takes note of what happened. */
export const replayWith = (journal: JournalReader, run: RunId, chronicle: Chronicle): Store =>
  rebuild(journal, run, chronicle).store;

/** Only the machine, for a run whose plan is no longer there. */
export function replayMachine(journal: JournalReader, run: RunId): Store {
  const recalled = recall(journal, run);
  const store = recalled?.store ?? new Store();
  for (const event of journal.events(run, recalled?.events)) follow(run, event, store);
  forgetReplay(store);
  return store;
}

/** An event was decided on before it was written: one that cannot have happened is damage, not a mistake of ours. */
function follow(run: RunId, event: Event, store: Store, chronicle?: Chronicle): void {
  try {
    evolve(store, event);
    chronicle?.note(event);
  } catch (error) {
    throw damage(`run ${run} tells of an event "${event.type}" that cannot have happened`, error);
  }
}

/** What was noted for `decide` while folding has been decided on already; what changed is in the journal. */
function forgetReplay(store: Store): void {
  store.undecided.length = 0;
  store.takeChanged();
}
