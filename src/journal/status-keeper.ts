/**
 * Keeps `status.json` near the truth while a run is live, for readers that cannot open the journal (a read-only folder).
 * Owns: when it is written. I1 At most every {@link EVERY_MS} while things change, and once at the end.
 */
import type { JournalProblem, JournalReader } from '../ports/journal.ts';
import type { Clock } from '../ports/work.ts';
import { saveStatus } from './status-snapshot.ts';

/** Readers need the snapshot only where they cannot open the journal, and a large one costs the driver a moment. */
const EVERY_MS = 30_000;

export class StatusKeeper {
  readonly #stateFolder: string;
  readonly #journal: JournalReader;
  readonly #clock: Clock;
  #savedAt = 0;

  constructor(stateFolder: string, journal: JournalReader, clock: Clock) {
    this.#stateFolder = stateFolder;
    this.#journal = journal;
    this.#clock = clock;
    this.#savedAt = clock.now();
  }

  /** Something was committed. */
  changed(): void {
    if (this.#clock.now() - this.#savedAt >= EVERY_MS) this.save();
  }

  /** A problem is returned, not thrown: the snapshot is a copy, and no run ends for it. */
  save(): JournalProblem | undefined {
    this.#savedAt = this.#clock.now();
    return saveStatus(this.#stateFolder, this.#journal, []);
  }
}
