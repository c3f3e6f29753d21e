import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeStatus } from '../core/status.ts';
import { graphText } from './graph-text.ts';
import { type BeadSketch, graphOfBeads } from './graph-view.ts';
import { readPicture } from './picture-reader.ts';
import { textWidth } from './text-width.ts';
import { asciiGlyphs } from './theme.ts';

const bead = (id: string, requires: string[] = [], status?: NodeStatus): BeadSketch => ({
  id,
  name: id,
  requires,
  ...(status !== undefined && { status }),
});
const draw = (beads: BeadSketch[], columns = 100): string =>
  graphText(graphOfBeads('sample', beads), { columns }).join('\n');
/** A drawing written with the indentation of this file. */
const drawing = (text: string): string => text.replace(/^\n|\n *$/g, '').replaceAll(/^ {6}/gm, '');

const petstore = [
  bead('foundation', [], 'done'),
  bead('pet-crud', ['foundation'], 'done'),
  bead('store-crud', ['foundation'], 'running'),
  bead('user-auth', ['foundation'], 'failed'),
  bead('api-docs', ['pet-crud', 'store-crud', 'user-auth'], 'waiting'),
];
const withoutStatus = petstore.map(({ id, requires }) => bead(id, [...requires]));

describe('graphText', () => {
  it('draws the petstore', () => {
    expect(draw(withoutStatus)).toBe(
      drawing(`
                      ┌─────────────┐
                      │ foundation  │
                      └──────┬──────┘
            ┌────────────────┼────────────────┐
            ▼                ▼                ▼
      ┌───────────┐   ┌─────────────┐   ┌───────────┐
      │ pet-crud  │   │ store-crud  │   │ user-auth │
      └─────┬─────┘   └──────┬──────┘   └─────┬─────┘
            └────────────────┼────────────────┘
                             ▼
                       ┌───────────┐
                       │ api-docs  │
                       └───────────┘
      `),
    );
  });

  it('draws a convoy with sync points and statuses', () => {
    const graph = graphOfBeads('petstore', petstore, { sync: 'level' });
    expect(graphText(graph, { columns: 100 }).join('\n')).toBe(
      drawing(`
                        ┌───────────────┐
                        │ ✓ foundation  │
                        └───────┬───────┘
      ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ sync
             ┌──────────────────┼──────────────────┐
             ▼                  ▼                  ▼
      ┌─────────────┐   ┌───────────────┐   ┌─────────────┐
      │ ✓ pet-crud  │   │ ● store-crud  │   │ ✗ user-auth │
      └──────┬──────┘   └───────┬───────┘   └──────┬──────┘
      ╌╌╌╌╌╌╌│╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│╌╌╌╌╌╌╌ sync
             └──────────────────┼──────────────────┘
                                ▼
                         ┌─────────────┐
                         │ · api-docs  │
                         └─────────────┘
      `),
    );
  });

  it('draws with ASCII only when asked to', () => {
    const graph = graphOfBeads('petstore', petstore, { sync: 'level', cycles: [['a', 'b']] });
    const text = graphText(graph, { columns: 100, glyphs: asciiGlyphs }).join('\n');
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(text).toContain('| + foundation  |');
    expect(text).toContain('Circular dependency detected: a -> b -> a');
  });

  it('draws a chain', () => {
    expect(draw([bead('a'), bead('b', ['a']), bead('c', ['b'])])).toBe(
      drawing(`
      ┌───┐
      │ a │
      └─┬─┘
        ▼
      ┌───┐
      │ b │
      └─┬─┘
        ▼
      ┌───┐
      │ c │
      └───┘
      `),
    );
  });

  it('draws a diamond', () => {
    expect(draw([bead('a'), bead('b', ['a']), bead('c', ['a']), bead('d', ['b', 'c'])])).toBe(
      drawing(`
          ┌───┐
          │ a │
          └─┬─┘
        ┌───┴───┐
        ▼       ▼
      ┌───┐   ┌───┐
      │ b │   │ c │
      └─┬─┘   └─┬─┘
        └───┬───┘
            ▼
          ┌───┐
          │ d │
          └───┘
      `),
    );
  });

  it('draws three parts side by side', () => {
    const parts = [bead('a'), bead('b', ['a']), bead('x'), bead('p'), bead('q', ['p']), bead('r', ['p'])];
    expect(draw(parts)).toBe(
      drawing(`
      ┌───┐   ┌───┐   ┌───┐
      │ a │   │ x │   │ p │
      └─┬─┘   └───┘   └─┬─┘
        │           ┌───┴───┐
        ▼           ▼       ▼
      ┌───┐       ┌───┐   ┌───┐
      │ b │       │ q │   │ r │
      └───┘       └───┘   └───┘
      `),
    );
  });

  it('draws long edges past the levels between', () => {
    expect(
      draw([bead('a'), bead('b', ['a']), bead('c', ['b']), bead('d', ['c', 'a']), bead('e', ['a', 'd'])]),
    ).toBe(
      drawing(`
         ┌───┐
         │ a │
         └─┬─┘
        ┌──┴──┐
        ▼     │
      ┌───┐   │
      │ b │   │
      └─┬─┘   │
        ▼     │
      ┌───┐   │
      │ c │   │
      └─┬─┘   │
        └┐ ┌──┴─┐
         ▼ ▼    │
        ┌───┐   │
        │ d │   │
        └─┬─┘   │
          └───┬─┘
              ▼
            ┌───┐
            │ e │
            └───┘
      `),
    );
  });

  it('lists by levels what is wider than the terminal', () => {
    const graph = graphOfBeads('petstore', petstore, { sync: 'level' });
    expect(graphText(graph, { columns: 40 }).join('\n')).toBe(
      drawing(`
      Level 0
        ✓ foundation
      ╌╌ sync ╌╌
      Level 1
        ✓ pet-crud    ← foundation
        ● store-crud  ← foundation
        ✗ user-auth   ← foundation
      ╌╌ sync ╌╌
      Level 2
        · api-docs    ← pet-crud, store-crud,…
      `),
    );
  });

  it('lists 100 nodes by levels', () => {
    const beads = Array.from({ length: 100 }, (_, at) => bead(`n${at}`, at < 10 ? [] : [`n${at - 10}`]));
    const lines = graphText(graphOfBeads('large', beads), { columns: 200 });
    expect(lines.filter((line) => line.startsWith('Level '))).toEqual(
      Array.from({ length: 10 }, (_, level) => `Level ${level}`),
    );
    expect(lines).toContain('  n10  ← n0');
    expect(lines.length).toBe(110);
  });

  it('draws a cyclic formula without the edge that closes the cycle, and names the cycle', () => {
    const cyclic = graphOfBeads('x', [bead('a', ['c']), bead('b', ['a']), bead('c', ['b'])], {
      cycles: [['a', 'b', 'c']],
    });
    const lines = graphText(cyclic, { columns: 80 });
    expect(readPicture(lines)).toEqual({ boxes: ['a', 'b', 'c'], edges: ['a>b', 'b>c'] });
    expect(lines.at(-1)).toBe('Circular dependency detected: a → b → c → a');
  });

  it('paints statuses without changing what is drawn', () => {
    const graph = graphOfBeads('petstore', petstore, { sync: 'level' });
    const painted = graphText(graph, { columns: 100, paint: (role, text) => `<${role}>${text}</>` }).join(
      '\n',
    );
    expect(painted).toContain('<running>│ ● store-crud  │</>');
    expect(painted.replaceAll(/<[a-z]*>|<\/>/g, '')).toBe(graphText(graph, { columns: 100 }).join('\n'));
  });

  it('shows hostile ids and keeps boxes closed around wide and combining characters', () => {
    const hostile = ['日本語', 'e\u0301te\u0301', '\x1b[31mred', 'a\u202eb', '👍👍'].map((id) => bead(id));
    const lines = graphText(graphOfBeads('x', hostile), { columns: 200 });
    expect(lines.join('')).not.toMatch(/[\x1b\u202e]/);
    expect(new Set(lines.map(textWidth)).size).toBe(1);
  });

  it('never makes a line wider than the terminal, however long the ids', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 8 }),
        fc.integer({ min: 12, max: 90 }),
        (ids, columns) => {
          const beads = ids.map((id, at) =>
            bead(
              id,
              ids.slice(0, at).filter((_, other) => (at + other) % 3 === 0),
            ),
          );
          for (const line of graphText(graphOfBeads('x', beads, { sync: 'level' }), { columns })) {
            expect(textWidth(line)).toBeLessThanOrEqual(columns);
          }
        },
      ),
    );
  });
});

describe('a picture', () => {
  const acyclic = fc.integer({ min: 1, max: 14 }).chain((count) =>
    fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 24 }).map((pairs) =>
      Array.from({ length: count }, (_, at) =>
        bead(
          `n${at}`,
          pairs.filter(([from, to]) => to === at && from < to).map(([from]) => `n${from}`),
        ),
      ),
    ),
  );

  it('shows exactly the nodes and edges of the graph to whoever follows its lines', () => {
    fc.assert(
      fc.property(acyclic, fc.constantFrom('level' as const, 'none' as const), (beads, sync) => {
        const lines = graphText(graphOfBeads('x', beads, { sync }), { columns: 10_000 });
        expect(readPicture(lines)).toEqual({
          boxes: beads.map(({ id }) => id).toSorted(),
          edges: [
            ...new Set(beads.flatMap(({ id, requires }) => requires.map((from) => `${from}>${id}`))),
          ].toSorted(),
        });
      }),
      { numRuns: 300 },
    );
  });
});
