/** The graph kernel: nodes are 0 … n-1, `requires[i]` lists what i waits for. Everything here is linear or bounded. */

export type Requires = readonly (readonly number[])[];

/** What waits for each node. */
export function dependents(requires: Requires): readonly (readonly number[])[] {
  const out: number[][] = requires.map(() => []);
  requires.forEach((needs, node) => {
    for (const need of needs) out[need]?.push(node);
  });
  return out;
}

/** Longest distance from a root, 0-based; undefined in a cycle and after one. */
export function levels(requires: Requires): readonly (number | undefined)[] {
  const outs = dependents(requires);
  const open = requires.map((needs) => needs.length);
  const level: (number | undefined)[] = requires.map(() => undefined);
  const longest = requires.map(() => 0);
  const ready = open.flatMap((count, node) => (count === 0 ? [node] : []));
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    const own = longest[node] ?? 0;
    level[node] = own;
    for (const next of outs[node] ?? []) {
      longest[next] = Math.max(longest[next] ?? 0, own + 1);
      const left = (open[next] ?? 0) - 1;
      open[next] = left;
      if (left === 0) ready.push(next);
    }
  }
  return level;
}

/** Strongly connected components with more than one node (Tarjan, without recursion), each in ascending order. */
export function components(requires: Requires): readonly (readonly number[])[] {
  const count = requires.length;
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const stack: number[] = [];
  const found: number[][] = [];
  let clock = 0;
  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    const work: { readonly node: number; next: number }[] = [{ node: root, next: 0 }];
    for (let frame = work[work.length - 1]; frame !== undefined; frame = work[work.length - 1]) {
      const { node } = frame;
      if (frame.next === 0) {
        order[node] = clock;
        low[node] = clock;
        clock++;
        stack.push(node);
        onStack[node] = 1;
      }
      const need = requires[node]?.[frame.next];
      frame.next++;
      if (need !== undefined) {
        if (order[need] === -1) work.push({ node: need, next: 0 });
        else if (onStack[need] === 1) low[node] = Math.min(low[node] ?? 0, order[need] ?? 0);
        continue;
      }
      work.pop();
      const above = work[work.length - 1];
      if (above !== undefined) low[above.node] = Math.min(low[above.node] ?? 0, low[node] ?? 0);
      if (low[node] !== order[node]) continue;
      const members: number[] = [];
      for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
        onStack[member] = 0;
        members.push(member);
        if (member === node) break;
      }
      if (members.length > 1) found.push(members.sort((a, b) => a - b));
    }
  }
  return found.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

/** Components up to this size are searched for every elementary cycle; of larger ones a shortest cycle stands for all. */
const SEARCHED = 24;

/** Elementary cycles, each beginning with its smallest node and in the direction of `requires`; at most `most`. */
export function cycles(
  requires: Requires,
  most: number,
): { readonly cycles: readonly (readonly number[])[]; readonly complete: boolean } {
  const found: (readonly number[])[] = [];
  let complete = true;
  for (const component of components(requires)) {
    if (found.length >= most) return { cycles: found, complete: false };
    if (component.length <= SEARCHED) {
      complete = elementaryCycles(requires, component, most, found) && complete;
    } else {
      found.push(shortestCycle(requires, component));
      complete = false;
    }
  }
  return { cycles: found, complete };
}

/** Steps of the search: dense components have exponentially many paths. */
const PATIENCE = 20_000;

function elementaryCycles(
  requires: Requires,
  component: readonly number[],
  most: number,
  found: (readonly number[])[],
): boolean {
  let patience = PATIENCE;
  const members = new Set(component);
  for (const root of component) {
    const path: number[] = [root];
    const onPath = new Set(path);
    const branches: (readonly number[])[] = [requires[root] ?? []];
    const next: number[] = [0];
    while (path.length > 0) {
      if (patience-- <= 0 || found.length >= most) return false;
      const depth = path.length - 1;
      const need = branches[depth]?.[next[depth] ?? 0];
      next[depth] = (next[depth] ?? 0) + 1;
      if (need === undefined) {
        const left = path.pop();
        branches.pop();
        next.pop();
        if (left !== undefined) onPath.delete(left);
      } else if (need === root) {
        found.push([...path]);
      } else if (need > root && members.has(need) && !onPath.has(need)) {
        path.push(need);
        onPath.add(need);
        branches.push(requires[need] ?? []);
        next.push(0);
      }
    }
  }
  return true;
}

/** A shortest cycle through the first node of a component. */
function shortestCycle(requires: Requires, component: readonly number[]): readonly number[] {
  const root = component[0] ?? 0;
  const members = new Set(component);
  const cameFrom = new Map<number, number>();
  const queue = [root];
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] ?? root;
    for (const need of requires[node] ?? []) {
      if (need === root) {
        const path = [node];
        for (let at = cameFrom.get(node); at !== undefined; at = cameFrom.get(at)) path.push(at);
        return path.reverse();
      }
      if (members.has(need) && !cameFrom.has(need)) {
        cameFrom.set(need, node);
        queue.push(need);
      }
    }
  }
  return [root];
}

/** A topological order that takes, among the nodes that are free, always the one with the smallest rank. */
export function stableOrder(requires: Requires, rank: readonly number[]): readonly number[] {
  const outs = dependents(requires);
  const open = requires.map((needs) => needs.length);
  const byRank = requires.map((_, node) => node).sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0));
  const position = new Int32Array(requires.length);
  byRank.forEach((node, at) => {
    position[node] = at;
  });
  const heap = new MinHeap();
  open.forEach((count, node) => {
    if (count === 0) heap.push(position[node] ?? 0);
  });
  const order: number[] = [];
  for (let at = heap.pop(); at !== undefined; at = heap.pop()) {
    const node = byRank[at] ?? 0;
    order.push(node);
    for (const next of outs[node] ?? []) {
      const left = (open[next] ?? 0) - 1;
      open[next] = left;
      if (left === 0) heap.push(position[next] ?? 0);
    }
  }
  return order;
}

/** A binary heap of numbers. */
class MinHeap {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] ?? 0;
      if (above <= item) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] ?? 0) < (items[child] ?? 0)) child++;
      const below = items[child] ?? 0;
      if (below >= last) break;
      items[at] = below;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
