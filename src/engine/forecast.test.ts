import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NodeId, nodeId, syncId } from '../core/ids.ts';
import type { BeadNode, NodeSpec } from '../core/plan.ts';
import { bead } from '../testing/machine.ts';
import { randomPlan } from '../testing/random-plan.ts';
import { type ForecastRequest, forecast } from './forecast.ts';
import { weighed } from './tails.ts';

const width = (parallel: number): ForecastRequest['limits'] => ({ parallel, rigs: {}, agents: {} });

function estimate(
  nodes: readonly NodeSpec[],
  durations: Readonly<Record<string, number>>,
  more: Partial<ForecastRequest> = {},
) {
  return forecast({ nodes, limits: width(2), durationOf: (id) => durations[id] ?? 1, ...more });
}

const spans = (result: ReturnType<typeof forecast>): string[] =>
  result.schedule.map((span) => `${span.bead} ${span.start}-${span.end}`);

const settledNeed = (id: string) => ({ node: nodeId(id), on: 'settled' }) as const;

describe('a forecast', () => {
  it('is the schedule that the machine would make', () => {
    const nodes = [bead('a'), bead('b'), bead('c', ['a']), bead('d', ['a', 'b'], { priority: 1 })];
    const result = estimate(nodes, { a: 3, b: 1, c: 2, d: 4 });
    expect(spans(result)).toEqual(['a 0-3', 'b 0-1', 'd 3-7', 'c 3-5']);
    expect(result).toMatchObject({
      makespan: 7,
      utilisation: 10 / 14,
      lowerBound: 7,
      criticalPath: { length: 7, beads: ['a', 'd'] },
    });
  });

  it('is bounded by the work where there is little room', () => {
    const result = estimate([bead('a'), bead('b'), bead('c')], { a: 2, b: 2, c: 2 });
    expect(result).toMatchObject({ makespan: 4, lowerBound: 3, criticalPath: { length: 2, beads: ['a'] } });
  });

  it('waits at sync points, in sequences, for rigs, agents and shared artifacts', () => {
    const sync: NodeSpec = {
      kind: 'sync',
      id: syncId(0),
      level: 0,
      quorum: 'majority',
      needs: [settledNeed('a'), settledNeed('b')],
    };
    const after = { ...bead('c', ['b']), level: 1, needs: [{ node: syncId(0), on: 'settled' } as const] };
    const level = estimate([bead('a'), bead('b'), sync, after], { a: 5, b: 1, c: 1 });
    expect(level).toMatchObject({ makespan: 6, lowerBound: 6, criticalPath: { beads: ['a', 'c'] } });
    const sequence = estimate([bead('a'), { ...bead('b'), needs: [settledNeed('a')] }], { a: 5, b: 1 });
    expect(sequence).toMatchObject({ makespan: 6, criticalPath: { beads: ['a', 'b'] } });
    const limited = { ...width(2), agents: { shell: 1 } };
    expect(estimate([bead('a'), bead('b')], {}, { limits: limited }).makespan).toBe(2);
    const shared = [bead('a', [], { locks: ['x'] }), bead('b', [], { locks: ['x'] })];
    expect(estimate(shared, {})).toMatchObject({ makespan: 2, lowerBound: 1 });
  });

  it('waits only for the requirements that a join waits for', () => {
    const nodes = [bead('a'), bead('b'), bead('c', ['a', 'b'], { join: { type: 'any' } })];
    const result = estimate(nodes, { a: 9, b: 1, c: 2 });
    expect(spans(result)).toEqual(['a 0-9', 'b 0-1', 'c 1-3']);
    expect(estimate(nodes, { a: 1, b: 1, c: 2 }).criticalPath.length).toBe(3);
  });

  it('goes on from where a run is', () => {
    const nodes = [bead('a'), bead('b', ['a']), bead('c', ['b']), bead('d')];
    const result = estimate(
      nodes,
      { a: 8, b: 8, c: 8, d: 8 },
      { settled: new Set([nodeId('a')]), running: new Map([[nodeId('b'), 5]]) },
    );
    expect(spans(result)).toEqual(['b 0-3', 'd 0-8', 'c 3-11']);
    const overdue = estimate(nodes, {}, { running: new Map([[nodeId('b'), 5]]), limits: width(4) });
    expect(spans(overdue)).toEqual(['b 0-0', 'a 0-1', 'd 0-1', 'c 0-1']);
  });

  it('leaves out what nobody asked for', () => {
    const result = estimate([bead('a'), bead('b'), bead('c', ['a'])], {}, { select: ['a', 'c'].map(nodeId) });
    expect(spans(result)).toEqual(['a 0-1', 'c 1-2']);
  });

  it('takes conditions to hold, gates to be approved, and templates for one bead', () => {
    const nodes = [
      bead('a', [], { condition: 'false', gate: 'Really?' }),
      bead('b', ['a'], { forEach: '[1, 2]', steps: [] }),
    ];
    expect(spans(estimate(nodes, {}))).toEqual(['a 0-1', 'b 1-2']);
  });

  it('leaves out failure branches, which a join does without', () => {
    const branch = { ...bead('b'), needs: [{ node: nodeId('a'), on: 'failed' } as const] };
    const after = bead('c', ['a', 'b'], { join: { type: 'any' } });
    const result = estimate([bead('a'), branch, bead('d', ['b']), after], { a: 5, b: 9, c: 2, d: 9 });
    expect(spans(result)).toEqual(['a 0-5', 'c 5-7']);
    expect(result.criticalPath).toEqual({ length: 7, beads: ['a', 'c'] });
  });

  it('of nothing is nothing', () => {
    expect(estimate([], {})).toMatchObject({ makespan: 0, lowerBound: 0, utilisation: 1, schedule: [] });
  });

  it('holds a chain of 100,000 beads', () => {
    const chain = Array.from({ length: 100_000 }, (_, at) => bead(`b${at}`, at === 0 ? [] : [`b${at - 1}`]));
    expect(estimate(chain, {})).toMatchObject({ makespan: 100_000, criticalPath: { length: 100_000 } });
  });
});

/** Without limits, locks and failure branches, which the bound does not know. */
const free = (nodes: readonly NodeSpec[]): NodeSpec[] =>
  nodes.map((node) =>
    node.kind === 'sync'
      ? node
      : {
          ...node,
          locks: [],
          agent: 'shell',
          needs: node.needs.map((need) => (need.on === 'failed' ? { ...need, on: 'succeeded' } : need)),
        },
  );

describe('random plans', () => {
  const plans = fc
    .tuple(randomPlan(30), fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 30, maxLength: 30 }))
    .map(([{ nodes, parallel, agents }, lengths]) => {
      const beads = nodes.filter((node): node is BeadNode => node.kind === 'bead');
      const times = new Map(beads.map(({ id }, at) => [id, lengths[at] ?? 0]));
      const durationOf = (id: NodeId): number => times.get(id) ?? 0;
      const work = [...times.values()].reduce((sum, time) => sum + time, 0);
      return { nodes: weighed(nodes, times), parallel, agents, durationOf, count: times.size, work };
    });

  it('take no less than the lower bound, and never twice as long', () => {
    fc.assert(
      fc.property(plans, ({ nodes, parallel, durationOf, count }) => {
        const { makespan, lowerBound, schedule } = forecast({
          nodes: free(nodes),
          limits: width(parallel),
          durationOf,
        });
        expect(schedule).toHaveLength(count);
        expect(makespan).toBeGreaterThanOrEqual(lowerBound);
        expect(makespan).toBeLessThanOrEqual((2 - 1 / parallel) * lowerBound + 1e-9);
      }),
    );
  });

  it('take no less than the lower bound with limits, shared artifacts and failure branches, and keep their width', () => {
    fc.assert(
      fc.property(plans, ({ nodes, parallel, agents, durationOf }) => {
        const limits = { parallel, rigs: {}, agents };
        const { makespan, lowerBound, schedule } = forecast({ nodes, limits, durationOf });
        expect(makespan).toBeGreaterThanOrEqual(lowerBound);
        for (const { start } of schedule) {
          const atOnce = schedule.filter((span) => span.start <= start && start < span.end).length;
          expect(atOnce).toBeLessThanOrEqual(parallel);
        }
      }),
    );
  });

  it('take as long as the critical path where there is room for every bead, and all work one by one', () => {
    fc.assert(
      fc.property(plans, ({ nodes, durationOf, count, work }) => {
        const roomy = forecast({ nodes: free(nodes), limits: width(count), durationOf });
        expect(roomy.makespan).toBe(roomy.criticalPath.length);
        expect(roomy.criticalPath.beads.reduce((sum, id) => sum + durationOf(id), 0)).toBe(roomy.makespan);
        expect(forecast({ nodes: free(nodes), limits: width(1), durationOf }).makespan).toBe(work);
      }),
    );
  });
});
