import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RandomPlan, randomPlan } from '../testing/random-plan.ts';
import { decide } from './decide.ts';
import type { Event, RunLimits } from './events.ts';
import { evolve } from './evolve.ts';
import type { Failure } from './failure.ts';
import { type EffectKey, runId } from './ids.ts';
import type { EffectRef, Input } from './input.ts';
import { checkInvariants } from './invariants.ts';
import { isSettled } from './state.ts';
import { Store } from './store.ts';
import { nextDue } from './time.ts';
import { commands, wanted } from './wanted.ts';

/** What the world may do next, as numbers that fast-check shrinks. */
type Move = readonly [kind: number, which: number];
const moves = fc.array(fc.tuple(fc.nat(99), fc.nat(9)), { maxLength: 120 });

/** Drives a store as the engine does: commands are carried out, answers come in any order, crashes lose what is alive. */
class World {
  readonly events: Event[] = [];
  readonly alive = new Map<EffectKey, EffectRef>();
  readonly stopping = new Set<EffectKey>();
  readonly started = new Set<EffectKey>();
  readonly limits: RunLimits;
  store = new Store();
  now = 1_000_000;

  constructor(plan: RandomPlan) {
    this.limits = { parallel: plan.parallel, timeoutMs: plan.timeoutMs, rigs: {}, agents: plan.agents };
    this.tell({
      type: 'create',
      run: runId('r1'),
      planHash: 'h',
      seed: 7,
      limits: this.limits,
      nodes: plan.nodes,
      credits: [],
      select: 'all',
    });
  }

  tell(input: Input): void {
    const before = wanted(this.storeOrEmpty(input));
    const decided = decide(this.store, input, this.now);
    this.events.push(...decided);
    checkInvariants(this.store);
    const limit = this.store.run.limits.parallel;
    expect(this.store.run.working).toBeLessThanOrEqual(limit);
    for (const [agent, most] of Object.entries(this.store.run.limits.agents))
      expect(this.store.run.workingPerAgent.get(agent) ?? 0).toBeLessThanOrEqual(most);
    this.carryOut(before);
  }

  private storeOrEmpty(input: Input): Store {
    if (input.type !== 'create') return this.store;
    const empty = new Store();
    empty.run.run = input.run;
    return empty;
  }

  /** Commands are exactly the difference between what is wanted and what is alive. */
  private carryOut(before: ReadonlyMap<EffectKey, EffectRef>): void {
    const { start, stop, settle } = commands(this.store, this.alive);
    const after = wanted(this.store);
    expect([...start.keys()].sort()).toEqual([...after.keys()].filter((key) => !this.alive.has(key)).sort());
    for (const key of start.keys())
      expect(before.has(key) && !this.alive.has(key) && this.started.has(key)).toBe(false);
    for (const key of stop) {
      expect(after.has(key)).toBe(false);
      this.stopping.add(key);
    }
    for (const [key, effect] of settle) {
      expect(after.has(key)).toBe(false);
      this.alive.set(key, effect);
      this.stopping.add(key);
    }
    for (const [key, effect] of start) {
      if (effect.step === 'work') expect(this.started.has(key), `${key} is started twice`).toBe(false);
      this.started.add(key);
      this.alive.set(key, effect);
    }
    const nodes = [...this.alive.values()].map((effect) => effect.node);
    expect(new Set(nodes).size, 'one live effect per bead').toBe(nodes.length);
  }

  answer([kind, which]: Move): void {
    this.now += which * 37;
    this.tell(this.next(kind, which));
  }

  private next(kind: number, which: number): Input {
    const keys = [...this.alive.keys()];
    const key = keys[which % Math.max(1, keys.length)];
    const effect = key === undefined ? undefined : this.alive.get(key);
    if (kind >= 98) return { type: 'halt', by: 'test' };
    if (key === undefined || effect === undefined || kind >= 94) {
      this.now = Math.max(this.now, nextDue(this.store) ?? 0);
      return { type: 'tick' };
    }
    this.alive.delete(key);
    if (this.stopping.delete(key)) return { type: 'step-stopped', effect };
    if (kind < 60) return { type: 'step-succeeded', effect, report: null };
    if (kind < 88) return { type: 'step-failed', effect, failure: failureOf(kind) };
    return { type: 'step-lost', effect };
  }

  /** Lets everything succeed until nothing moves; a paused run is resumed as a person would. */
  finish(): void {
    for (let turn = 0; turn < 5000; turn += 1) {
      const { phase } = this.store.run;
      if (this.alive.size > 0) this.answer([0, 0]);
      else if (phase.phase === 'settled') return;
      else if (phase.phase === 'paused')
        this.tell({ type: 'resume', by: 'test', limits: this.limits, select: undefined, reopen: 'failed' });
      else this.answer([99 - 5, 1]);
    }
    throw new Error('the run does not settle');
  }
}

function failureOf(kind: number): Failure {
  return kind % 4 === 0
    ? { class: 'infrastructure', code: 'rig', message: 'no rig' }
    : { class: 'task', code: 'exit', message: 'exit 1' };
}

/** A store as plain data, queues and hints left out. */
function snapshot(store: Store): unknown {
  const nodes = [...store.nodes.values()].map(({ spec, outs, ...rest }) => ({ id: spec.id, ...rest }));
  const { locks, workingPerRig, workingPerAgent, ...run } = store.run;
  return {
    nodes,
    run,
    locks: [...locks].sort(),
    agents: [...workingPerAgent].filter(([, count]) => count > 0).sort(),
  };
}

describe('the machine, on random plans and random answers', () => {
  it('keeps its invariants, never starts a key twice, and settles every run', () => {
    fc.assert(
      fc.property(randomPlan(14), moves, (plan, script) => {
        const world = new World(plan);
        for (const move of script) {
          if (world.store.run.phase.phase === 'settled') break;
          world.answer(move);
        }
        world.finish();
        const { phase } = world.store.run;
        expect(phase.phase).toBe('settled');
        for (const node of world.store.nodes.values())
          if (node.spec.kind === 'bead') expect(isSettled(node.phase)).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it('is rebuilt by folding its events, and never decides otherwise for the same inputs', () => {
    fc.assert(
      fc.property(randomPlan(10), moves, (plan, script) => {
        const first = new World(plan);
        const second = new World(plan);
        for (const move of script) {
          first.answer(move);
          second.answer(move);
        }
        expect(second.events).toEqual(first.events);
        const folded = new Store();
        for (const event of JSON.parse(JSON.stringify(first.events))) evolve(folded, event);
        checkInvariants(folded);
        expect(JSON.parse(JSON.stringify(snapshot(folded)))).toEqual(
          JSON.parse(JSON.stringify(snapshot(first.store))),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('never starts a bead before its requirements are done, and done is for ever', () => {
    fc.assert(
      fc.property(randomPlan(12), moves, (plan, script) => {
        const world = new World(plan);
        for (const move of script) world.answer(move);
        const done = new Set<string>();
        for (const event of world.events) {
          if (event.type === 'attempt-started') {
            expect(done.has(event.node)).toBe(false);
            const spec = plan.nodes.find((node) => node.id === event.node);
            const owed = (spec?.needs ?? []).filter((need) => need.on === 'succeeded');
            const met = owed.filter((need) => done.has(need.node)).length;
            const isAny = spec?.kind === 'bead' && spec.join.type === 'any';
            expect(met).toBeGreaterThanOrEqual(isAny ? Math.min(1, owed.length) : owed.length);
          }
          if (event.type === 'bead-done' || event.type === 'sync-passed') done.add(event.node);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('ignores answers that nobody awaits', () => {
    fc.assert(
      fc.property(randomPlan(8), moves, fc.nat(20), (plan, script, attempt) => {
        const world = new World(plan);
        for (const move of script) world.answer(move);
        for (const node of plan.nodes) {
          const effect: EffectRef = { node: node.id, attempt: attempt + 100, step: 'work' };
          expect(decide(world.store, { type: 'step-succeeded', effect, report: null }, world.now)).toEqual(
            [],
          );
          expect(decide(world.store, { type: 'step-lost', effect }, world.now)).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
