/** Time that passes only when everybody waits for it. Owns: what is due. I1 Callbacks run in order of their dates. */
import { Heap } from '../core/heap.ts';
import type { Clock } from '../ports/work.ts';

interface Due {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
  isCancelled: boolean;
}

export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #due = new Heap<Due>((a, b) => (a.at === b.at ? a.order < b.order : a.at < b.at));

  constructor(start = 1_700_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  soon(call: () => void): void {
    this.after(0, call);
  }

  after(ms: number, call: () => void): Disposable {
    const due: Due = { at: this.#now + Math.max(0, ms), order: this.#order++, call, isCancelled: false };
    this.#due.push(due);
    return {
      [Symbol.dispose]: () => {
        due.isCancelled = true;
      },
    };
  }

  /** Lets time pass, callback by callback, until `isOver` or until nobody waits any more; says which it was. */
  async run(isOver: () => boolean): Promise<'over' | 'idle'> {
    for (let turn = 0; turn < 100_000; turn += 1) {
      // What was resolved meanwhile goes first: promises take no time.
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver()) return 'over';
      let next = this.#due.pop();
      while (next?.isCancelled === true) next = this.#due.pop();
      if (next === undefined) return 'idle';
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    throw new Error('time passes, but nothing comes to an end');
  }
}
