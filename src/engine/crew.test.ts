import { describe, expect, it } from 'vitest';
import { effectKey, nodeId, runId, type Step } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import { Bug } from '../core/invariant.ts';
import type { Agent, Performers, StepEnd, WorkEnd } from '../ports/work.ts';
import { FakeWorld } from '../testing/fake-world.ts';
import { bead, Machine } from '../testing/machine.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { madeUpFormula, madeUpWork } from '../testing/work-samples.ts';
import { type Beginning, Crew } from './crew.ts';
import { Roster } from './roster.ts';

const run = runId('r1');
const done: StepEnd<never> = { type: 'stopped' };

/** A crew of one bead whose agent does what it is told; `seen` is what happened, in order. */
function crewWith(agent: Partial<Agent>) {
  const { store } = new Machine([bead('a', [], { steps: ['work', 'verify'] })]);
  const seen: string[] = [];
  const base = new FakeWorld(new VirtualClock(), () => ({ afterMs: 0, end: 'succeeds' })).performers();
  const performers: Performers = {
    ...base,
    agent: () => ({
      settings: undefined,
      agent: {
        work: async () => {
          seen.push('work');
          return done;
        },
        adopt: async () => {
          seen.push('adopt');
          return undefined;
        },
        ...agent,
      },
    }),
    verifier: {
      verify: async () => {
        seen.push('verify');
        return done;
      },
    },
  };
  const crew = new Crew({
    run,
    formula: madeUpFormula,
    roster: new Roster([madeUpWork('a')]),
    store,
    performers,
    fence: () => undefined,
    sweep: async () => {
      await Promise.resolve();
      seen.push('swept');
    },
    folder: () => '/',
  });
  const perform = (step: Step, beginning: Beginning = 'start'): Promise<Input> => {
    const effect = { node: nodeId('a'), attempt: 1, step };
    const { signal } = new AbortController();
    return crew.perform(effectKey(run, effect.node, 1, step), effect, beginning, undefined, signal);
  };
  return { perform, seen };
}

describe('a crew', () => {
  it('begins work, or adopts it, and never one for the other', async () => {
    const { perform, seen } = crewWith({});
    expect((await perform('work')).type).toBe('step-stopped');
    expect(await perform('work', 'adopt'), 'what left no result is lost').toMatchObject({
      type: 'step-lost',
    });
    expect(seen).toEqual(['work', 'adopt']);
  });

  it('verifies only when nothing that work left behind is there any more', async () => {
    const { perform, seen } = crewWith({});
    await perform('verify');
    expect(seen).toEqual(['swept', 'verify']);
  });

  it('makes a failure of the surroundings of whatever an adapter throws', async () => {
    const { perform } = crewWith({
      work: async () => {
        throw new Error('no such program');
      },
    });
    expect(await perform('work')).toMatchObject({
      type: 'step-failed',
      failure: { class: 'infrastructure', code: 'adapter', message: 'no such program' },
    });
  });

  it('passes a bug of ours on', async () => {
    const { perform } = crewWith({
      work: async () => {
        throw new Bug('impossible');
      },
    });
    await expect(perform('work')).rejects.toThrow(Bug);
  });

  it('passes a question on', async () => {
    const asked: WorkEnd = { type: 'asked', question: 'which?' };
    const { perform } = crewWith({ work: async () => asked });
    expect(await perform('work')).toMatchObject({ type: 'step-asked', question: 'which?' });
  });
});
