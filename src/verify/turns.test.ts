import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

const never = new AbortController().signal;
/** Lets everything that is ready happen. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Turns', () => {
  it('lets one in at a time, in order, per name', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const visit = async (name: string, label: string): Promise<Disposable | undefined> => {
      const turn = await turns.take(name, never);
      order.push(label);
      return turn;
    };
    const first = visit('a', 'a1');
    const second = visit('a', 'a2');
    void visit('b', 'b1');
    await settle();
    expect(order).toEqual(['a1', 'b1']);
    (await first)?.[Symbol.dispose]();
    await settle();
    expect(order).toEqual(['a1', 'b1', 'a2']);
    (await second)?.[Symbol.dispose]();
    expect(await turns.take('a', never)).toBeDefined();
  });

  it('is not held up, nor overtaken, by one that gave up waiting', async () => {
    const turns = new Turns();
    const first = await turns.take('a', never);
    const givingUp = new AbortController();
    const second = turns.take('a', givingUp.signal);
    let hasThird = false;
    const third = turns.take('a', never).then((turn) => {
      hasThird = true;
      return turn;
    });
    givingUp.abort();
    expect(await second).toBeUndefined();
    await settle();
    expect(hasThird).toBe(false);
    first?.[Symbol.dispose]();
    expect(await third).toBeDefined();
    expect(await turns.take('b', AbortSignal.abort())).toBeUndefined();
  });
});
