/**
 * Run snapshots: what folding a run's events comes to, kept so that a run of any length is gone on with at once.
 * Owns: when one is made, and what is in it besides the machine's state. Does not own: the journal that keeps it.
 * I1  A snapshot is a copy: without it, or with one that cannot be read, the events are folded, and give the same.
 * I2  Making snapshots costs a share of the events, however large the plan is: one is made after as many events as it has
 *     nodes. The first one is made early: until then, going on folds the plan itself.
 */

import { decodeColumns, encodeColumns } from '../core/columns.ts';
import type { RunId } from '../core/ids.ts';
import { imageOf, type StoreImage, storeOf } from '../core/image.ts';
import type { Bead } from '../core/plan.ts';
import type { Store } from '../core/store.ts';
import { isJournalProblem, type Journal, type JournalReader } from '../ports/journal.ts';
import type { Chronicle, DatedBead } from './chronicle.ts';
import type { Roster } from './roster.ts';

/** The body of a snapshot. */
interface Body {
  readonly image: StoreImage;
  /** Beads that joined the run: the plan does not know them. */
  readonly added: readonly Bead[];
  /** Columns of {@link DatedBead}. */
  readonly dates: string;
}

/** A run as it was after some of its events. */
export interface Recalled {
  readonly store: Store;
  readonly added: readonly Bead[];
  readonly dates: readonly DatedBead[];
  readonly events: number;
}

/** Fewer events than these are folded sooner than a snapshot is made and read. */
const FEW_EVENTS = 2_000;

/** The latest snapshot of a run, if there is one. */
export function recall(journal: JournalReader, run: RunId): Recalled | undefined {
  const snapshot = journal.snapshot(run);
  if (snapshot?.body == null) return undefined;
  // Only what this build has written is given back: this is where it gets its type.
  const { image, added, dates } = snapshot.body as Body;
  try {
    const store = storeOf(image);
    return { store, added: [...added], dates: decodeColumns<DatedBead>(dates), events: snapshot.events };
  } catch {
    // Whatever is wrong with a copy, the events are there.
    return undefined;
  }
}

/** What a keeper is made from. */
export interface SnapshotKeeperParts {
  readonly journal: Journal;
  readonly epoch: number;
  readonly run: RunId;
  readonly store: Store;
  readonly roster: Roster;
  readonly chronicle: Chronicle;
  /** How many events the store has followed, and how many of them the last snapshot holds. */
  readonly seen: number;
  readonly kept: number;
  /** After how many events a snapshot is worth it; default {@link FEW_EVENTS}. */
  readonly after?: number | undefined;
}

/** Makes the snapshots of a run that is being driven. */
export class SnapshotKeeper {
  readonly #parts: SnapshotKeeperParts;
  #seen: number;
  #kept: number;
  readonly #few: number;

  constructor(parts: SnapshotKeeperParts) {
    this.#parts = parts;
    this.#seen = parts.seen;
    this.#kept = parts.kept;
    this.#few = parts.after ?? FEW_EVENTS;
  }

  /** Events were committed, and the store has followed them. */
  committed(events: number): void {
    this.#seen += events;
    const many = this.#kept === 0 ? 0 : this.#parts.store.nodes.size;
    if (this.#seen - this.#kept > this.#few + many) this.#keep();
  }

  /** Nothing will happen for a while. */
  rests(): void {
    if (this.#seen - this.#kept > this.#few) this.#keep();
  }

  #keep(): void {
    const { journal, epoch, run, store, roster, chronicle } = this.#parts;
    const dates = encodeColumns(chronicle.dates());
    const body: Body = { image: imageOf(store), added: roster.added, dates };
    this.#kept = this.#seen;
    try {
      journal.keepSnapshot(epoch, run, { events: this.#seen, body });
    } catch (error) {
      // Nothing is lost without it; whether the journal can be written is found out by what has to be.
      if (!isJournalProblem(error)) throw error;
    }
  }
}
