/** Stories that broke a promise once, each made as small as it goes. Times are virtual. */
import { describe, expect, it } from 'vitest';
import { nodeId, runId } from '../core/ids.ts';
import type { BeadNode } from '../core/plan.ts';
import { bead } from '../testing/machine.ts';
import { MemoryJournal } from '../testing/memory-journal.ts';
import type { Fault } from '../testing/simulation/faults.ts';
import { started, terminal } from '../testing/simulation/samples.ts';
import { Simulation } from '../testing/simulation/simulation.ts';
import type { Fate } from '../testing/simulation/world.ts';

const simulationOf = (nodes: readonly BeadNode[], fates: Readonly<Record<string, Fate>> = {}): Simulation =>
  new Simulation(
    { nodes, parallel: 2, timeoutMs: undefined, agents: {} },
    (key) => fates[key] ?? { afterMs: 1000, end: 'succeeds' },
  );

const diesAfter = (ms: number): Fault => ({ place: { at: 'time', ms }, harm: { type: 'dies' } });

describe('a run that is given up for a newer one', () => {
  it('shows none of its beads as running, though the driver dies before the newer one is there', async () => {
    const simulation = simulationOf([bead('a')]);
    const place = { at: 'write', write: 'create-run', side: 'before', nth: 1 } as const;
    await simulation.play([
      terminal(0, [diesAfter(500)]),
      terminal(700, [{ place, harm: { type: 'dies' } }], { isRerun: true }),
    ]);
    const journal = new MemoryJournal(simulation.disk);
    expect(journal.bead(runId('r1'), nodeId('a'))?.status).toBe('paused');
    expect(journal.latestRun()?.counts).toMatchObject({ running: 0, paused: 1 });
    simulation.store();
  });
});

describe('a bead in work that nobody asks for any more', () => {
  const policy = { retries: 2, timeoutMs: undefined, onFailure: 'skip' } as const;
  const nodes = [bead('a', [], { policy }), bead('b', [], { policy })];
  // It is begun for a terminal that dies; the next one wants something else.
  const scripts = [
    terminal(0, [diesAfter(500)], { select: [nodeId('a')] }),
    terminal(700, [], { select: [nodeId('b')] }),
  ];

  it('is finished', async () => {
    const simulation = simulationOf(nodes);
    await simulation.play(scripts);
    expect(started(simulation)).toEqual(['a 1', 'b 1']);
    expect(simulation.store()?.node(nodeId('a')).phase.phase).toBe('done');
  });

  it('is not begun again when it fails', async () => {
    const simulation = simulationOf(nodes, { 'r1/a/1/work': { afterMs: 1000, end: 'fails' } });
    await simulation.play(scripts);
    expect(started(simulation)).toEqual(['a 1', 'b 1']);
    const { phase, selected, taskFailures } = simulation.store()?.node(nodeId('a')) ?? {};
    expect([phase?.phase, selected, taskFailures]).toEqual(['waiting', false, 1]);
  });

  it('is begun again when somebody asks for it', async () => {
    const simulation = simulationOf(nodes, { 'r1/a/1/work': { afterMs: 1000, end: 'fails' } });
    await simulation.play([...scripts, terminal(5000)]);
    expect(started(simulation)).toEqual(['a 1', 'b 1', 'a 2']);
  });
});

describe('a wall clock that is set between two drivers', () => {
  const policy = { retries: 1, timeoutMs: undefined, onFailure: 'pause' } as const;
  const DAY_MS = 24 * 3600 * 1000;

  it.each([-3 * DAY_MS, 3 * DAY_MS])('by %i ms lengthens no delay, and no date goes back', async (byMs) => {
    const simulation = simulationOf([bead('a', [], { policy })], {
      'r1/a/1/work': { afterMs: 100, end: 'fails' },
    });
    const from = simulation.clock.now();
    const set: Fault = { place: { at: 'time', ms: 150 }, harm: { type: 'clock-is-set', byMs } };
    await simulation.play([terminal(0, [set, diesAfter(200)]), terminal(300)]);
    expect(started(simulation)).toEqual(['a 1', 'a 2']);
    expect(simulation.clock.now() - from).toBeLessThan(5000);
    const dates = simulation.events().map(({ at }) => at);
    expect(dates).toEqual(dates.toSorted((a, b) => a - b));
  });
});
