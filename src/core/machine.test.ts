import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { additionsOf, type RandomPlan, randomPlan } from '../testing/random-plan.ts';
import { decide } from './decide.ts';
import type { Event, Proposal, RunLimits } from './events.ts';
import { evolve } from './evolve.ts';
import type { Failure } from './failure.ts';
import { type EffectKey, type NodeId, nodeId, runId } from './ids.ts';
import { imageOf, storeOf } from './image.ts';
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
  /** Everything that effects have answered, in order. */
  readonly answers: Input[] = [];
  readonly limits: RunLimits;
  store = new Store();
  now = 1_000_000;
  /** From now on everything goes well. */
  #isHappy = false;

  constructor(plan: RandomPlan) {
    this.limits = {
      parallel: plan.parallel,
      timeoutMs: plan.timeoutMs,
      rigs: {},
      agents: plan.agents,
      spawn: { depth: 2, children: 5, total: 60, approval: plan.parallel === 2 },
    };
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
    if ('effect' in input) this.answers.push(input);
    const before = wanted(this.storeOrEmpty(input));
    this.events.push(...decide(this.store, input, this.now));
    checkInvariants(this.store);
    this.judge();
    const limit = this.store.run.limits.parallel;
    expect(this.store.run.working).toBeLessThanOrEqual(limit);
    for (const [agent, most] of Object.entries(this.store.run.limits.agents))
      expect(this.store.run.workingPerAgent.get(agent) ?? 0).toBeLessThanOrEqual(most);
    this.carryOut(before);
  }

  /** Answers for every condition before anything is carried out, as a driver does. */
  private judge(): void {
    const { judging, run } = this.store;
    while (judging.size > 0 && run.phase.phase === 'active')
      for (const id of [...judging]) {
        const { spec } = this.store.node(id);
        const text = spec.kind === 'bead' ? spec.condition : undefined;
        const verdict = text === 'fails' || (text === 'error' && !this.#isHappy) ? text : 'holds';
        const input: Input = { type: 'condition-judged', node: id, verdict, message: undefined };
        this.events.push(...decide(this.store, input, this.now));
        checkInvariants(this.store);
      }
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
    if (kind >= 90 && kind < 94) return this.request(kind, which);
    if (key === undefined || effect === undefined || kind >= 94) {
      this.now = Math.max(this.now, nextDue(this.store) ?? 0);
      return { type: 'tick' };
    }
    this.alive.delete(key);
    if (this.stopping.delete(key)) return { type: 'step-stopped', effect };
    if (kind < 60) return { type: 'step-succeeded', effect, report: null, ...this.proposal(effect, kind) };
    if (kind < 63) return { type: 'step-asked', effect, question: 'which?' };
    if (kind < 86) return { type: 'step-failed', effect, failure: failureOf(kind) };
    return { type: 'step-lost', effect };
  }

  private proposal(effect: EffectRef, kind: number): { proposal?: Proposal } {
    const { spec } = this.store.node(effect.node);
    if (this.#isHappy || effect.step !== 'work' || spec.kind !== 'bead' || spec.spawns === undefined)
      return {};
    const nodes = additionsOf(spec, kind % 7 !== 6);
    return { proposal: { beads: [], nodes: kind % 2 === 0 ? nodes : nodes.slice(0, 1) } };
  }

  /** What people may ask, whether it fits or not. */
  private request(kind: number, which: number): Input {
    const ids = [...this.store.nodes.keys()];
    const node = ids[(kind * 10 + which) % ids.length] ?? nodeId('nobody');
    const by = 'somebody';
    const all: readonly Input[] = [
      { type: 'approve', node, by },
      { type: 'reject', node, by, reason: 'no' },
      { type: 'answer', node, by, answer: 'this' },
      { type: 'pause', by },
      { type: 'unpause', by },
      { type: 'retry', node, by },
      { type: 'skip', node, by },
      { type: 'select', terminal: 't2', nodes: [node] },
      { type: 'withdraw', terminal: 't2' },
      { type: 'cancel', by },
    ];
    // Cancelling ends every story: it comes seldom.
    return all[kind === 93 ? which : which % 9] ?? { type: 'tick' };
  }

  /** What a patient person does for a run that waits for one; undefined: nobody is waited for. */
  private help(): Input | undefined {
    for (const id of this.store.people) {
      const { phase } = this.store.node(id);
      if (phase.phase === 'asking') return { type: 'answer', node: id, by: 'test', answer: 'this' };
      return { type: 'approve', node: id, by: 'test' };
    }
    return undefined;
  }

  /** A rejection stands until a person changes her mind: a level may wait for that. */
  private rejected(): NodeId | undefined {
    for (const { spec, phase, lastFailure } of this.store.nodes.values())
      if (phase.phase === 'failed' && lastFailure?.code === 'rejected') return spec.id;
    return undefined;
  }

  /** Lets everything succeed until nothing moves; a paused run is resumed as a person would. */
  finish(): void {
    this.#isHappy = true;
    for (let turn = 0; turn < 5000; turn += 1) {
      const { phase } = this.store.run;
      if (this.alive.size > 0) this.answer([0, 0]);
      else if (phase.phase === 'settled') return;
      else if (phase.phase === 'active' && this.help() !== undefined)
        this.tell(this.help() ?? { type: 'tick' });
      else if (phase.phase === 'paused' && this.rejected() !== undefined)
        this.tell({ type: 'retry', node: this.rejected() ?? nodeId('nobody'), by: 'test' });
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
      fc.property(randomPlan(14, true), moves, (plan, script) => {
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
      { numRuns: 1500, endOnFailure: true },
    );
  });

  it('is rebuilt by folding its events, and never decides otherwise for the same inputs', () => {
    fc.assert(
      fc.property(randomPlan(10, true), moves, (plan, script) => {
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

  it('is rebuilt from an image of it, and goes on as if it had folded its events', () => {
    fc.assert(
      fc.property(randomPlan(10, true), moves, fc.nat(7), (plan, script, every) => {
        const first = new World(plan);
        const second = new World(plan);
        script.forEach((move, at) => {
          if (at % (every + 1) === 0) {
            second.store = storeOf(JSON.parse(JSON.stringify(imageOf(second.store))));
            checkInvariants(second.store);
            expect(JSON.parse(JSON.stringify(snapshot(second.store)))).toEqual(
              JSON.parse(JSON.stringify(snapshot(first.store))),
            );
          }
          first.answer(move);
          second.answer(move);
        });
        expect(second.events).toEqual(first.events);
      }),
      { numRuns: 500 },
    );
  });

  it('never starts a bead before its requirements are done, and done is for ever', () => {
    fc.assert(
      fc.property(randomPlan(12, true), moves, (plan, script) => {
        const world = new World(plan);
        for (const move of script) world.answer(move);
        const done = new Set<string>();
        const leftOut = new Set<string>();
        for (const event of world.events) {
          if (event.type === 'attempt-started' && !event.node.startsWith('~')) {
            expect(done.has(event.node)).toBe(false);
            const spec = plan.nodes.find((node) => node.id === event.node);
            // Branches of failures, and joins of them, have tests of their own.
            const owed = spec?.needs.filter((need) => need.on === 'succeeded') ?? [];
            if (spec?.needs.some((need) => need.on === 'failed')) continue;
            const met = owed.filter((need) => done.has(need.node)).length;
            const excused = met === 0 ? 0 : owed.filter((need) => leftOut.has(need.node)).length;
            const isAny = spec?.kind === 'bead' && spec.join.type === 'any';
            expect(met + excused).toBeGreaterThanOrEqual(isAny ? Math.min(1, owed.length) : owed.length);
          }
          if (event.type === 'bead-done' || event.type === 'sync-passed') done.add(event.node);
          if (event.type === 'bead-skipped' && event.how !== undefined) leftOut.add(event.node);
          if (event.type === 'bead-reopened') leftOut.delete(event.node);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('takes every answer once, however often it is told and however late', () => {
    fc.assert(
      fc.property(randomPlan(8, true), moves, (plan, script) => {
        const world = new World(plan);
        for (const move of script) {
          world.answer(move);
          // A check that was stopped with its run is begun again under the same key: its second answer is a new one.
          const given = world.answers.filter(({ type }) => type !== 'step-stopped');
          for (const answer of given.slice(-3)) expect(decide(world.store, answer, world.now)).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('ignores answers that nobody awaits', () => {
    fc.assert(
      fc.property(randomPlan(8, true), moves, fc.nat(20), (plan, script, attempt) => {
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
