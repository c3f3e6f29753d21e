/** What a crew makes of work that somebody else began. */
import { describe, expect, it } from 'vitest';
import { effectKey, nodeId, runId } from '../core/ids.ts';
import type { Performers } from '../ports/work.ts';
import { FakeWorld, type Fate } from '../testing/fake-world.ts';
import { bead, Machine } from '../testing/machine.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { madeUpFormula, madeUpWork } from '../testing/work-samples.ts';
import { Crew } from './crew.ts';
import { Roster } from './roster.ts';

const run = runId('r1');
const effect = { node: nodeId('a'), attempt: 1, step: 'work' } as const;
const key = effectKey(run, effect.node, effect.attempt, effect.step);
const never = new AbortController().signal;

const crewOf = (performers: Performers): Crew =>
  new Crew({
    run,
    formula: madeUpFormula,
    roster: new Roster([madeUpWork('a')]),
    store: new Machine([bead('a')]).store,
    performers,
    fence: () => undefined,
    sweep: async () => undefined,
    folder: () => '/a.1',
  });

/** Work is begun, `afterMs` pass, its driver dies, and the next one finds that nobody wants it any more. */
async function settledAfter(afterMs: number, fate: Fate) {
  const clock = new VirtualClock();
  const world = new FakeWorld(clock, () => fate);
  void crewOf(world.performers()).perform(key, effect, 'start', undefined, never);
  const until = clock.now() + afterMs;
  clock.after(afterMs, () => undefined);
  await clock.run(() => clock.now() >= until);
  world.crash();
  let answer: unknown;
  void crewOf(world.performers())
    .settle(key, effect)
    .then((input) => {
      answer = input;
    });
  await clock.run(() => answer !== undefined);
  return [answer, world.alive()];
}

describe('work that is to be stopped and outlived its driver', () => {
  it('is stopped while it lives, and what left no result has been stopped', async () => {
    const stopped = [{ type: 'step-stopped', effect }, []];
    expect(await settledAfter(10, { afterMs: 100, end: 'succeeds' })).toEqual(stopped);
    expect(await settledAfter(200, { afterMs: 100, end: 'dies' })).toEqual(stopped);
  });

  it('counts where it came to its end before: a success is not paid for twice, a failure is one', async () => {
    expect(await settledAfter(200, { afterMs: 100, end: 'succeeds' })).toMatchObject([
      { type: 'step-succeeded', effect },
      [],
    ]);
    expect(await settledAfter(200, { afterMs: 100, end: 'fails' })).toMatchObject([
      { type: 'step-failed', effect, failure: { class: 'task' } },
      [],
    ]);
  });
});

it('work that cannot be adopted is ended before it counts as failed', async () => {
  const clock = new VirtualClock();
  const world = new FakeWorld(clock, () => ({ afterMs: 100, end: 'succeeds' }));
  void crewOf(world.performers()).perform(key, effect, 'start', undefined, never);
  await clock.run(() => world.alive().length === 1);
  world.crash();
  const performers = world.performers();
  const agent = (): never => {
    throw new Error('no such agent any more');
  };
  let answer: unknown;
  void crewOf({ ...performers, agent })
    .perform(key, effect, 'adopt', undefined, never)
    .then((input) => {
      answer = input;
    });
  await clock.run(() => answer !== undefined);
  expect([answer, world.alive()]).toMatchObject([
    { type: 'step-failed', effect, failure: { class: 'infrastructure', message: 'no such agent any more' } },
    [],
  ]);
});
