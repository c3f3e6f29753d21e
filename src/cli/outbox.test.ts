import { describe, expect, it } from 'vitest';
import { Outbox } from './outbox.ts';

/** A receiver that ends deliveries when it is told to, and an outbox that writes to it. */
function outboxTo(answer: (message: string, signal: AbortSignal) => Promise<string | undefined>): {
  readonly outbox: Outbox;
  readonly givingUp: AbortController;
  readonly delivered: string[];
  readonly said: string[];
} {
  const givingUp = new AbortController();
  const delivered: string[] = [];
  const said: string[] = [];
  const deliver = (message: string, signal: AbortSignal): Promise<string | undefined> => {
    delivered.push(message);
    return answer(message, signal);
  };
  const outbox = new Outbox({ name: 'the receiver', deliver }, givingUp.signal, (sentence) => {
    said.push(sentence);
  });
  return { outbox, givingUp, delivered, said };
}

const untilAborted = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('was too late');
    signal.addEventListener('abort', () => resolve('was cut off'));
  });

const messages = (count: number): string[] => Array.from({ length: count }, (_, at) => `m${at}`);

describe('an outbox', () => {
  it('delivers one after another, in order', async () => {
    let underWay = 0;
    const { outbox, delivered, said } = outboxTo(async () => {
      underWay += 1;
      expect(underWay).toBe(1);
      await Promise.resolve();
      underWay -= 1;
      return undefined;
    });
    expect(outbox.isEmpty).toBe(true);
    for (const message of ['a', 'b']) outbox.put(message);
    expect(outbox.isEmpty).toBe(false);
    await outbox.emptied();
    outbox.put('c');
    await outbox.emptied();
    expect([delivered, said, outbox.isEmpty]).toEqual([['a', 'b', 'c'], [], true]);
  });

  it('tells of a failure once, and goes on', async () => {
    const { outbox, delivered, said } = outboxTo(async (message) => `did not like ${message}`);
    for (const message of ['a', 'b']) outbox.put(message);
    await outbox.emptied();
    outbox.put('c');
    await outbox.emptied();
    expect([delivered, said]).toEqual([['a', 'b', 'c'], ['the receiver did not like a']]);
  });

  it('tells of what nobody foresaw, and never throws', async () => {
    const { outbox, said } = outboxTo(() => Promise.reject(new Error('bad luck')));
    outbox.put('a');
    await outbox.emptied();
    expect(said).toEqual(['the receiver failed: bad luck']);
  });

  it('keeps the newest for a receiver that is too slow, and tells of it once', async () => {
    let release = (): void => {};
    const open = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    const { outbox, delivered, said } = outboxTo(() => open);
    for (const message of messages(20)) outbox.put(message);
    release();
    await outbox.emptied();
    expect(delivered).toEqual(['m0', ...messages(20).slice(4)]);
    expect(said).toEqual(['the receiver is too slow: the oldest notifications are dropped']);
  });

  it('gives up what is left when it has to, and counts it', async () => {
    const { outbox, givingUp, delivered, said } = outboxTo((_, signal) => untilAborted(signal));
    for (const message of messages(3)) outbox.put(message);
    givingUp.abort('after 5 s');
    await outbox.emptied();
    expect([delivered, said]).toEqual([['m0'], ['the receiver: 3 notifications were given up after 5 s']]);
  });
});
