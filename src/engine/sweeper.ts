/**
 * Looks for what ended attempts left behind. Owns: when.
 * I1 At most every {@link SWEEP_EVERY_MS}, and once at the end; it takes about one part in {@link PATIENCE} of the time.
 */
import type { NodeId } from '../core/ids.ts';
import type { Clock, Performers } from '../ports/work.ts';

const SWEEP_EVERY_MS = 200;
const SWEEP_AT_LEAST_EVERY_MS = 2_000;
/** A look takes as long as there are processes on the machine: after a long one, the next one is longer in coming. */
const PATIENCE = 50;

/** Beads that left processes behind, which were killed. */
export type Leftovers = readonly { readonly node: NodeId; readonly processes: number }[];

export class Sweeper {
  readonly #performers: Performers;
  readonly #onSwept: (leftovers: Leftovers) => void;
  readonly #onTrouble: (error: unknown) => void;
  #timer: Disposable | undefined;
  #tookMs = 0;
  #sweeping: Promise<void> = Promise.resolve();

  /** `onTrouble`: a look that nobody waits for failed. */
  constructor(
    performers: Performers,
    onSwept: (leftovers: Leftovers) => void,
    onTrouble: (error: unknown) => void,
  ) {
    this.#performers = performers;
    this.#onSwept = onSwept;
    this.#onTrouble = onTrouble;
  }

  ask(clock: Clock): void {
    const waitMs = Math.min(SWEEP_AT_LEAST_EVERY_MS, Math.max(SWEEP_EVERY_MS, PATIENCE * this.#tookMs));
    this.#timer ??= clock.after(waitMs, () => {
      this.#timer = undefined;
      this.#sweep(clock);
      this.#sweeping.catch(this.#onTrouble);
    });
  }

  async sweepNow(): Promise<void> {
    this.forget();
    this.#sweep();
    await this.#sweeping;
  }

  /** What was asked for is not done any more. */
  forget(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #sweep(clock?: Clock): void {
    this.#sweeping = this.#sweeping.then(async () => {
      const since = clock?.now();
      const leftovers = await this.#performers.sweep();
      if (clock !== undefined && since !== undefined) this.#tookMs = clock.now() - since;
      if (leftovers.length > 0) this.#onSwept(leftovers);
    });
  }
}
