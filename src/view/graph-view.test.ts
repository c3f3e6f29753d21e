import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId, syncId } from '../core/ids.ts';
import type { Bead, BeadNode, EdgeOn, NodeSpec, Plan } from '../core/plan.ts';
import { madeUpWork } from '../testing/work-samples.ts';
import { graphOfBeads, graphOfPlan, withoutSyncPoints } from './graph-view.ts';

function bead(id: string, level: number, requires: string[]): Bead {
  return madeUpWork(id, {
    name: `The ${id}`,
    file: `beads/${id}.toml`,
    requires: requires.map(nodeId),
    level,
    key: id,
  });
}

function node(id: string, level: number, needs: [string, EdgeOn][]): BeadNode {
  return {
    kind: 'bead',
    id: nodeId(id),
    level,
    needs: needs.map(([need, on]) => ({ node: nodeId(need), on })),
    join: { type: 'all' },
    priority: 5,
    order: 0,
    tail: 1,
    policy: { retries: 0, timeoutMs: undefined, onFailure: 'pause' },
    rig: 'default',
    agent: 'shell',
    locks: [],
    steps: ['work'],
    key: id,
  };
}

function plan(beads: Bead[], nodes: NodeSpec[]): Plan {
  return {
    hash: 'h',
    formula: {
      name: 'sample',
      type: 'convoy',
      version: undefined,
      file: 'formula.toml',
      context: {},
      parallel: 3,
      timeoutMs: undefined,
      rig: 'default',
      sync: 'level',
      quorum: 'all',
    },
    beads,
    nodes,
  };
}

describe('graphOfPlan', () => {
  const convoy = plan(
    [bead('a', 0, []), bead('b', 1, ['a'])],
    [
      node('a', 0, []),
      { kind: 'sync', id: syncId(0), level: 0, quorum: 'all', needs: [{ node: nodeId('a'), on: 'settled' }] },
      node('b', 1, [['~sync/0', 'succeeded']]),
    ],
  );

  it('has beads, sync points, what was written and what was lowered', () => {
    const graph = graphOfPlan(convoy, new Map([['a', 'done']]));
    expect(graph.sync).toBe('level');
    expect(graph.nodes).toEqual([
      { id: 'a', label: 'The a', kind: 'bead', level: 0, status: 'done' },
      { id: '~sync/0', label: 'sync point after level 0', kind: 'sync', level: 0, status: undefined },
      { id: 'b', label: 'The b', kind: 'bead', level: 1, status: undefined },
    ]);
    expect(graph.edges.map(({ from, to, on }) => [from, to, on])).toEqual([
      ['a', 'b', 'succeeded'],
      ['a', '~sync/0', 'settled'],
      ['~sync/0', 'b', 'succeeded'],
    ]);
  });

  it('loses nothing but the sync points without them', () => {
    const graph = withoutSyncPoints(graphOfPlan(convoy));
    expect(graph.nodes.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(graph.edges.map(({ from, to }) => [from, to])).toEqual([['a', 'b']]);
  });

  it('keeps the requirement where a sequence says the same', () => {
    const workflow = plan(
      [bead('a', 0, []), bead('b', 1, ['a'])],
      [node('a', 0, []), node('b', 1, [['a', 'settled']])],
    );
    expect(graphOfPlan(workflow).edges).toEqual([
      { from: 'a', to: 'b', on: 'succeeded', closesCycle: false },
    ]);
  });
});

describe('graphOfBeads', () => {
  it('marks the edges that close cycles, and gives every bead a level', () => {
    const graph = graphOfBeads('x', [
      { id: 'a', name: 'a', requires: ['c', 'a'] },
      { id: 'b', name: 'b', requires: ['a'] },
      { id: 'c', name: 'c', requires: ['b', 'no-such-bead'] },
    ]);
    expect(
      graph.edges.filter(({ closesCycle }) => closesCycle).map(({ from, to }) => `${from}>${to}`),
    ).toEqual(['c>a', 'a>a']);
    expect(graph.edges.length).toBe(4);
    expect(graph.nodes.map(({ level }) => level)).toEqual([0, 1, 2]);
  });

  it('takes any ids, also twice, and keeps its promises', () => {
    const ids = fc.constantFrom<string[]>('a', 'b', 'c', '__proto__', 'constructor', '', '~sync/0');
    const beads = fc.array(fc.record({ id: ids, name: fc.string(), requires: fc.array(ids) }), {
      maxLength: 10,
    });
    fc.assert(
      fc.property(beads, (given) => {
        const graph = graphOfBeads('x', given);
        const known = new Set(given.map(({ id }) => id));
        expect(graph.nodes.map(({ id }) => id)).toEqual([...known]);
        const pairs = graph.edges.map(({ from, to }) => JSON.stringify([from, to]));
        expect(new Set(pairs).size).toBe(pairs.length);
        for (const { from, to } of graph.edges) expect(known.has(from) && known.has(to)).toBe(true);
      }),
    );
  });
});
