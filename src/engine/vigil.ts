/**
 * Looks, while a run is driven, for beads that wait for what nobody asks for: those of this terminal for a time, those of a
 * terminal that is gone not at all, and those of others not, because they look themselves.
 * I1  A run never waits for ever on behalf of nobody.
 */
import type { Input } from '../core/input.ts';
import type { Store } from '../core/store.ts';
import type { Clock } from '../ports/work.ts';
import { unmetOf } from './selection.ts';
import type { Terminals } from './terminals.ts';
import { type Wish, without } from './wish.ts';

const LOOK_EVERY_MS = 200;

export interface VigilParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly wish: Wish;
  readonly terminals: Terminals;
  readonly tell: (input: Input) => void;
}

export class Vigil implements Disposable {
  readonly #parts: VigilParts;
  #timer: Disposable | undefined;

  constructor(parts: VigilParts) {
    this.#parts = parts;
  }

  /** Something changed: a look is due. */
  ask(): void {
    this.#timer ??= this.#parts.clock.after(LOOK_EVERY_MS, () => {
      this.#timer = undefined;
      if (this.#look()) this.ask();
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  /** Whether somebody waits. */
  #look(): boolean {
    const { store, clock, wish, terminals, tell } = this.#parts;
    if (store.run.phase.phase !== 'active') return false;
    let isWaiting = false;
    for (const [terminal, nodes] of [...store.run.selections]) {
      if (terminal === wish.terminal) {
        const found = wish.weigh(store, clock.now());
        isWaiting ||= found === 'waits';
        if (found === 'smaller') tell(selectInput(terminal, wish.selection ?? []));
        continue;
      }
      const unmet = unmetOf(store, nodes);
      if (unmet.size === 0) continue;
      isWaiting = true;
      if (!terminals.isAlive(terminal)) tell(selectInput(terminal, without(nodes, unmet)));
    }
    return isWaiting;
  }
}

/** Nothing is not asked for. */
const selectInput = (terminal: string, nodes: Wish['selection'] & {}): Input =>
  nodes.length === 0 ? { type: 'withdraw', terminal } : { type: 'select', terminal, nodes };
