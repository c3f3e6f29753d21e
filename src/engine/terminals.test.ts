/** Terminals by hand: who waits for whom, who stops what, and what a take-over keeps. Times are virtual. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../core/events.ts';
import { nodeId } from '../core/ids.ts';
import type { OnFailure } from '../core/plan.ts';
import { bead } from '../testing/machine.ts';
import { codeOf } from '../testing/simulation/exit-code.ts';
import { Simulation } from '../testing/simulation/simulation.ts';
import type { Script } from '../testing/simulation/terminal.ts';
import type { Fate } from '../testing/simulation/world.ts';

/** `b` and `c` require `a`; `free` requires nothing. Everything takes a second, unless `fates` say otherwise. */
function simulationOf(
  fates: Readonly<Record<string, Fate>> = {},
  onFailure: OnFailure = 'pause',
): Simulation {
  const policy = { retries: 0, timeoutMs: undefined, onFailure };
  const nodes = [
    bead('a', [], { policy }),
    bead('b', ['a'], { policy, level: 1 }),
    bead('c', ['a'], { policy, level: 1 }),
    bead('free', [], { policy }),
  ];
  const plan = { nodes, parallel: 4, timeoutMs: undefined, agents: {} };
  return new Simulation(
    plan,
    (key) =>
      Object.entries(fates).find(([text]) => key.includes(text))?.[1] ?? { afterMs: 1000, end: 'succeeds' },
  );
}

const terminal = (select: string, afterMs: number, more: Partial<Script> = {}): Script => ({
  select: select === 'all' || select === 'same' ? select : select.split(' ').map(nodeId),
  afterMs,
  waitMs: 30_000,
  faults: [],
  ...more,
});

const killed = (afterMs: number): Partial<Script> => ({
  faults: [{ place: { at: 'time', ms: afterMs }, harm: { type: 'dies' } }],
});
const interrupted = (afterMs: number): Partial<Script> => ({
  faults: [{ place: { at: 'time', ms: afterMs }, harm: { type: 'is-interrupted' } }],
});

const codes = (simulation: Simulation): (number | undefined)[] =>
  simulation.terminals.map((one) => (one.end === undefined ? undefined : codeOf(one)));

const started = (simulation: Simulation): string[] =>
  simulation
    .events()
    .flatMap((event) => (event.type === 'attempt-started' ? [`${event.node} ${event.attempt}`] : []));

const has = (simulation: Simulation, type: Event['type']): boolean =>
  simulation.events().some((event) => event.type === type);

describe('what nobody asks for', () => {
  it('is waited for the stated time, and then no longer', async () => {
    const simulation = simulationOf();
    const from = simulation.clock.now();
    await simulation.play([terminal('b', 0)]);
    expect(codes(simulation)).toEqual([2]);
    const waitedMs = simulation.clock.now() - from;
    expect(waitedMs).toBeGreaterThanOrEqual(30_000);
    expect(waitedMs).toBeLessThan(31_000);
    expect(started(simulation)).toEqual([]);
  });

  it('may be asked for by anybody meanwhile', async () => {
    const simulation = simulationOf();
    await simulation.play([terminal('b', 0), terminal('c', 5_000), terminal('a', 29_000)]);
    expect(codes(simulation)).toEqual([0, 0, 0]);
    expect(started(simulation)).toEqual(['a 1', 'b 1', 'c 1']);
  });

  it('costs only what depends on it: the rest of the selection is done', async () => {
    const simulation = simulationOf();
    await simulation.play([terminal('b free', 0, { waitMs: 500 })]);
    expect(simulation.terminals[0]?.end).toEqual({
      type: 'unmet',
      requirements: new Map([[nodeId('b'), [nodeId('a')]]]),
    });
    expect(started(simulation)).toEqual(['free 1']);
    expect(simulation.store()?.node(nodeId('free')).phase.phase).toBe('done');
  });

  it('holds up nobody else: who drives goes on for the others, and ends with its own answer', async () => {
    const simulation = simulationOf();
    await simulation.play([terminal('b', 0, { waitMs: 500 }), terminal('free', 300)]);
    expect(codes(simulation)).toEqual([2, 0]);
    expect(started(simulation)).toEqual(['free 1']);
  });

  it('is not waited for on behalf of a terminal that is gone', async () => {
    const simulation = simulationOf();
    const from = simulation.clock.now();
    await simulation.play([terminal('free', 0), terminal('b', 300, killed(500))]);
    expect(codes(simulation)).toEqual([0, undefined]);
    expect(simulation.clock.now() - from).toBeLessThan(2_000);
  });

  it('that failed before counts as not done yet: whoever asks for it gives it new attempts', async () => {
    const simulation = simulationOf({ 'a/1': { afterMs: 100, end: 'fails' } });
    await simulation.play([terminal('a', 0)]);
    await simulation.play([terminal('b', 0), terminal('a', 1_000)]);
    expect(codes(simulation)).toEqual([3, 0, 0]);
    expect(started(simulation)).toEqual(['a 1', 'a 2', 'b 1']);
    expect(has(simulation, 'bead-skipped')).toBe(false);
  });
});

describe('a terminal that joins', () => {
  it('gives new attempts to what failed of it', async () => {
    const simulation = simulationOf({ 'a/1': { afterMs: 100, end: 'fails' } });
    await simulation.play([terminal('a free', 0), terminal('a', 500)]);
    expect(started(simulation)).toEqual(['a 1', 'free 1', 'a 2']);
    expect(codes(simulation)).toEqual([0, 0]);
  });

  it('is told when the run stands still for something else', async () => {
    const simulation = simulationOf({ free: { afterMs: 700, end: 'fails' } });
    await simulation.play([terminal('free a', 0), terminal('b', 300)]);
    // What runs is finished; b never starts.
    expect(codes(simulation)).toEqual([3, 3]);
    expect(started(simulation)).toEqual(['a 1', 'free 1']);
  });

  it('resumes what was asked for, also while the run stands still', async () => {
    const simulation = simulationOf({ 'free/1': { afterMs: 100, end: 'fails' } });
    await simulation.play([terminal('free a', 0), terminal('same', 500)]);
    expect(codes(simulation)).toEqual([0, 0]);
    expect(started(simulation)).toEqual(['a 1', 'free 1', 'free 2']);
  });

  it('may come when the driver is about to go: nothing that was asked for is lost', async () => {
    for (let afterMs = 900; afterMs < 1_200; afterMs += 7) {
      const simulation = simulationOf();
      await simulation.play([terminal('a', 0), terminal('b', afterMs), terminal('free', afterMs + 3)]);
      expect(codes(simulation), `after ${afterMs} ms`).toEqual([0, 0, 0]);
      expect(started(simulation).toSorted()).toEqual(['a 1', 'b 1', 'free 1']);
    }
  });
});

describe('Ctrl-C', () => {
  it('in the driver stops what only it wanted; what others want goes on where it is', async () => {
    const simulation = simulationOf();
    await simulation.play([terminal('a free', 0, interrupted(600)), terminal('a b', 200)]);
    expect(codes(simulation)).toEqual([130, 0]);
    expect(started(simulation)).toEqual(['a 1', 'free 1', 'b 1']);
    expect(simulation.store()?.node(nodeId('free')).phase.phase).toBe('waiting');
  });

  it('in the driver when the others die before they take over stops everything', async () => {
    const simulation = simulationOf({ a: { afterMs: 9_000, end: 'succeeds' } });
    await simulation.play([terminal('a', 0, interrupted(600)), terminal('a', 200, killed(401))]);
    expect(codes(simulation)).toEqual([130, undefined]);
    expect(simulation.world.alive()).toEqual([]);
  });

  it('in the driver of a run that pauses meanwhile stops what works: nobody would see to it', async () => {
    const slow: Fate = { afterMs: 60_000, end: 'succeeds' };
    const policy = { retries: 0, timeoutMs: undefined, onFailure: 'pause' } as const;
    const nodes = ['own', 'long', 'fails'].map((id) => bead(id, [], { policy }));
    // It fails while the driver waits for what only itself wanted to be gone, before it hands over.
    const simulation = new Simulation({ nodes, parallel: 4, timeoutMs: undefined, agents: {} }, (key) =>
      key.includes('fails') ? { afterMs: 620, end: 'fails' } : slow,
    );
    const from = simulation.clock.now();
    await simulation.play([terminal('own long fails', 0, interrupted(600)), terminal('long fails', 200)]);
    expect(simulation.world.alive()).toEqual([]);
    expect(simulation.clock.now() - from).toBeLessThan(10_000);
  });

  it('in a terminal that follows takes back what only it wanted', async () => {
    const simulation = simulationOf();
    await simulation.play([terminal('a', 0), terminal('a free', 200, interrupted(500))]);
    expect(codes(simulation)).toEqual([0, 130]);
    expect(started(simulation)).toEqual(['a 1', 'free 1']);
    const ends = [...simulation.world.began()].map(([key, isGood]) => `${key.split('/')[1]} ${isGood}`);
    expect(ends).toEqual(['a true', 'free false']);
  });
});

describe('a take-over', () => {
  it('goes on for everybody, adopts what works, and gives what failed no new attempts', async () => {
    const fates: Record<string, Fate> = {
      free: { afterMs: 100, end: 'fails' },
      a: { afterMs: 2_000, end: 'succeeds' },
    };
    const simulation = simulationOf(fates, 'skip');
    await simulation.play([terminal('a b c free', 0, killed(800)), terminal('a', 300)]);
    expect(codes(simulation)).toEqual([undefined, 0]);
    expect(started(simulation)).toEqual(['a 1', 'free 1', 'b 1', 'c 1']);
  });

  it('brings a run that was being cancelled to its end', async () => {
    const simulation = simulationOf(
      { free: { afterMs: 500, end: 'fails' }, a: { afterMs: 9_000, end: 'succeeds' } },
      'abort',
    );
    await simulation.play([terminal('a free', 0, killed(520)), terminal('a b', 200)]);
    expect(codes(simulation)).toEqual([undefined, 1]);
    expect(simulation.world.alive()).toEqual([]);
    expect(started(simulation)).toEqual(['a 1', 'free 1']);
    expect(simulation.events().at(-1)).toMatchObject({ type: 'run-settled', outcome: 'aborted' });
  });
});
