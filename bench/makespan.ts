/**
 * How far schedules are from the best there could be, over random graphs in virtual time; printed as JSON. Bundled and run
 * by `bench/run.mjs` with the number of graphs. Always the same graphs.
 */
import { type NodeId, nodeId, syncId } from '../src/core/ids.ts';
import type { BeadNode, Need, NodeSpec } from '../src/core/plan.ts';
import { forecast } from '../src/engine/forecast.ts';
import { weighed } from '../src/engine/tails.ts';
import { bead } from '../src/testing/machine.ts';

interface Sample {
  readonly nodes: readonly BeadNode[];
  readonly durations: ReadonlyMap<NodeId, number>;
  readonly parallel: number;
}

/** Numbers in [0, 1) from a seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 10 to 300 beads with up to three requirements each, from wide to deep; durations over two orders of magnitude. */
function sample(seed: number): Sample {
  const next = chance(seed);
  const below = (count: number): number => Math.floor(next() * count);
  const count = 10 + below(291);
  const reach = 1 + below(count);
  const most = 1 + below(3);
  const nodes: BeadNode[] = [];
  const durations = new Map<NodeId, number>();
  for (let at = 0; at < count; at += 1) {
    const requires = new Set<number>();
    for (let edge = below(most + 1); edge > 0 && at > 0; edge -= 1)
      requires.add(Math.max(0, at - 1 - below(reach)));
    const level = 1 + Math.max(-1, ...[...requires].map((need) => nodes[need]?.level ?? 0));
    nodes.push(
      bead(
        `b${at}`,
        [...requires].map((need) => `b${need}`),
        { level },
      ),
    );
    durations.set(nodeId(`b${at}`), Math.round(10 ** (1 + 2 * next())));
  }
  return { nodes, durations, parallel: 1 + below(16) };
}

/** The same beads with a sync point after each level but the last. */
function withBarriers(beads: readonly BeadNode[]): readonly NodeSpec[] {
  const nodes: NodeSpec[] = [];
  let barrier: readonly Need[] = [];
  const depth = Math.max(...beads.map(({ level }) => level));
  for (let level = 0; level <= depth; level += 1) {
    const members = beads.filter((node) => node.level === level);
    for (const node of members) nodes.push({ ...node, needs: [...barrier, ...node.needs] });
    const needs = members.map(({ id }): Need => ({ node: id, on: 'settled' }));
    if (level < depth) nodes.push({ kind: 'sync', id: syncId(level), level, quorum: 'all', needs });
    barrier = [{ node: syncId(level), on: 'settled' }];
  }
  return nodes;
}

function makespan(nodes: readonly NodeSpec[], { durations, parallel }: Sample) {
  return forecast({
    nodes: weighed(nodes, durations),
    limits: { parallel, rigs: {}, agents: {} },
    durationOf: (id) => durations.get(id) ?? 0,
  });
}

const graphs = Number(process.argv[2]);
const free: number[] = [];
const barriers: number[] = [];
/** The largest part of what Graham's bound allows that was ever needed: above 1, it is broken. */
let ofBound = 0;
for (let seed = 1; seed <= graphs; seed += 1) {
  const drawn = sample(seed);
  const { makespan: took, lowerBound } = makespan(drawn.nodes, drawn);
  free.push(took / lowerBound);
  barriers.push(makespan(withBarriers(drawn.nodes), drawn).makespan / lowerBound);
  // One at a time, every schedule is the best one.
  if (drawn.parallel > 1) ofBound = Math.max(ofBound, took / lowerBound / (2 - 1 / drawn.parallel));
}
const median = (numbers: number[]): number =>
  numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 1;
const largest = (numbers: readonly number[]): number => Math.max(...numbers);
console.log(
  JSON.stringify({
    free: { median: median(free), largest: largest(free) },
    barriers: { median: median(barriers), largest: largest(barriers) },
    ofBound,
  }),
);
