/** Drivers that are stopped for a while, taken for dead, and wake up beside their successor. Times are virtual. */
import { describe, expect, it } from 'vitest';
import type { Step } from '../core/ids.ts';
import type { BeadNode } from '../core/plan.ts';
import { bead } from '../testing/machine.ts';
import type { Fault } from '../testing/simulation/faults.ts';
import { started, terminal } from '../testing/simulation/samples.ts';
import { Simulation } from '../testing/simulation/simulation.ts';
import type { Fate } from '../testing/simulation/world.ts';

/** Everything takes a second, unless `fates` say otherwise. */
const simulationOf = (
  steps: readonly Step[] = ['work'],
  fates: Readonly<Record<string, Fate>> = {},
  more: readonly BeadNode[] = [],
): Simulation => {
  const nodes = [bead('a', [], { steps }), bead('b', ['a']), ...more];
  return new Simulation(
    { nodes, parallel: 2, timeoutMs: undefined, agents: {} },
    (key) => fates[key] ?? { afterMs: 1000, end: 'succeeds' },
  );
};

const frozen = (forMs: number, rival = false): Fault['harm'] => ({
  type: 'freezes',
  forMs,
  seems: 'dead',
  rival,
});

/** How each of them ended. */
const ends = ({ terminals }: Simulation): string[] =>
  terminals.map(({ end, error }) => end?.type ?? (error instanceof Error ? error.name : 'not at all'));

describe('a driver that wakes up', () => {
  it('after its work was taken over is fenced: nothing begins twice, nothing of the successor is touched', async () => {
    const simulation = simulationOf();
    await simulation.play([
      terminal(0, [{ place: { at: 'time', ms: 500 }, harm: frozen(1000) }]),
      terminal(700),
    ]);
    expect(ends(simulation)).toEqual(['Fenced', 'ended']);
    expect(started(simulation)).toEqual(['a 1', 'b 1']);
    expect([...simulation.world.began()]).toEqual([
      ['r1/a/1/work', true],
      ['r1/b/1/work', true],
    ]);
  });

  it('between its decision and its transaction commits nothing', async () => {
    for (let nth = 1; nth <= 3; nth += 1) {
      const simulation = simulationOf();
      const place = { at: 'write', write: 'append', side: 'before', nth } as const;
      await simulation.play([terminal(0, [{ place, harm: frozen(5000, true) }])]);
      expect(ends(simulation), `before commit ${nth}`).toEqual(['Fenced', 'ended']);
      expect(started(simulation)).toEqual(['a 1', 'b 1']);
    }
  });

  it('between its commit and its request asks in vain: the successor has given the key up', async () => {
    const simulation = simulationOf();
    const place = { at: 'request', side: 'before', nth: 1 } as const;
    await simulation.play([terminal(0, [{ place, harm: frozen(5000) }]), terminal(100)]);
    expect(ends(simulation)).toEqual(['Fenced', 'ended']);
    // The first attempt was proven never to have begun: lost, and no retry spent.
    expect(started(simulation)).toEqual(['a 1', 'a 2', 'b 1']);
    expect([...simulation.world.began().keys()]).toEqual(['r1/a/2/work', 'r1/b/1/work']);
  });

  it('while it looked for leftovers begins no check beside the work of its successor', async () => {
    const simulation = simulationOf(['work', 'verify'], { 'r1/a/1/verify': { afterMs: 300, end: 'dies' } });
    // The first answer is that of the work; the second one that nothing was left behind.
    const place = { at: 'answer', nth: 2 } as const;
    await simulation.play([terminal(0, [{ place, harm: frozen(1000) }]), terminal(1200)]);
    expect(ends(simulation)).toEqual(['Fenced', 'ended']);
    // It would have begun the checks of the first attempt, which were lost under its successor, for a second time.
    expect(started(simulation)).toEqual(['a 1', 'a 2', 'b 1']);
    expect(simulation.world.begun.filter((key) => key.endsWith('verify'))).toEqual([
      'r1/a/1/verify',
      'r1/a/2/verify',
    ]);
  });

  it('before anybody took it for dead goes on, and nobody else drives', async () => {
    const simulation = simulationOf();
    const harm = { type: 'freezes', forMs: 3000, seems: 'alive', rival: false } as const;
    await simulation.play([terminal(0, [{ place: { at: 'time', ms: 500 }, harm }]), terminal(700)]);
    expect(ends(simulation)).toEqual(['ended', 'ended']);
    expect(simulation.disk.epoch).toBe(1);
    expect(started(simulation)).toEqual(['a 1', 'b 1']);
  });
});

describe('a driver whose lease is stolen while it works', () => {
  it('is fenced at its next commit, and the work goes on where it is', async () => {
    const simulation = simulationOf();
    await simulation.play([terminal(0), terminal(500, [], { isElsewhere: true, steals: true })]);
    expect(ends(simulation)).toEqual(['Fenced', 'ended']);
    expect(started(simulation)).toEqual(['a 1', 'b 1']);
  });

  it('stops nothing of its successor either where a full disk is the first thing that it meets', async () => {
    const simulation = simulationOf(['work'], { 'r1/c/1/work': { afterMs: 3000, end: 'succeeds' } }, [
      bead('c'),
    ]);
    const full: Fault = { place: { at: 'time', ms: 700 }, harm: { type: 'cannot-write', times: 1 } };
    await simulation.play([terminal(0, [full]), terminal(500, [], { isElsewhere: true, steals: true })]);
    expect(ends(simulation)).toEqual(['cut-off', 'ended']);
    expect(started(simulation)).toEqual(['a 1', 'c 1', 'b 1']);
  });

  it('keeps it where nobody says that it may be stolen', async () => {
    const simulation = simulationOf();
    await simulation.play([terminal(0), terminal(500, [], { isElsewhere: true })]);
    expect(ends(simulation)).toEqual(['ended', 'held-elsewhere']);
  });
});
