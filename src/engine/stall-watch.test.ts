import { describe, expect, it } from 'vitest';
import { bead, Machine } from '../testing/machine.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { STALL_MS, type Stall, StallWatch } from './stall-watch.ts';

describe('the stall watch', () => {
  const watchOver = (machine: Machine, nudge: () => void) => {
    const clock = new VirtualClock();
    const stalls: Stall[] = [];
    const watch = new StallWatch({
      store: machine.store,
      clock,
      report: (stall) => stalls.push(stall),
      nudge,
    });
    return { clock, stalls, watch };
  };
  /** b is ready, there is a slot, and the queue does not know it. */
  const forgetful = (): Machine => {
    const machine = new Machine([bead('a'), bead('b')], { parallel: 1 });
    machine.store.ready.take(machine.store.run, () => true);
    machine.store.run.limits = { ...machine.limits, parallel: 2 };
    return machine;
  };

  it('reports work that nobody starts, after ten seconds, and gets it started', async () => {
    const machine = forgetful();
    const { clock, stalls, watch } = watchOver(machine, () => watch.turned(machine.wait(1).length > 0));
    const begunAt = clock.now();
    watch.turned(true);
    await clock.run(() => stalls.length > 0);
    expect(clock.now() - begunAt).toBe(STALL_MS);
    expect(stalls).toMatchObject([{ node: 'b', dump: { run: { working: 1 }, lane: { rig: 'default' } } }]);
    expect(JSON.parse(JSON.stringify(stalls[0]?.dump))).toMatchObject({
      node: { id: 'b', phase: { phase: 'ready' } },
    });
    expect(await clock.run(() => false)).toBe('idle');
    expect([machine.status('b'), stalls.length]).toEqual(['running', 1]);
  });

  it('reports a stall that cannot be mended once, not every ten seconds', async () => {
    const machine = forgetful();
    const { clock, stalls, watch } = watchOver(machine, () => watch.turned(false));
    watch.turned(true);
    expect(await clock.run(() => false)).toBe('idle');
    expect(stalls).toHaveLength(1);
    watch.turned(true);
    await clock.run(() => false);
    expect(stalls, 'something happened in between').toHaveLength(2);
  });

  it('is quiet while everything that can run does, and once it is put away', async () => {
    const { clock, stalls, watch } = watchOver(new Machine([bead('a'), bead('b', ['a'])]), () => undefined);
    watch.turned(true);
    expect(await clock.run(() => false)).toBe('idle');
    const other = watchOver(forgetful(), () => undefined);
    other.watch.turned(true);
    other.watch[Symbol.dispose]();
    await other.clock.run(() => false);
    expect([...stalls, ...other.stalls]).toEqual([]);
  });
});
