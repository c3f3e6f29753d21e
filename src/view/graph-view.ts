/**
 * A formula's graph as plain data for drawing, whether it comes from a plan, from a run's rows or from a draft that may
 * contain cycles. Ids and labels are the author's text as it is: renderers neutralise and escape it.
 */
import type { EdgeOn, Plan } from '../core/plan.ts';
import type { NodeStatus } from '../core/status.ts';
import { closingEdges, longestPathLayers } from './acyclic.ts';

export interface GraphNode {
  readonly id: string;
  /** The bead's name; for a sync point what it is. */
  readonly label: string;
  readonly kind: 'bead' | 'sync';
  readonly level: number;
  /** Undefined when no run is known. */
  readonly status: NodeStatus | undefined;
}

/** `to` needs `from`. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly on: EdgeOn;
  /** Without the edges marked so the graph has no cycle. */
  readonly closesCycle: boolean;
}

export interface GraphView {
  readonly name: string;
  /** Whether a barrier stands between levels. */
  readonly sync: 'level' | 'none';
  readonly nodes: readonly GraphNode[];
  /** Both ends are in `nodes`; at most one edge from one node to another. */
  readonly edges: readonly GraphEdge[];
  /** Each as `[a, b, c]` for `a → b → c → a`. */
  readonly cycles: readonly (readonly string[])[];
}

/** What is known of a bead before it is a plan; levels are computed here. */
export interface BeadSketch {
  readonly id: string;
  readonly name: string;
  readonly requires: readonly string[];
  readonly status?: NodeStatus;
}

/** The graph of a checked plan: its beads and sync points, with the status of those that have one. */
export function graphOfPlan(plan: Plan, statuses: ReadonlyMap<string, NodeStatus> = new Map()): GraphView {
  const names = new Map<string, string>(plan.beads.map((bead) => [bead.id, bead.name]));
  const nodes = plan.nodes.map(
    (node): GraphNode => ({
      id: node.id,
      label: names.get(node.id) ?? (node.kind === 'sync' ? `sync point after level ${node.level}` : node.id),
      kind: node.kind,
      level: node.level,
      status: statuses.get(node.id),
    }),
  );
  const needs = plan.nodes.flatMap((node) =>
    node.needs.map((need): GraphEdge => ({ from: need.node, to: node.id, on: need.on, closesCycle: false })),
  );
  // What the author wrote is drawn even where the lowered graph implies it by other edges.
  const written = plan.beads.flatMap((bead) =>
    bead.requires.map((from): GraphEdge => ({ from, to: bead.id, on: 'succeeded', closesCycle: false })),
  );
  return {
    name: plan.formula.name,
    sync: barrierOf(plan),
    nodes,
    edges: strongestEdges(nodes, [...written, ...needs]),
    cycles: [],
  };
}

/** The graph of beads that name what they require, cyclic or not; names of beads that do not exist are left out. */
export function graphOfBeads(
  name: string,
  beads: readonly BeadSketch[],
  more: { readonly sync?: 'level' | 'none'; readonly cycles?: readonly (readonly string[])[] } = {},
): GraphView {
  const unique = beads.filter(firstOfItsId());
  const index = new Map(unique.map(({ id }, position) => [id, position]));
  const ends = unique.flatMap((bead) =>
    [...new Set(bead.requires)].flatMap((required) => {
      const [from, to] = [index.get(required), index.get(bead.id)];
      return from === undefined || to === undefined ? [] : [{ from, to, fromId: required, toId: bead.id }];
    }),
  );
  const closing = closingEdges(unique.length, ends);
  const layers = longestPathLayers(
    unique.length,
    ends.filter((_, number) => !closing[number]),
  );
  return {
    name,
    sync: more.sync ?? 'none',
    nodes: unique.map((bead, position) => ({
      id: bead.id,
      label: bead.name,
      kind: 'bead',
      level: layers[position] ?? 0,
      status: bead.status,
    })),
    edges: ends.map(({ fromId, toId }, number) => ({
      from: fromId,
      to: toId,
      on: 'succeeded',
      closesCycle: closing[number] ?? false,
    })),
    cycles: more.cycles ?? [],
  };
}

/** The same graph without its sync points and their edges. */
export function withoutSyncPoints(graph: GraphView): GraphView {
  const beads = graph.nodes.filter(({ kind }) => kind === 'bead');
  if (beads.length === graph.nodes.length) return graph;
  const ids = new Set(beads.map(({ id }) => id));
  return {
    ...graph,
    nodes: beads,
    edges: graph.edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
  };
}

/** Keeps the first of several with the same id: a draft may still hold duplicates. */
function firstOfItsId(): (bead: BeadSketch) => boolean {
  const seen = new Set<string>();
  return ({ id }) => seen.size < seen.add(id).size;
}

function barrierOf(plan: Plan): GraphView['sync'] {
  return plan.nodes.some(({ kind }) => kind === 'sync') ? 'level' : 'none';
}

/** Two beads can be tied by a sequence and by a requirement: one edge, the one that demands more. */
function strongestEdges(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): GraphEdge[] {
  const known = new Set(nodes.map(({ id }) => id));
  const kept = new Map<string, Map<string, GraphEdge>>();
  for (const edge of edges) {
    if (!known.has(edge.from) || !known.has(edge.to)) continue;
    const group = kept.get(edge.from) ?? new Map<string, GraphEdge>();
    kept.set(edge.from, group);
    const held = group.get(edge.to);
    if (held === undefined || held.on === 'settled') group.set(edge.to, edge);
  }
  return [...kept.values()].flatMap((group) => [...group.values()]);
}
