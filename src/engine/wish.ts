/**
 * What one terminal wants of a run, whether it drives it, follows it, or takes it over in between.
 * Owns: its selection, which only gets smaller, and how long beads have waited for what nobody asks for.
 */
import type { NodeId } from '../core/ids.ts';
import type { Store } from '../core/store.ts';
import { type Selection, unmetOf } from './selection.ts';

/** Beads with what they require and nobody asks for. */
export type Unmet = ReadonlyMap<NodeId, readonly NodeId[]>;

/** What a wish is made from. */
export interface WishParts {
  readonly terminal: string;
  /** How long beads wait for another terminal to ask for what they require. */
  readonly waitMs: number;
  /** Called when they begin to wait. */
  readonly onWait: (unmet: Unmet, waitMs: number) => void;
}

export class Wish {
  readonly terminal: string;
  /** Nobody has taken it on yet: what failed of it gets new attempts, as with every new `gastown run`. */
  isNew = true;
  /** Undefined: what the run was asked for, which is not known before it is read. */
  selection: Selection | undefined;
  /** What was waited for in vain. */
  givenUp: Unmet | undefined;
  readonly #parts: WishParts;
  #waitsSince: number | undefined;

  constructor(parts: WishParts, selection: Selection | undefined) {
    this.terminal = parts.terminal;
    this.#parts = parts;
    this.selection = selection;
  }

  /**
   * Looks whether beads wait for what nobody asks for. `waits`: they do, and have time left · `smaller`: their time is up, and
   * they are given up.
   */
  weigh(store: Store, now: number): 'fine' | 'waits' | 'smaller' {
    if (this.selection === undefined) return 'fine';
    const unmet = unmetOf(store, this.selection);
    if (unmet.size === 0) {
      this.#waitsSince = undefined;
      return 'fine';
    }
    const { waitMs, onWait } = this.#parts;
    if (this.#waitsSince === undefined) {
      this.#waitsSince = now;
      if (waitMs > 0) onWait(directly(unmet), waitMs);
    }
    if (now - this.#waitsSince < waitMs) return 'waits';
    this.givenUp = directly(unmet);
    this.selection = without(this.selection, unmet);
    return 'smaller';
  }
}

/** A selection without some beads. */
export const without = (selection: Selection, left: ReadonlyMap<NodeId, unknown>): Selection =>
  selection === 'all' ? 'all' : selection.filter((id) => !left.has(id));

/** Those that wait for others of the same list are not worth a word. */
const directly = (unmet: Unmet): Unmet => new Map([...unmet].filter(([, missing]) => missing.length > 0));
