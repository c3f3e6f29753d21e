import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closingEdges, type IndexEdge, longestPathLayers } from './acyclic.ts';

const graphs = fc.integer({ min: 1, max: 25 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    edges: fc.array(fc.record({ from: fc.nat(count - 1), to: fc.nat(count - 1) }), { maxLength: 60 }),
  }),
);

describe('closingEdges', () => {
  it.each<[string, number, [number, number][], boolean[]]>([
    [
      'nothing in a chain',
      3,
      [
        [0, 1],
        [1, 2],
      ],
      [false, false],
    ],
    [
      'nothing in a diamond',
      4,
      [
        [0, 1],
        [0, 2],
        [1, 3],
        [2, 3],
      ],
      [false, false, false, false],
    ],
    ['an edge to itself', 1, [[0, 0]], [true]],
    [
      'the edge back to the first',
      3,
      [
        [0, 1],
        [1, 2],
        [2, 0],
      ],
      [false, false, true],
    ],
    [
      'the edge back, seen from outside',
      4,
      [
        [1, 2],
        [2, 1],
        [3, 2],
      ],
      [true, false, false],
    ],
  ])('finds %s', (_, count, pairs, expected) => {
    expect(
      closingEdges(
        count,
        pairs.map(([from, to]) => ({ from, to })),
      ),
    ).toEqual(expected);
  });

  it('leaves an acyclic graph, and marks nothing in one', () => {
    fc.assert(
      fc.property(graphs, ({ count, edges }) => {
        const closing = closingEdges(count, edges);
        const rest = edges.filter((_, number) => !closing[number]);
        expect(closingEdges(count, rest)).not.toContain(true);
        const layers = longestPathLayers(count, rest);
        for (const { from, to } of rest) expect(layers[to]).toBeGreaterThan(layers[from] ?? Number.NaN);
      }),
    );
  });

  it('walks a path of 200,000 nodes', () => {
    const edges: IndexEdge[] = Array.from({ length: 200_000 }, (_, from) => ({ from, to: from + 1 }));
    expect(closingEdges(200_001, edges)).not.toContain(true);
    expect(longestPathLayers(200_001, edges)[200_000]).toBe(200_000);
  });
});

describe('longestPathLayers', () => {
  it('takes the longest way', () => {
    const edges = [
      { from: 0, to: 3 },
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 2, to: 3 },
    ];
    expect([...longestPathLayers(5, edges)]).toEqual([0, 1, 2, 3, 0]);
  });
});
