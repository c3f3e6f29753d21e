/** The real clock. Wall time at start plus monotonic time since: it never goes back while the process lives. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const startedAt = Date.now() - performance.now();

export const systemClock = {
  /** Epoch ms, whole. */
  now: (): number => Math.floor(startedAt + performance.now()),

  soon: (call: () => void): void => {
    setImmediate(call);
  },

  /** Timers are cut at 24 days: whoever waits longer looks at the clock again. */
  after: (ms: number, call: () => void): Disposable => {
    const timer = setTimeout(call, Math.min(ms, LONGEST_TIMER_MS));
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
