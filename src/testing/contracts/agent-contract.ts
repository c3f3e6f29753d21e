/** What every agent promises to its driver; run against each implementation. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EffectKey } from '../../core/ids.ts';
import type { Agent, Attempt, PreparedRig, WorkEnd } from '../../ports/work.ts';

/** What the work of an attempt does in the contract. */
export type Behaviour = 'succeed' | 'fail' | 'blame-surroundings' | 'wait';

/** One piece of work, ready to be given to an agent. */
export interface Work {
  readonly attempt: Attempt;
  readonly rig: PreparedRig;
  readonly key: EffectKey;
}

/** A place where agents work. */
export interface AgentBench {
  /** An agent as one more driver would have it. */
  agent(): Agent;
  work(behaviour: Behaviour): Work;
  /** Resolves when the work is seen to be under way. */
  begun(work: Work): Promise<void>;
  /** Lets work that waits go on; it succeeds. */
  release(work: Work): void;
  /** Resolves with the promise; lets virtual time pass. */
  pass<Value>(promise: Promise<Value>): Promise<Value>;
  /** How often the work was begun. */
  timesBegun(work: Work): number;
  /** Processes of the work that live. */
  alive(work: Work): number;
  dispose(): Promise<void>;
}

const never = new AbortController().signal;
const succeeded: WorkEnd = { type: 'succeeded', report: { exit: 0 } };

/** Registers the contract's tests. */
export function agentContract(name: string, makeBench: () => AgentBench): void {
  describe(`${name} keeps the agent's contract`, () => {
    let bench: AgentBench;
    beforeEach(() => {
      bench = makeBench();
    });
    afterEach(() => bench.dispose());

    const start = (work: Work, signal = never): Promise<WorkEnd> =>
      bench.agent().work(work.attempt, work.rig, work.key, signal);
    const adopt = (work: Work, signal = never): Promise<WorkEnd | undefined> =>
      bench.agent().adopt(work.attempt, work.rig, work.key, signal);

    it('reports success, and nothing is left', async () => {
      const work = bench.work('succeed');
      expect(await bench.pass(start(work))).toEqual(succeeded);
      expect(bench.alive(work)).toBe(0);
    });

    it.each([
      ['fail', 'task'],
      ['blame-surroundings', 'infrastructure'],
    ] as const)('%s is a failure of class %s', async (behaviour, failureClass) => {
      const end = await bench.pass(start(bench.work(behaviour)));
      expect(end).toMatchObject({ type: 'failed', failure: { class: failureClass, code: 'exit' } });
    });

    it('stops what it began, and nothing is left', async () => {
      const work = bench.work('wait');
      const stop = new AbortController();
      const end = start(work, stop.signal);
      await bench.begun(work);
      stop.abort();
      expect(await bench.pass(end)).toEqual({ type: 'stopped' });
      expect(bench.alive(work)).toBe(0);
    });

    it('begins nothing when the stop came first', async () => {
      const work = bench.work('succeed');
      expect(await bench.pass(start(work, AbortSignal.abort()))).toEqual({ type: 'stopped' });
      expect(bench.timesBegun(work)).toBe(0);
    });

    it('adopts what ended: the same end again, however often', async () => {
      const work = bench.work('fail');
      const end = await bench.pass(start(work));
      expect(await bench.pass(adopt(work))).toEqual(end);
      expect(await bench.pass(adopt(work))).toEqual(end);
      expect(bench.timesBegun(work)).toBe(1);
    });

    it('adopts what lives: follows it to its end', async () => {
      const work = bench.work('wait');
      const first = start(work);
      await bench.begun(work);
      const end = adopt(work);
      bench.release(work);
      expect(await bench.pass(end)).toEqual(succeeded);
      expect(await bench.pass(first)).toEqual(succeeded);
      expect(bench.timesBegun(work)).toBe(1);
    });

    it('adopts what never began: nothing, and it never will', async () => {
      const work = bench.work('succeed');
      expect(await bench.pass(adopt(work))).toBeUndefined();
      expect(await bench.pass(start(work))).toMatchObject({
        type: 'failed',
        failure: { class: 'infrastructure' },
      });
      expect(bench.timesBegun(work)).toBe(0);
      expect(await bench.pass(adopt(work))).toBeUndefined();
    });

    it('begins a key once', async () => {
      const work = bench.work('succeed');
      await bench.pass(start(work));
      expect(await bench.pass(start(work))).toMatchObject({
        type: 'failed',
        failure: { class: 'infrastructure' },
      });
      expect(bench.timesBegun(work)).toBe(1);
    });
  });
}
