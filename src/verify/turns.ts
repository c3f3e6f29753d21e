/**
 * One at a time, in the order of asking, per name. Owns: the queues. Does not own: what is done in a turn.
 * I1 At most one turn per name is out. I2 Whoever gives up while waiting holds nobody up.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves when the turn has come; disposing it lets the next one in. Undefined: the signal aborted first. */
  async take(name: string, signal: AbortSignal): Promise<Disposable | undefined> {
    const before = this.#last.get(name) ?? Promise.resolve();
    let end = (): void => {};
    const mine = new Promise<void>((resolve) => {
      end = resolve;
    });
    // Whoever comes next waits for both, so giving up early does not let it overtake.
    const settled = before.then(() => mine);
    this.#last.set(name, settled);
    void settled.then(() => {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    });
    const hasTurn = await firstOf(before, signal);
    if (hasTurn) return { [Symbol.dispose]: end };
    end();
    return undefined;
  }
}

/** Whether the promise came before the signal. */
async function firstOf(promise: Promise<void>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  let stop = (): void => {};
  const aborted = new Promise<false>((resolve) => {
    stop = () => resolve(false);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise.then(() => true), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
