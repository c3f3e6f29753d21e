/** Beads that joined a run, put into the graph of its plan: below the bead that added them, after what they require. */
import type { NodeStatus } from '../core/status.ts';
import { longestPathLayers } from './acyclic.ts';
import type { GraphEdge, GraphView } from './graph-view.ts';

/** A bead of a run, as its row tells it. */
export interface AddedBead {
  readonly id: string;
  readonly name: string;
  readonly requires: readonly string[];
  readonly status: NodeStatus;
  /** Absent: a bead of the plan. */
  readonly parent?: string;
}

/** The graph with those of the beads that are not in it yet; what was added to a bead that is not there is left out. */
export function withAddedBeads(graph: GraphView, beads: Iterable<AddedBead>): GraphView {
  const levels = new Map(graph.nodes.map(({ id, level }) => [id, level]));
  const rows = [...beads].filter((row) => row.parent !== undefined && !levels.has(row.id));
  const parents = new Map(rows.map((row) => [row.id, row.parent ?? '']));
  const added = rows.filter(({ id }) => levels.has(rootOf(id, parents)));
  if (added.length === 0) return graph;
  const index = new Map(added.map(({ id }, at) => [id, at]));
  const edges = added.flatMap((row): GraphEdge[] => {
    const { id, parent = '' } = row;
    const others = [...new Set(row.requires)].filter(
      (from) => from !== parent && (index.has(from) || levels.has(from)),
    );
    return [
      { from: parent, to: id, on: 'worked', closesCycle: false },
      ...others.map((from): GraphEdge => ({ from, to: id, on: 'succeeded', closesCycle: false })),
    ];
  });
  const within = edges.flatMap(({ from, to }) => {
    const [source, target] = [index.get(from), index.get(to)];
    return source === undefined || target === undefined ? [] : [{ from: source, to: target }];
  });
  const layers = longestPathLayers(added.length, within);
  const sources = new Map<string, string[]>(added.map(({ id }) => [id, []]));
  for (const { from, to } of edges) sources.get(to)?.push(from);
  // In this order everything that a bead comes after has its level already.
  const order = added.map((_, at) => at).sort((a, b) => (layers[a] ?? 0) - (layers[b] ?? 0));
  for (const { id } of order.flatMap((at) => added[at] ?? []))
    levels.set(id, Math.max(...(sources.get(id) ?? []).map((from) => levels.get(from) ?? 0)) + 1);
  const nodes = added.map(({ id, name, status }) => {
    return { id, label: name, kind: 'bead' as const, level: levels.get(id) ?? 0, status };
  });
  return { ...graph, nodes: [...graph.nodes, ...nodes], edges: [...graph.edges, ...edges] };
}

/** The bead of the plan below which a bead joined. */
function rootOf(id: string, parents: ReadonlyMap<string, string>): string {
  let at = id;
  for (let parent = parents.get(at); parent !== undefined; parent = parents.get(at)) at = parent;
  return at;
}
