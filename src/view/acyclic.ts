/** Index graphs (nodes are 0 … count − 1): adjacency, the edges that close cycles, layers. All linear, none recursive. */

export interface IndexEdge {
  readonly from: number;
  readonly to: number;
}

/** For each node the numbers of the edges that leave it, in order: `items[start[n]] … items[start[n + 1] - 1]`. */
export interface Adjacency {
  readonly start: Int32Array;
  readonly items: Int32Array;
}

/** Groups edges by one of their ends. */
export function adjacency(count: number, edges: readonly IndexEdge[], end: 'from' | 'to'): Adjacency {
  const start = new Int32Array(count + 1);
  for (const edge of edges) start[edge[end] + 1] = (start[edge[end] + 1] ?? 0) + 1;
  for (let node = 0; node < count; node++) start[node + 1] = (start[node + 1] ?? 0) + (start[node] ?? 0);
  const next = start.slice();
  const items = new Int32Array(edges.length);
  for (const [number, edge] of edges.entries()) {
    const at = next[edge[end]] ?? 0;
    items[at] = number;
    next[edge[end]] = at + 1;
  }
  return { start, items };
}

/**
 * Tells which edges lead back to where a depth-first walk came from; without them the graph has no cycle.
 * The walk starts at nodes that nothing leads to, then at the others in order, so the answer is always the same.
 */
export function closingEdges(count: number, edges: readonly IndexEdge[]): boolean[] {
  const out = adjacency(count, edges, 'from');
  const incoming = new Int32Array(count);
  for (const { to } of edges) incoming[to] = (incoming[to] ?? 0) + 1;
  const closing = new Array<boolean>(edges.length).fill(false);
  const state = new Uint8Array(count); // 0 new, 1 on the path, 2 finished
  const cursor = out.start.slice();
  const path: number[] = [];

  function walk(root: number): void {
    if (state[root] !== 0) return;
    state[root] = 1;
    path.push(root);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const at = cursor[node] ?? 0;
      if (at >= (out.start[node + 1] ?? 0)) {
        state[node] = 2;
        path.pop();
        continue;
      }
      cursor[node] = at + 1;
      const number = out.items[at] ?? 0;
      const to = edges[number]?.to ?? node;
      if (state[to] === 1) closing[number] = true;
      else if (state[to] === 0) {
        state[to] = 1;
        path.push(to);
      }
    }
  }

  for (let node = 0; node < count; node++) if (incoming[node] === 0) walk(node);
  for (let node = 0; node < count; node++) walk(node);
  return closing;
}

/** The longest distance of each node from a root; edges must have no cycle (see {@link closingEdges}). */
export function longestPathLayers(count: number, edges: readonly IndexEdge[]): Int32Array {
  const out = adjacency(count, edges, 'from');
  const open = new Int32Array(count);
  for (const { to } of edges) open[to] = (open[to] ?? 0) + 1;
  const layers = new Int32Array(count);
  const queue: number[] = [];
  for (let node = 0; node < count; node++) if (open[node] === 0) queue.push(node);
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] ?? 0;
    for (let at = out.start[node] ?? 0; at < (out.start[node + 1] ?? 0); at++) {
      const to = edges[out.items[at] ?? 0]?.to ?? 0;
      layers[to] = Math.max(layers[to] ?? 0, (layers[node] ?? 0) + 1);
      open[to] = (open[to] ?? 0) - 1;
      if (open[to] === 0) queue.push(to);
    }
  }
  return layers;
}
