/** What attempts and runs may spend: retries, losses, time; and what a pause, a take-over or a person gives back. */
import { describe, expect, it } from 'vitest';
import { bead, Machine } from '../testing/machine.ts';
import { nodeId } from './ids.ts';
import type { BeadNode } from './plan.ts';
import { liveTimers } from './time.ts';
import { wanted } from './wanted.ts';

const worker = (
  retries: number,
  timeoutMs?: number,
  steps: BeadNode['steps'] = ['work', 'verify'],
): BeadNode => bead('a', [], { steps, policy: { retries, timeoutMs, onFailure: 'pause' } });

const takeOver = (machine: Machine): string[] =>
  machine.tell({
    type: 'resume',
    by: 'test',
    limits: machine.limits,
    select: undefined,
    reopen: [],
    isTakeOver: true,
  });

/** Waits for a delay to end. */
const later = (machine: Machine): string[] => machine.wait(600_000);

describe('losses', () => {
  it('spend no retry', () => {
    const machine = new Machine([worker(1)]);
    machine.lose('a');
    machine.lose('a');
    machine.fail('a');
    expect(machine.status('a'), 'its one retry is there').toBe('waiting');
    later(machine);
    expect(machine.fail('a')).toContain('bead-failed a');
  });

  it('count in a row: work that succeeds begins the count anew', () => {
    const machine = new Machine([worker(1)]);
    machine.lose('a');
    machine.lose('a');
    machine.succeed('a');
    machine.lose('a');
    machine.lose('a');
    expect(machine.store.run.phase.phase).toBe('active');
    expect(machine.lose('a')).toContain('run-paused');
  });

  it('count through a take-over, since what keeps dying may be what killed the driver; a person begins the count anew', () => {
    const machine = new Machine([worker(0)]);
    machine.lose('a');
    machine.lose('a');
    takeOver(machine);
    expect(machine.lose('a')).toContain('run-paused');
    machine.resume();
    machine.lose('a');
    machine.lose('a');
    expect(machine.store.run.phase.phase).toBe('active');
  });
});

describe('retries', () => {
  it('are given anew by a person who tries the bead again', () => {
    const machine = new Machine([worker(1)]);
    machine.fail('a');
    later(machine);
    machine.fail('a');
    machine.tell({ type: 'retry', node: nodeId('a'), by: 'anna' });
    expect(machine.fail('a')).toEqual(['attempt-failed a']);
    later(machine);
    expect(machine.fail('a')).toContain('bead-failed a');
  });
});

describe('a delay', () => {
  it('that nobody waits for any more ends no other', () => {
    const machine = new Machine([worker(3)]);
    machine.fail('a');
    machine.tell({ type: 'skip', node: nodeId('a'), by: 'anna' });
    const first = machine.store.timers.peek()?.at ?? 0;
    machine.now = first - 1;
    machine.tell({ type: 'retry', node: nodeId('a'), by: 'anna' });
    machine.fail('a');
    expect(machine.wait(1)).toEqual([]);
    expect(later(machine)).toEqual(['delay-ended a', 'attempt-started a']);
  });
});

describe('the time of an attempt', () => {
  it('is given to each step whole', () => {
    const machine = new Machine([worker(0, 1000)]);
    expect(machine.wait(900)).toEqual([]);
    machine.succeed('a');
    expect(machine.wait(999)).toEqual([]);
    expect(machine.wait(1)).toEqual(['stop-requested a']);
  });

  it('is given anew to a verification that is repeated after a pause', () => {
    const machine = new Machine([worker(0, 1000)]);
    machine.succeed('a');
    machine.wait(900);
    machine.tell({ type: 'halt', by: 'test' });
    machine.stopped('a');
    machine.wait(50);
    machine.resume();
    expect(machine.wait(999)).toEqual([]);
    expect(machine.wait(1)).toEqual(['stop-requested a']);
  });

  it('of steps that begin at the same moment is one', () => {
    const machine = new Machine([worker(0, 1000)]);
    machine.succeed('a');
    expect(liveTimers(machine.store)).toEqual([
      { at: machine.now + 1000, node: 'a', startedAt: machine.now },
    ]);
    machine.wait(1);
    expect(liveTimers(machine.store)).toHaveLength(1);
  });

  it('goes on for work that goes on through a take-over', () => {
    const machine = new Machine([worker(0, 1000)]);
    machine.wait(900);
    takeOver(machine);
    expect(machine.wait(99)).toEqual([]);
    expect(machine.wait(1)).toEqual(['stop-requested a']);
  });

  it('that was over is nothing to the next attempt', () => {
    const machine = new Machine([worker(1, 10_000)]);
    machine.wait(9_000);
    machine.lose('a');
    expect(machine.wait(9_000)).toEqual([]);
    expect(machine.wait(1_000)).toEqual(['stop-requested a']);
  });
});

describe('the time of a run', () => {
  const gated = (): Machine => new Machine([bead('a'), bead('b', ['a'], { gate: '' })], { timeoutMs: 1000 });

  it('does not pass while nothing works', () => {
    const machine = gated();
    machine.wait(600);
    machine.succeed('a');
    expect(machine.wait(60_000)).toEqual([]);
    machine.tell({ type: 'approve', node: nodeId('b'), by: 'anna' });
    expect(machine.wait(399)).toEqual([]);
    expect(machine.wait(1)).toContain('run-paused');
  });

  it('does not pass while nobody drives, and is not given anew by a take-over', () => {
    const machine = new Machine([bead('a'), bead('b')], { timeoutMs: 1000 });
    machine.wait(600);
    machine.succeed('b');
    machine.now += 60_000;
    takeOver(machine);
    machine.lose('a');
    expect(machine.wait(399)).toEqual([]);
    expect(machine.wait(1)).toContain('run-paused');
  });
});

describe('a clock that is set back', () => {
  it('moves no event before the one that came first', () => {
    const machine = new Machine([bead('a'), bead('b', ['a'])]);
    machine.now -= 500;
    machine.succeed('a');
    expect(machine.events.every(({ at }) => at === 1000)).toBe(true);
    expect(machine.status('b')).toBe('running');
  });
});

describe('a halt', () => {
  it('wants nothing alive, whatever was at work', () => {
    const machine = new Machine([worker(0), bead('b')]);
    expect(wanted(machine.store).size).toBe(2);
    machine.tell({ type: 'halt', by: 'test' });
    expect(wanted(machine.store).size).toBe(0);
  });

  it('does not keep a run from being done whose last work succeeds all the same', () => {
    const machine = new Machine([bead('a')]);
    machine.tell({ type: 'halt', by: 'test' });
    machine.succeed('a');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
  });
});
