import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeStatus } from '../core/status.ts';
import { dot } from './dot.ts';
import { graphJson } from './graph-json.ts';
import { type GraphView, graphOfBeads } from './graph-view.ts';
import { mermaid } from './mermaid.ts';
import { statusColours } from './status-colours.ts';

const petstore = graphOfBeads('petstore', [
  { id: 'foundation', name: 'Project Foundation', requires: [], status: 'done' },
  { id: 'pet-crud', name: 'pet-crud', requires: ['foundation'], status: 'running' },
]);
const hostile = [
  '"]; x',
  'a"b\\',
  '<script>',
  '#quot;',
  'end',
  'style: #a;',
  '%%{init}%%',
  '`x`',
  '&lt;',
  '\\',
  '\n',
  '\x1b[2J',
  '日本語',
];
const text = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 12 }));
const statuses = fc.option(fc.constantFrom(...Object.keys(statusColours).filter(isStatus)), {
  nil: undefined,
});
const graphs = fc
  .uniqueArray(fc.record({ id: text, name: text, status: statuses }), {
    selector: ({ id }) => id,
    minLength: 1,
    maxLength: 8,
  })
  .chain((beads) =>
    fc.array(fc.tuple(fc.nat(beads.length - 1), fc.nat(beads.length - 1)), { maxLength: 15 }).map((pairs) =>
      graphOfBeads(
        'hostile "name" \\',
        beads.map(({ id, name, status }, at) => ({
          id,
          name,
          requires: pairs.filter(([, to]) => to === at).map(([from]) => beads[from]?.id ?? ''),
          ...(status !== undefined && { status }),
        })),
      ),
    ),
  );

function isStatus(word: string): word is NodeStatus {
  return word in statusColours;
}

/** Edges as the positions of their ends. */
const pairsOf = ({ nodes, edges }: GraphView): string[] => {
  const position = new Map(nodes.map(({ id }, at) => [id, at]));
  return edges.map(({ from, to }) => `${position.get(from)} ${position.get(to)}`).toSorted();
};

describe('mermaid', () => {
  it('writes a flowchart', () => {
    expect(mermaid(petstore)).toBe(
      [
        'flowchart TD',
        '  n0["foundation<br/>Project Foundation"]:::done',
        '  n1["pet-crud"]:::running',
        '  n0 --> n1',
        '  classDef done fill:#dcfce7,stroke:#16a34a,color:#111827',
        '  classDef running fill:#fef3c7,stroke:#d97706,color:#111827',
        '',
      ].join('\n'),
    );
  });

  it('has one line per node and per edge, whatever the texts are', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const lines = mermaid(graph).split('\n');
        const node = /^ {2}n\d+\["(?:[\p{L}\p{M}\p{N} _.,/-]|#\d+;|<br\/>)*"\](?::::[a-z]+)?$/u;
        expect(lines.filter((line) => node.test(line)).length).toBe(graph.nodes.length);
        const edges = lines.flatMap((line) => {
          const found = /^ {2}n(\d+) (?:-->|-\. cycle \.->) n(\d+)$/.exec(line);
          return found === null ? [] : [`${found[1]} ${found[2]}`];
        });
        expect(edges.toSorted()).toEqual(pairsOf(graph));
        const others = lines.filter((line) => !node.test(line) && !/^ {2}n\d+ /.test(line));
        for (const line of others)
          expect(line).toMatch(/^(flowchart TD| {2}classDef [a-z]+ fill.*| {2}linkStyle [\d,]+ stroke.*|)$/);
      }),
    );
  });

  it('keeps the text of a label readable after decoding', () => {
    const [, line] = mermaid(graphOfBeads('x', [{ id: 'a"#:b', name: 'a"#:b', requires: [] }])).split('\n');
    expect(line?.replaceAll(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))).toBe(
      '  n0["a"#:b"]',
    );
  });
});

describe('dot', () => {
  it('writes a digraph', () => {
    expect(dot(petstore).split('\n').slice(4)).toEqual([
      '  n0 [label="foundation\\nProject Foundation", fillcolor="#dcfce7", color="#16a34a", tooltip="done"];',
      '  n1 [label="pet-crud", fillcolor="#fef3c7", color="#d97706", tooltip="running"];',
      '  n0 -> n1;',
      '}',
      '',
    ]);
  });

  it('has one line per node and per edge, whatever the texts are', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const [first, ...lines] = dot(graph).split('\n');
        expect(first).toBe('digraph "hostile \\"name\\" \\\\" {');
        const node = /^ {2}n\d+ \[label="(?:[^"\\]|\\["\\n])*"(?:, [a-z]+="[^"\\]*")*\];$/;
        expect(lines.filter((line) => node.test(line)).length).toBe(graph.nodes.length);
        const edges = lines.flatMap((line) => {
          const found = /^ {2}n(\d+) -> n(\d+)(?: \[.*\])?;$/.exec(line);
          return found === null ? [] : [`${found[1]} ${found[2]}`];
        });
        expect(edges.toSorted()).toEqual(pairsOf(graph));
        expect(lines.length).toBe(3 + graph.nodes.length + graph.edges.length + 2);
      }),
    );
  });

  it('draws sync points and failure branches only as what they are', () => {
    const graph: GraphView = {
      name: 'x',
      sync: 'level',
      nodes: [
        { id: 'a', label: 'a', kind: 'bead', level: 0, status: undefined },
        { id: '~sync/0', label: 'sync point', kind: 'sync', level: 0, status: undefined },
        { id: 'b', label: 'b', kind: 'bead', level: 1, status: undefined },
      ],
      edges: [
        { from: 'a', to: '~sync/0', on: 'settled', closesCycle: false },
        { from: 'a', to: 'b', on: 'failed', closesCycle: false },
      ],
      cycles: [],
    };
    expect(dot(graph)).not.toContain('sync');
    expect(dot(graph, { syncPoints: true })).toContain('n1 [label="sync point", shape="hexagon"];\n');
    expect(dot(graph, { syncPoints: true })).toContain('n0 -> n1 [style="dashed"];\n');
    expect(mermaid(graph)).toContain('n0 -. failed .-> n1\n');
    expect(mermaid(graph, { syncPoints: true })).toContain('n1{{"sync point"}}\n');
  });
});

describe('graphJson', () => {
  it('gives the same data back and nothing a terminal obeys', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const written = graphJson(graph);
        expect(written).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/);
        const read = JSON.parse(written);
        expect(read.nodes.map(({ id, name }: { id: string; name: string }) => [id, name])).toEqual(
          graph.nodes.map(({ id, label }) => [id, label]),
        );
        expect(read.edges).toEqual(graph.edges);
      }),
    );
  });
});
