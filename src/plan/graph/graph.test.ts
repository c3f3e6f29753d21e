import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { components, cycles, levels, type Requires, stableOrder } from './graph.ts';

const graphs = fc
  .integer({ min: 1, max: 7 })
  .chain((count) =>
    fc.array(fc.uniqueArray(fc.nat(count - 1), { maxLength: 3 }), { minLength: count, maxLength: count }),
  )
  .map((requires): Requires => requires.map((needs, node) => needs.filter((need) => need !== node)));

/** Every elementary cycle, by trying every path. */
function allCycles(requires: Requires): readonly string[] {
  const found = new Set<string>();
  const walk = (path: readonly number[]): void => {
    const [root] = path;
    for (const need of requires[path[path.length - 1] ?? 0] ?? []) {
      if (need === root) found.add(path.join(' '));
      else if (need > (root ?? 0) && !path.includes(need)) walk([...path, need]);
    }
  };
  requires.forEach((_, node) => {
    walk([node]);
  });
  return [...found].sort();
}

describe('cycles', () => {
  it('are all found in small graphs, each once', () => {
    fc.assert(
      fc.property(graphs, (requires) => {
        const found = cycles(requires, 10_000);
        expect(found.cycles.map((cycle) => cycle.join(' ')).sort()).toEqual(allCycles(requires));
        expect(found.complete).toBe(true);
      }),
    );
  });

  it('are represented by a short one in large components', () => {
    const ring: Requires = Array.from({ length: 50_000 }, (_, node) => [
      (node + 1) % 50_000,
      ...(node === 0 ? [49_999] : []),
    ]);
    const { cycles: found, complete } = cycles(ring, 20);
    expect(found).toEqual([[0, 49_999]]);
    expect(complete).toBe(false);
    expect(components(ring)).toHaveLength(1);
  });

  it('stop at the number asked for, also where there are exponentially many', () => {
    const dense: Requires = Array.from({ length: 24 }, (_, node) =>
      Array.from({ length: 24 }, (_unused, other) => other).filter((other) => other !== node),
    );
    expect(cycles(dense, 20)).toMatchObject({ complete: false, cycles: { length: 20 } });
  });
});

describe('levels', () => {
  it('are one more than the highest requirement, and missing exactly in and after cycles', () => {
    fc.assert(
      fc.property(graphs, (requires) => {
        const found = levels(requires);
        requires.forEach((needs, node) => {
          const below = needs.map((need) => found[need]);
          const expected = below.some((level) => level === undefined)
            ? undefined
            : Math.max(-1, ...below.map((level) => level ?? 0)) + 1;
          expect(found[node]).toBe(expected);
        });
      }),
    );
  });
});

describe('stableOrder', () => {
  it('is the ranks where requirements allow it, and always respects requirements', () => {
    fc.assert(
      fc.property(graphs, fc.array(fc.nat(5), { minLength: 7, maxLength: 7 }), (requires, ranks) => {
        const acyclic = requires.map((needs, node) => needs.filter((need) => need < node));
        const order = stableOrder(acyclic, ranks);
        expect([...order].sort((a, b) => a - b)).toEqual(acyclic.map((_, node) => node));
        const position = new Map(order.map((node, at) => [node, at]));
        acyclic.forEach((needs, node) => {
          for (const need of needs) expect(position.get(need)).toBeLessThan(position.get(node) ?? -1);
        });
        const free = stableOrder(
          acyclic.map(() => []),
          ranks,
        );
        free.forEach((node, at) => {
          const before = free[at - 1];
          if (before !== undefined) expect(ranks[before]).toBeLessThanOrEqual(ranks[node] ?? 0);
        });
      }),
    );
  });
});
