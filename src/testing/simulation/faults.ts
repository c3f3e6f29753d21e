/**
 * What can go wrong, and where. Every boundary between the engine and what it stands on is a place: each write to the
 * journal, each request for an effect, each answer, any instant.
 *
 * There is no "during" an append: a transaction is whole or absent, so dying in it is dying before or after it. That this
 * holds for SQLite, torn logs included, is the business of `src/journal/crash.test.ts`.
 */
import type { JournalWrite } from '../memory-journal.ts';

/** Where a terminal is hit: the `nth` time (from 1) that it comes by, or at an instant of its life. */
export type Place =
  | {
      readonly at: 'write';
      readonly write: JournalWrite['type'];
      /** `before`: decided, and not in its transaction yet. */
      readonly side: 'before' | 'after';
      readonly nth: number;
    }
  /** A request for an effect: not sent, or sent and its helper has perhaps not read it. */
  | { readonly at: 'request'; readonly side: 'before' | 'after'; readonly nth: number }
  /** An answer was heard, and nothing is journaled of it. */
  | { readonly at: 'answer'; readonly nth: number }
  | { readonly at: 'time'; readonly ms: number };

/** What happens there. */
export type Harm =
  /** SIGKILL. */
  | { readonly type: 'dies' }
  /** Ctrl-C. */
  | { readonly type: 'is-interrupted' }
  /** The machine: every terminal and every process is gone; the journal stays. */
  | { readonly type: 'reboots' }
  /**
   * SIGSTOP, then SIGCONT. `seems`: what others think of it meanwhile, rightly or not. `rival`: one of them comes at
   * this very instant.
   */
  | {
      readonly type: 'freezes';
      readonly forMs: number;
      readonly seems: 'alive' | 'dead';
      readonly rival: boolean;
    }
  /** The disk is full for its next writes, this one included. */
  | { readonly type: 'cannot-write'; readonly times: number }
  /** A helper is killed, and what it watches over. */
  | { readonly type: 'loses-process'; readonly which: number }
  /** The wall clock is set; timers go on. Back is seen only by those that begin later, as the port promises. */
  | { readonly type: 'clock-is-set'; readonly byMs: number };

export interface Fault {
  readonly place: Place;
  readonly harm: Harm;
}

/** Counts the places that one terminal comes by. */
export class Places {
  readonly #faults: readonly Fault[];
  readonly #counts = new Map<string, number>();

  constructor(faults: readonly Fault[]) {
    this.#faults = faults;
  }

  /** What happens here, this time. */
  pass(here: 'request' | 'answer' | JournalWrite['type'], side: 'before' | 'after'): readonly Harm[] {
    if (this.#faults.length === 0) return [];
    const name = `${side} ${here}`;
    const nth = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, nth);
    return this.#faults.flatMap(({ place, harm }) => (isAt(place, here, side, nth) ? [harm] : []));
  }
}

function isAt(
  place: Place,
  here: 'request' | 'answer' | JournalWrite['type'],
  side: 'before' | 'after',
  nth: number,
): boolean {
  switch (place.at) {
    case 'write':
      return place.write === here && place.side === side && place.nth === nth;
    case 'request':
      return here === 'request' && place.side === side && place.nth === nth;
    case 'answer':
      return here === 'answer' && place.nth === nth;
    case 'time':
      return false;
  }
}
