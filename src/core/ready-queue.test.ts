import { describe, expect, it } from 'vitest';
import { bead } from '../testing/machine.ts';
import type { BeadNode } from './plan.ts';
import { ReadyQueue } from './ready-queue.ts';
import { Store } from './store.ts';

/** A queue in which these beads are parked at the lock `x`, which is free again. */
function parked(...beads: readonly BeadNode[]) {
  const queue = new ReadyQueue();
  const { run } = new Store();
  run.locks.set('x', bead('holder').id);
  for (const one of beads) queue.offer(one);
  const take = (...stale: readonly BeadNode[]): string | undefined =>
    queue.take(run, (one) => !stale.includes(one))?.id;
  expect(take()).toBeUndefined();
  run.locks.delete('x');
  queue.released('x');
  return { run, take };
}

describe('a lock that is free', () => {
  const [a, b] = [bead('a', [], { locks: ['x'] }), bead('b', [], { locks: ['x'] })];

  it('wakes one after the other', () => {
    const { run, take } = parked(b, a);
    expect(take()).toBe('a');
    run.locks.set('x', a.id);
    expect(take()).toBeUndefined();
  });

  it('wakes the next one where the first may no longer start', () => {
    const { take } = parked(a, b);
    expect(take(a)).toBe('b');
    expect(take()).toBeUndefined();
  });

  it('wakes the next one where the first has to wait for another lock', () => {
    const both = bead('a', [], { locks: ['x', 'y'] });
    const { run, take } = parked(both, b);
    run.locks.set('y', bead('holder').id);
    expect(take()).toBe('b');
  });
});
