import { describe, expect, it } from 'vitest';
import { nodeId, syncId } from '../core/ids.ts';
import type { NodeSpec } from '../core/plan.ts';
import { bead, Machine } from '../testing/machine.ts';
import { weighed } from './tails.ts';

const durations = (known: Readonly<Record<string, number>>) =>
  new Map(Object.entries(known).map(([id, ms]) => [nodeId(id), ms]));

const tails = (nodes: readonly NodeSpec[]): Record<string, number> =>
  Object.fromEntries(nodes.flatMap((node) => (node.kind === 'bead' ? [[node.id, node.tail]] : [])));

describe('tails', () => {
  const nodes = [bead('a'), bead('b', ['a']), bead('c', ['a']), bead('d', ['b', 'c'])];

  it('are the longest remaining time, with the median where a duration is unknown', () => {
    expect(tails(weighed(nodes, durations({ a: 10, b: 40, d: 20 })))).toEqual({ a: 70, b: 60, c: 40, d: 20 });
  });

  it('stay as they are while nothing is known', () => {
    expect(weighed(nodes, new Map())).toBe(nodes);
  });

  it('go through sync points, which take no time', () => {
    const sync: NodeSpec = {
      kind: 'sync',
      id: syncId(0),
      level: 0,
      quorum: 'all',
      needs: [{ node: nodeId('a'), on: 'settled' }],
    };
    const after = { ...bead('b'), needs: [{ node: syncId(0), on: 'settled' } as const] };
    expect(tails(weighed([bead('a'), sync, after], durations({ a: 1, b: 2 })))).toEqual({ a: 3, b: 2 });
  });

  it('let the longest remaining path go first where priority and order leave it open', () => {
    const known = durations({ a: 1, b: 9, c: 5, x: 20 });
    const plan = [bead('a'), bead('b'), bead('c', [], { order: 1 }), bead('x', ['a'])];
    expect(new Machine(weighed(plan, known), { parallel: 3 }).started()).toEqual(['a', 'b', 'c']);
    expect(new Machine(weighed(plan.slice(0, 2), known), { parallel: 3 }).started()).toEqual(['b', 'a']);
  });
});
