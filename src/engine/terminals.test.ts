/** Terminals by hand: who waits for whom, who stops what, and what a take-over keeps. Times are virtual. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../core/events.ts';
import { nodeId } from '../core/ids.ts';
import type { OnFailure } from '../core/plan.ts';
import { Arena, codeOf, type Script } from '../testing/arena.ts';
import type { Fate } from '../testing/fake-world.ts';
import { bead } from '../testing/machine.ts';

/** `b` and `c` require `a`; `free` requires nothing. Everything takes a second, unless `fates` say otherwise. */
function arenaOf(fates: Readonly<Record<string, Fate>> = {}, onFailure: OnFailure = 'pause'): Arena {
  const policy = { retries: 0, timeoutMs: undefined, onFailure };
  const nodes = [
    bead('a', [], { policy }),
    bead('b', ['a'], { policy, level: 1 }),
    bead('c', ['a'], { policy, level: 1 }),
    bead('free', [], { policy }),
  ];
  const plan = { nodes, parallel: 4, timeoutMs: undefined, agents: {} };
  return new Arena(
    plan,
    (key) =>
      Object.entries(fates).find(([text]) => key.includes(text))?.[1] ?? { afterMs: 1000, end: 'succeeds' },
  );
}

const terminal = (select: string, afterMs: number, more: Partial<Script> = {}): Script => ({
  select: select === 'all' || select === 'same' ? select : select.split(' ').map(nodeId),
  afterMs,
  waitMs: 30_000,
  ends: { how: 'by-itself' },
  ...more,
});

const killed = (afterMs: number): Partial<Script> => ({ ends: { how: 'killed', afterMs } });
const interrupted = (afterMs: number): Partial<Script> => ({ ends: { how: 'interrupted', afterMs } });

const codes = (arena: Arena): (number | undefined)[] =>
  arena.terminals.map((one) => (one.end === undefined ? undefined : codeOf(one)));

const started = (arena: Arena): string[] =>
  arena
    .events()
    .flatMap((event) => (event.type === 'attempt-started' ? [`${event.node} ${event.attempt}`] : []));

const has = (arena: Arena, type: Event['type']): boolean =>
  arena.events().some((event) => event.type === type);

describe('what nobody asks for', () => {
  it('is waited for the stated time, and then no longer', async () => {
    const arena = arenaOf();
    const from = arena.clock.now();
    await arena.play([terminal('b', 0)]);
    expect(codes(arena)).toEqual([2]);
    const waitedMs = arena.clock.now() - from;
    expect(waitedMs).toBeGreaterThanOrEqual(30_000);
    expect(waitedMs).toBeLessThan(31_000);
    expect(started(arena)).toEqual([]);
  });

  it('may be asked for by anybody meanwhile', async () => {
    const arena = arenaOf();
    await arena.play([terminal('b', 0), terminal('c', 5_000), terminal('a', 29_000)]);
    expect(codes(arena)).toEqual([0, 0, 0]);
    expect(started(arena)).toEqual(['a 1', 'b 1', 'c 1']);
  });

  it('costs only what depends on it: the rest of the selection is done', async () => {
    const arena = arenaOf();
    await arena.play([terminal('b free', 0, { waitMs: 500 })]);
    expect(arena.terminals[0]?.end).toEqual({
      type: 'unmet',
      requirements: new Map([[nodeId('b'), [nodeId('a')]]]),
    });
    expect(started(arena)).toEqual(['free 1']);
    expect(arena.store()?.node(nodeId('free')).phase.phase).toBe('done');
  });

  it('holds up nobody else: who drives goes on for the others, and ends with its own answer', async () => {
    const arena = arenaOf();
    await arena.play([terminal('b', 0, { waitMs: 500 }), terminal('free', 300)]);
    expect(codes(arena)).toEqual([2, 0]);
    expect(started(arena)).toEqual(['free 1']);
  });

  it('is not waited for on behalf of a terminal that is gone', async () => {
    const arena = arenaOf();
    const from = arena.clock.now();
    await arena.play([terminal('free', 0), terminal('b', 300, killed(500))]);
    expect(codes(arena)).toEqual([0, undefined]);
    expect(arena.clock.now() - from).toBeLessThan(2_000);
  });

  it('that failed before counts as not done yet: whoever asks for it gives it new attempts', async () => {
    const arena = arenaOf({ 'a/1': { afterMs: 100, end: 'fails' } });
    await arena.play([terminal('a', 0)]);
    await arena.play([terminal('b', 0), terminal('a', 1_000)]);
    expect(codes(arena)).toEqual([3, 0, 0]);
    expect(started(arena)).toEqual(['a 1', 'a 2', 'b 1']);
    expect(has(arena, 'bead-skipped')).toBe(false);
  });
});

describe('a terminal that joins', () => {
  it('gives new attempts to what failed of it', async () => {
    const arena = arenaOf({ 'a/1': { afterMs: 100, end: 'fails' } });
    await arena.play([terminal('a free', 0), terminal('a', 500)]);
    expect(started(arena)).toEqual(['a 1', 'free 1', 'a 2']);
    expect(codes(arena)).toEqual([0, 0]);
  });

  it('is told when the run stands still for something else', async () => {
    const arena = arenaOf({ free: { afterMs: 700, end: 'fails' } });
    await arena.play([terminal('free a', 0), terminal('b', 300)]);
    // What runs is finished; b never starts.
    expect(codes(arena)).toEqual([3, 3]);
    expect(started(arena)).toEqual(['a 1', 'free 1']);
  });

  it('resumes what was asked for, also while the run stands still', async () => {
    const arena = arenaOf({ 'free/1': { afterMs: 100, end: 'fails' } });
    await arena.play([terminal('free a', 0), terminal('same', 500)]);
    expect(codes(arena)).toEqual([0, 0]);
    expect(started(arena)).toEqual(['a 1', 'free 1', 'free 2']);
  });

  it('may come when the driver is about to go: nothing that was asked for is lost', async () => {
    for (let afterMs = 900; afterMs < 1_200; afterMs += 7) {
      const arena = arenaOf();
      await arena.play([terminal('a', 0), terminal('b', afterMs), terminal('free', afterMs + 3)]);
      expect(codes(arena), `after ${afterMs} ms`).toEqual([0, 0, 0]);
      expect(started(arena).toSorted()).toEqual(['a 1', 'b 1', 'free 1']);
    }
  });
});

describe('Ctrl-C', () => {
  it('in the driver stops what only it wanted; what others want goes on where it is', async () => {
    const arena = arenaOf();
    await arena.play([terminal('a free', 0, interrupted(600)), terminal('a b', 200)]);
    expect(codes(arena)).toEqual([130, 0]);
    expect(started(arena)).toEqual(['a 1', 'free 1', 'b 1']);
    expect(arena.store()?.node(nodeId('free')).phase.phase).toBe('waiting');
  });

  it('in the driver when the others die before they take over stops everything', async () => {
    const arena = arenaOf({ a: { afterMs: 9_000, end: 'succeeds' } });
    await arena.play([terminal('a', 0, interrupted(600)), terminal('a', 200, killed(401))]);
    expect(codes(arena)).toEqual([130, undefined]);
    expect(arena.world.alive()).toEqual([]);
  });

  it('in the driver of a run that pauses meanwhile stops what works: nobody would see to it', async () => {
    const slow: Fate = { afterMs: 60_000, end: 'succeeds' };
    const policy = { retries: 0, timeoutMs: undefined, onFailure: 'pause' } as const;
    const nodes = ['own', 'long', 'fails'].map((id) => bead(id, [], { policy }));
    // It fails while the driver waits for what only itself wanted to be gone, before it hands over.
    const arena = new Arena({ nodes, parallel: 4, timeoutMs: undefined, agents: {} }, (key) =>
      key.includes('fails') ? { afterMs: 620, end: 'fails' } : slow,
    );
    const from = arena.clock.now();
    await arena.play([terminal('own long fails', 0, interrupted(600)), terminal('long fails', 200)]);
    expect(arena.world.alive()).toEqual([]);
    expect(arena.clock.now() - from).toBeLessThan(10_000);
  });

  it('in a terminal that follows takes back what only it wanted', async () => {
    const arena = arenaOf();
    await arena.play([terminal('a', 0), terminal('a free', 200, interrupted(500))]);
    expect(codes(arena)).toEqual([0, 130]);
    expect(started(arena)).toEqual(['a 1', 'free 1']);
    const ends = [...arena.world.began()].map(([key, isGood]) => `${key.split('/')[1]} ${isGood}`);
    expect(ends).toEqual(['a true', 'free false']);
  });
});

describe('a take-over', () => {
  it('goes on for everybody, adopts what works, and gives what failed no new attempts', async () => {
    const fates: Record<string, Fate> = {
      free: { afterMs: 100, end: 'fails' },
      a: { afterMs: 2_000, end: 'succeeds' },
    };
    const arena = arenaOf(fates, 'skip');
    await arena.play([terminal('a b c free', 0, killed(800)), terminal('a', 300)]);
    expect(codes(arena)).toEqual([undefined, 0]);
    expect(started(arena)).toEqual(['a 1', 'free 1', 'b 1', 'c 1']);
  });

  it('brings a run that was being cancelled to its end', async () => {
    const arena = arenaOf(
      { free: { afterMs: 500, end: 'fails' }, a: { afterMs: 9_000, end: 'succeeds' } },
      'abort',
    );
    await arena.play([terminal('a free', 0, killed(520)), terminal('a b', 200)]);
    expect(codes(arena)).toEqual([undefined, 1]);
    expect(arena.world.alive()).toEqual([]);
    expect(started(arena)).toEqual(['a 1', 'free 1']);
    expect(arena.events().at(-1)).toMatchObject({ type: 'run-settled', outcome: 'aborted' });
  });
});
