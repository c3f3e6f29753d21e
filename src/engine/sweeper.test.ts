import { describe, expect, it } from 'vitest';
import { nodeId } from '../core/ids.ts';
import type { Performers } from '../ports/work.ts';
import { FakeWorld } from '../testing/fake-world.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { type Leftovers, Sweeper } from './sweeper.ts';

const found: Leftovers = [{ node: nodeId('a'), processes: 2 }];

/** A sweeper of a world in which a sweep takes as long as it is told. */
function sweeper(sweepMs: number, finds: Leftovers = found) {
  const clock = new VirtualClock();
  const world = new FakeWorld(clock, () => ({ afterMs: 0, end: 'succeeds' }));
  let atOnce = 0;
  let most = 0;
  let sweeps = 0;
  const performers: Performers = {
    ...world.performers(),
    sweep: async () => {
      sweeps += 1;
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise<void>((resolve) => {
        clock.after(sweepMs, resolve);
      });
      atOnce -= 1;
      return finds;
    },
  };
  const told: Leftovers[] = [];
  return {
    clock,
    told,
    counts: () => ({ sweeps, most }),
    it: new Sweeper(
      performers,
      (one) => told.push(one),
      (error) => {
        throw error;
      },
    ),
  };
}

describe('the sweeper', () => {
  it('looks once for many ends that come together, some time after the first', async () => {
    const { it: sweeping, clock, counts, told } = sweeper(0);
    const from = clock.now();
    for (let end = 0; end < 10; end += 1) clock.after(end * 10, () => sweeping.ask(clock));
    expect(await clock.run(() => told.length > 0)).toBe('over');
    expect(clock.now() - from).toBe(200);
    await clock.run(() => false);
    expect(counts().sweeps).toBe(1);
    sweeping.ask(clock);
    expect(await clock.run(() => told.length > 1)).toBe('over');
  });

  it('looks at the end whatever was asked, and ends when everything is found', async () => {
    const { it: sweeping, clock, counts, told } = sweeper(1000);
    sweeping.ask(clock);
    let isOver = false;
    void sweeping.sweepNow().then(() => {
      isOver = true;
      expect(told).toEqual([found]);
    });
    expect(await clock.run(() => isOver)).toBe('over');
    await clock.run(() => false);
    expect(counts().sweeps).toBe(1);
  });

  it('never looks twice at once', async () => {
    const { it: sweeping, clock, counts } = sweeper(1000);
    let ended = 0;
    for (let time = 0; time < 3; time += 1)
      void sweeping.sweepNow().then(() => {
        ended += 1;
      });
    expect(await clock.run(() => ended === 3)).toBe('over');
    expect(counts()).toEqual({ sweeps: 3, most: 1 });
  });

  it('says nothing of nothing, and forgets what it was asked', async () => {
    const { it: sweeping, clock, counts, told } = sweeper(0, []);
    await Promise.all([sweeping.sweepNow(), clock.run(() => false)]);
    sweeping.ask(clock);
    sweeping.forget();
    await clock.run(() => false);
    expect([counts().sweeps, told]).toEqual([1, []]);
  });

  it('says when a look that nobody waits for has failed', async () => {
    const clock = new VirtualClock();
    const troubles: unknown[] = [];
    const sweep = (): Promise<never> => Promise.reject(new Error('process 7 cannot be killed'));
    const performers = {
      ...new FakeWorld(clock, () => ({ afterMs: 0, end: 'succeeds' })).performers(),
      sweep,
    };
    const sweeping = new Sweeper(
      performers,
      () => undefined,
      (error) => troubles.push(error),
    );
    sweeping.ask(clock);
    await clock.run(() => troubles.length > 0);
    expect(troubles).toEqual([new Error('process 7 cannot be killed')]);
    await expect(sweeping.sweepNow()).rejects.toThrow('process 7');
  });
});
