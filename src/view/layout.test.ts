import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Layout, layoutGraph } from './layout.ts';

const options = { gap: 3, bendWidth: 1 };
const ids = fc.constantFrom(...'abcdefghijklmnop');
const nodes = fc.uniqueArray(fc.record({ id: ids, width: fc.integer({ min: 1, max: 30 }) }), {
  selector: ({ id }) => id,
});
const edges = fc.array(fc.record({ from: ids, to: ids }), { maxLength: 40 });

const itemOf = (layout: Layout, item: number) => layout.items[item] ?? expect.fail(`no item ${item}`);

describe('layoutGraph', () => {
  it('puts every node exactly once, every forward edge down, items apart', () => {
    fc.assert(
      fc.property(nodes, edges, (given, ends) => {
        const layout = layoutGraph(given, ends, options);
        expect(layout.items.slice(0, given.length)).toMatchObject(
          given.map(({ id }) => ({ type: 'node', id })),
        );
        expect(layout.layers.flat().toSorted((a, b) => a - b)).toEqual([...layout.items.keys()]);
        for (const { from, to } of layout.segments) {
          expect(itemOf(layout, to).layer).toBe(itemOf(layout, from).layer + 1);
        }
        for (const layer of layout.layers) {
          for (const [at, item] of layer.entries()) {
            const here = itemOf(layout, item);
            const before = layer[at - 1];
            const least = before === undefined ? 0 : right(itemOf(layout, before)) + options.gap;
            expect(here.centre - here.width / 2).toBeGreaterThan(least - 1e-6);
            expect(right(here)).toBeLessThan(layout.width + 1e-6);
          }
        }
      }),
    );
  });

  it('gives a route to every edge but those that close a cycle', () => {
    fc.assert(
      fc.property(nodes, edges, (given, ends) => {
        const layout = layoutGraph(given, ends, options);
        expect(layout.complete).toBe(true);
        for (const route of layout.routes) {
          for (const [at, item] of route.slice(1).entries()) {
            expect(layout.segments).toContainEqual({ from: route[at], to: item });
          }
        }
        const forward = ends.filter(({ from, to }) => from < to);
        const acyclic = layoutGraph(given, forward, options);
        const known = new Set(given.map(({ id }) => id));
        expect(acyclic.routes.length).toBe(
          forward.filter(({ from, to }) => known.has(from) && known.has(to)).length,
        );
      }),
    );
  });

  it('says the same twice', () => {
    fc.assert(
      fc.property(nodes, edges, (given, ends) => {
        expect(layoutGraph(given, ends, options)).toEqual(layoutGraph(given, ends, options));
      }),
      { numRuns: 30 },
    );
  });

  it('finds the order without crossings', () => {
    const given = ['a', 'b', 'c', 'x', 'y', 'z'].map((id) => ({ id, width: 5 }));
    const layout = layoutGraph(
      given,
      [
        { from: 'a', to: 'z' },
        { from: 'b', to: 'y' },
        { from: 'c', to: 'x' },
      ],
      options,
    );
    for (const { from, to } of layout.segments)
      expect(itemOf(layout, from).centre).toBe(itemOf(layout, to).centre);
  });

  it('puts a node above the middle of what it leads to', () => {
    const given = ['top', 'l', 'm', 'r'].map((id) => ({ id, width: 5 }));
    const layout = layoutGraph(
      given,
      ['l', 'm', 'r'].map((to) => ({ from: 'top', to })),
      options,
    );
    expect(itemOf(layout, 0).centre).toBeCloseTo(itemOf(layout, 2).centre);
  });

  it('bounds the bends of very long edges and says so', () => {
    const given = Array.from({ length: 3000 }, (_, at) => ({ id: `n${at}`, width: 5 }));
    const chain = given.slice(1).map(({ id }, at) => ({ from: `n${at}`, to: id }));
    const long = given.slice(0, 1000).map(({ id }) => ({ from: id, to: 'n2999' }));
    const layout = layoutGraph(given, [...chain, ...long], options);
    expect(layout.complete).toBe(false);
    expect(layout.items.length).toBeLessThan(3000 + 4000 + 2 * 3000 + 1);
    expect(layout.routes.length).toBe(chain.length + long.length);
  });

  it('lays nothing out', () => {
    expect(layoutGraph([], [{ from: 'a', to: 'b' }], options)).toEqual({
      items: [],
      layers: [],
      segments: [],
      routes: [],
      complete: true,
      width: 0,
    });
  });
});

const right = ({ centre, width }: { centre: number; width: number }): number => centre + width / 2;
