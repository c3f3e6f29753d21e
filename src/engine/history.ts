/** Rebuilds a run from its journal: folds every event, decides nothing. */
import type { Event } from '../core/events.ts';
import { evolve } from '../core/evolve.ts';
import type { RunId } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import { Store } from '../core/store.ts';
import type { JournalReader, RunHeader } from '../ports/journal.ts';
import { Chronicle } from './chronicle.ts';
import { Roster } from './roster.ts';

/** A run as its journal tells it. */
export interface History {
  readonly store: Store;
  readonly chronicle: Chronicle;
  readonly roster: Roster;
  /** How many events it has told so far. */
  seen: number;
}

/** `plan` gives names; it must be the plan the run was made for. */
export function replay(journal: JournalReader, header: RunHeader, plan: Plan): History {
  const roster = new Roster(plan.beads);
  const chronicle = new Chronicle(header, roster);
  const history: History = { store: new Store(), chronicle, roster, seen: 0 };
  catchUp(journal, header.run, history);
  forgetReplay(history.store);
  return history;
}

/** Tells a history what has happened since; returns it. What changed is the caller's to take. */
export function catchUp(journal: JournalReader, run: RunId, history: History): readonly Event[] {
  const { store, chronicle, seen } = history;
  const events = [...journal.events(run, seen)];
  for (const event of events) {
    evolve(store, event);
    chronicle.note(event);
  }
  history.seen += events.length;
  // Noted for `decide`, which has decided on it elsewhere.
  store.undecided.length = 0;
  return events;
}

/** The machine, while a chronicle takes note of what happened. */
export function replayWith(journal: JournalReader, run: RunId, chronicle: Chronicle): Store {
  const store = new Store();
  for (const event of journal.events(run)) {
    evolve(store, event);
    chronicle.note(event);
  }
  forgetReplay(store);
  return store;
}

/** Only the machine, for a run whose plan is no longer there. */
export function replayMachine(journal: JournalReader, run: RunId): Store {
  const store = new Store();
  for (const event of journal.events(run)) evolve(store, event);
  forgetReplay(store);
  return store;
}

/** What was noted for `decide` while folding has been decided on already; what changed is in the journal. */
function forgetReplay(store: Store): void {
  store.undecided.length = 0;
  store.takeChanged();
}
