import { describe, expect, it } from 'vitest';
import { bead, Machine } from '../testing/machine.ts';
import { type EffectKey, effectKey, nodeId, runId, type Step } from './ids.ts';
import type { EffectRef } from './input.ts';
import { commands, wanted } from './wanted.ts';

const key = (id: string, attempt = 1, step: Step = 'work'): EffectKey =>
  effectKey(runId('r1'), nodeId(id), attempt, step);

/** What has to be done where these effects are alive. */
function todo(machine: Machine, ...alive: EffectKey[]) {
  const { start, stop, settle } = commands(machine.store, new Map(alive.map((one) => [one, true])));
  const keys = (effects: ReadonlyMap<EffectKey, EffectRef>): EffectKey[] => [...effects.keys()];
  return { start: keys(start), stop: [...stop], settle: keys(settle) };
}

const nothing = { start: [], stop: [], settle: [] };

describe('commands', () => {
  const pair = (): Machine => new Machine([bead('a', [], { steps: ['work', 'verify'] }), bead('b', ['a'])]);

  it('start what is wanted and not alive, once', () => {
    const machine = pair();
    expect(todo(machine)).toEqual({ ...nothing, start: [key('a')] });
    expect(todo(machine, key('a'))).toEqual(nothing);
  });

  it('go from step to step', () => {
    const machine = pair();
    machine.succeed('a');
    expect(todo(machine)).toEqual({ ...nothing, start: [key('a', 1, 'verify')] });
  });

  it('stop what is alive and not wanted any more, and settle what nothing alive answers for', () => {
    const machine = pair();
    machine.tell({ type: 'skip', node: nodeId('a'), by: 'anna' });
    expect([...wanted(machine.store)]).toEqual([]);
    expect(todo(machine, key('a'))).toEqual({ ...nothing, stop: [key('a')] });
    expect(todo(machine)).toEqual({ ...nothing, settle: [key('a')] });
  });

  it('want nothing of a halted run, where finished work is left as it is', () => {
    const machine = pair();
    machine.tell({ type: 'halt', by: 'test' });
    expect(todo(machine, key('a'))).toEqual({ ...nothing, stop: [key('a')] });
    expect(todo(machine)).toEqual({ ...nothing, settle: [key('a')] });
    const verifying = pair();
    verifying.succeed('a');
    verifying.tell({ type: 'halt', by: 'test' });
    expect(todo(verifying, key('a', 1, 'verify'))).toEqual({ ...nothing, stop: [key('a', 1, 'verify')] });
    expect(todo(verifying)).toEqual(nothing);
  });

  it('stop everything of a run that is being cancelled', () => {
    const machine = pair();
    machine.tell({ type: 'cancel', by: 'anna' });
    expect(todo(machine, key('a'))).toEqual({ ...nothing, stop: [key('a')] });
  });
});
