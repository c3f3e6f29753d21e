import { describe, expect, it } from 'vitest';
import { bead, Machine } from '../testing/machine.ts';
import { nodeId } from './ids.ts';
import { remind, stalled } from './stall.ts';

/** A machine whose ready queue forgot a bead. */
function forgetful(limits: ConstructorParameters<typeof Machine>[1] = {}): Machine {
  const machine = new Machine([bead('a'), bead('b', [], { rig: 'other', locks: ['out'] })], {
    parallel: 1,
    ...limits,
  });
  machine.store.ready.take(machine.store.run, () => true);
  machine.store.run.limits = { ...machine.limits, parallel: 2 };
  return machine;
}

describe('stalled', () => {
  it('finds a bead that could start and that the queue has forgotten', () => {
    const machine = forgetful();
    expect(machine.wait(1)).toEqual([]);
    expect(stalled(machine.store)).toBe('b');
    remind(machine.store, nodeId('b'));
    expect(machine.wait(1)).toEqual(['attempt-started b']);
    expect(stalled(machine.store)).toBeUndefined();
  });

  it.each<[string, (machine: Machine) => void]>([
    ['its slot', ({ store, limits }) => (store.run.limits = { ...limits, parallel: 1 })],
    ['its rig', ({ store, limits }) => (store.run.limits = { ...limits, parallel: 2, rigs: { other: 0 } })],
    [
      'its agent',
      ({ store, limits }) => (store.run.limits = { ...limits, parallel: 2, agents: { shell: 1 } }),
    ],
    ['its lock', ({ store }) => store.run.locks.set('out', nodeId('a'))],
    ['the run', (machine) => machine.tell({ type: 'pause', by: 'anna' })],
  ])('knows that a bead waits for %s', (_, hold) => {
    const machine = forgetful();
    hold(machine);
    expect(stalled(machine.store)).toBeUndefined();
  });

  it('finds a condition that nobody has judged', () => {
    const machine = new Machine([bead('a', [], { condition: 'true' })]);
    expect(stalled(machine.store)).toBe('a');
    machine.tell({ type: 'condition-judged', node: nodeId('a'), verdict: 'holds', message: undefined });
    expect(stalled(machine.store)).toBeUndefined();
  });
});
