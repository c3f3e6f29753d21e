/**
 * A layered drawing of a graph as numbers, for text and pictures alike: each node gets a layer (its longest distance from
 * a root), a place in it and a horizontal position; an edge over several layers gets a bend in each layer it passes, and
 * the long edges of one node share theirs. Near-linear: what an edge may cost in bends is bounded for the whole graph.
 */
import { closingEdges, longestPathLayers } from './acyclic.ts';
import { placeItems } from './layer-coordinates.ts';
import { orderLayers } from './layer-order.ts';

export interface LayoutNode {
  readonly id: string;
  readonly width: number;
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
}

export interface LayoutOptions {
  /** Least distance between two items of one layer. */
  readonly gap: number;
  /** Room that a passing edge gets. */
  readonly bendWidth: number;
}

/** A node, or a bend that long edges of `owner` pass through. */
export type LayoutItem = { readonly layer: number; readonly centre: number; readonly width: number } & (
  | { readonly type: 'node'; readonly id: string }
  | { readonly type: 'bend'; readonly owner: string }
);

/** A piece of an edge between neighbouring layers, by positions in {@link Layout.items}. */
export interface LayoutSegment {
  readonly from: number;
  readonly to: number;
}

export interface Layout {
  /** Nodes in the order given, then bends. */
  readonly items: readonly LayoutItem[];
  /** Positions in `items`, layer by layer, from left to right. */
  readonly layers: readonly (readonly number[])[];
  readonly segments: readonly LayoutSegment[];
  /** Edges in the order given, without those that close a cycle: the items each passes, both ends included. */
  readonly routes: readonly (readonly number[])[];
  /** True when every route has a bend in each layer it passes. */
  readonly complete: boolean;
  readonly width: number;
}

/** Bends are bounded by this and by a multiple of the nodes, so that a few very long edges cannot make the layout slow. */
const FREE_BENDS = 4000;
const BENDS_PER_NODE = 2;
/** How much straighter a long edge wants to be than an edge between nodes. */
const BEND_WEIGHT = 4;

/** Lays a graph out; edges to unknown ids are left out, edges that close a cycle too. */
export function layoutGraph(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  { gap, bendWidth }: LayoutOptions,
): Layout {
  const index = new Map(nodes.map(({ id }, position) => [id, position]));
  const known = edges.flatMap((edge) => {
    const [from, to] = [index.get(edge.from), index.get(edge.to)];
    return from === undefined || to === undefined ? [] : [{ from, to }];
  });
  const closing = closingEdges(nodes.length, known);
  const forward = known.filter((_, number) => !closing[number]);
  const layerOfNode = longestPathLayers(nodes.length, forward);

  const layerOf = (item: number): number => layerOfNode[item] ?? 0;
  const bends = bendChains(nodes.length, forward, layerOf);
  const depth = layerOfNode.reduce((deepest, layer) => Math.max(deepest, layer + 1), 0);
  const layers = Array.from({ length: depth }, (): number[] => []);
  for (const position of nodes.keys()) layers[layerOf(position)]?.push(position);
  for (const [position, bend] of bends.list.entries()) layers[bend.layer]?.push(nodes.length + position);

  const routes = forward.map(({ from, to }) => [
    from,
    ...(bends.ofNode.get(from) ?? []).slice(0, layerOf(to) - layerOf(from) - 1),
    to,
  ]);
  const segments = segmentsOf(routes, (item) =>
    item < nodes.length ? layerOf(item) : (bends.list[item - nodes.length]?.layer ?? 0),
  );
  const count = nodes.length + bends.list.length;
  const widths = Float64Array.from({ length: count }, (_, item) => nodes[item]?.width ?? bendWidth);
  const weights = Float64Array.from({ length: count }, (_, item) => (item < nodes.length ? 1 : BEND_WEIGHT));
  const ordered = orderLayers({ count, layers, segments });
  const centres = placeItems({ layers: ordered, segments, widths, weights, gap });

  const place = (item: number, layer: number) => ({
    layer,
    centre: centres[item] ?? 0,
    width: widths[item] ?? 0,
  });
  const items: LayoutItem[] = [
    ...nodes.map(({ id }, item) => ({ type: 'node' as const, id, ...place(item, layerOf(item)) })),
    ...bends.list.map(({ owner, layer }, position) => ({
      type: 'bend' as const,
      owner: nodes[owner]?.id ?? '',
      ...place(nodes.length + position, layer),
    })),
  ];
  const width = items.reduce((right, item) => Math.max(right, item.centre + item.width / 2), 0);
  return { items, layers: ordered, segments, routes, complete: bends.complete, width };
}

interface Bends {
  readonly list: readonly { readonly owner: number; readonly layer: number }[];
  /** For each node with long edges: its bends' items, from its next layer on. */
  readonly ofNode: ReadonlyMap<number, readonly number[]>;
  readonly complete: boolean;
}

/** Gives each node with long edges one chain of bends, the shortest chains first, until the bound is reached. */
function bendChains(
  count: number,
  edges: readonly { readonly from: number; readonly to: number }[],
  layerOf: (item: number) => number,
): Bends {
  const longest = new Map<number, number>();
  for (const { from, to } of edges) {
    const passed = layerOf(to) - layerOf(from) - 1;
    if (passed > 0) longest.set(from, Math.max(passed, longest.get(from) ?? 0));
  }
  const list: { owner: number; layer: number }[] = [];
  const ofNode = new Map<number, number[]>();
  const byLength = [...longest].sort(([a, lengthA], [b, lengthB]) => lengthA - lengthB || a - b);
  const bound = FREE_BENDS + BENDS_PER_NODE * count;
  for (const [owner, length] of byLength) {
    if (list.length + length > bound) return { list, ofNode, complete: false };
    const first = layerOf(owner) + 1;
    ofNode.set(
      owner,
      Array.from({ length }, (_, step) => count + list.length + step),
    );
    for (let step = 0; step < length; step++) list.push({ owner, layer: first + step });
  }
  return { list, ofNode, complete: true };
}

/** The pieces of all routes that join neighbouring layers, each once. */
function segmentsOf(
  routes: readonly (readonly number[])[],
  layerOf: (item: number) => number,
): LayoutSegment[] {
  const segments: LayoutSegment[] = [];
  const seen = new Map<number, Set<number>>();
  for (const route of routes) {
    for (const [at, to] of route.entries()) {
      const from = route[at - 1];
      if (from === undefined || layerOf(to) !== layerOf(from) + 1) continue;
      const targets = seen.get(from) ?? new Set<number>();
      seen.set(from, targets);
      if (targets.size < targets.add(to).size) segments.push({ from, to });
    }
  }
  return segments;
}
