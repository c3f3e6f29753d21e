/** Looks for what ended attempts left behind. Owns: when. I1 At most every {@link SWEEP_EVERY_MS}, and once at the end. */
import type { NodeId } from '../core/ids.ts';
import type { Clock, Performers } from '../ports/work.ts';

const SWEEP_EVERY_MS = 200;

/** Beads that left processes behind, which were killed. */
export type Leftovers = readonly { readonly node: NodeId; readonly processes: number }[];

export class Sweeper {
  readonly #performers: Performers;
  readonly #onSwept: (leftovers: Leftovers) => void;
  #timer: Disposable | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(performers: Performers, onSwept: (leftovers: Leftovers) => void) {
    this.#performers = performers;
    this.#onSwept = onSwept;
  }

  ask(clock: Clock): void {
    this.#timer ??= clock.after(SWEEP_EVERY_MS, () => {
      this.#timer = undefined;
      this.#sweep();
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

  #sweep(): void {
    this.#sweeping = this.#sweeping.then(async () => {
      const leftovers = await this.#performers.sweep();
      if (leftovers.length > 0) this.#onSwept(leftovers);
    });
  }
}
