/**
 * The order of items within their layers, chosen so that few edges cross: barycentre sweeps down and up, keeping the
 * best order seen. Segments join neighbouring layers only.
 */
import { type Adjacency, adjacency, type IndexEdge } from './acyclic.ts';

export interface Layers {
  readonly count: number;
  /** The items of each layer, from left to right. */
  readonly layers: readonly (readonly number[])[];
  readonly segments: readonly IndexEdge[];
}

const SWEEPS_SMALL = 12;
const SWEEPS_LARGE = 4;
const LARGE = 3000;

/** Orders each layer; the same input gives the same order. */
export function orderLayers({ count, layers, segments }: Layers): number[][] {
  const up = adjacency(count, segments, 'to');
  const down = adjacency(count, segments, 'from');
  const position = new Int32Array(count);
  const key = new Float64Array(count);
  const current = layers.map((layer) => [...layer]);
  for (const layer of current) place(layer, position);

  let best = current.map((layer) => [...layer]);
  let fewest = crossings(current, down, segments, position);
  const sweeps = count > LARGE ? SWEEPS_LARGE : SWEEPS_SMALL;
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    for (const layer of sweep % 2 === 0 ? current : current.toReversed()) {
      const [side, end]: [Adjacency, 'from' | 'to'] = sweep % 2 === 0 ? [up, 'from'] : [down, 'to'];
      for (const item of layer) key[item] = barycentre(item, side, segments, end, position);
      layer.sort((a, b) => (key[a] ?? 0) - (key[b] ?? 0) || (position[a] ?? 0) - (position[b] ?? 0));
      place(layer, position);
    }
    const found = crossings(current, down, segments, position);
    if (found < fewest) {
      fewest = found;
      best = current.map((layer) => [...layer]);
    }
  }
  return best;
}

function place(layer: readonly number[], position: Int32Array): void {
  for (const [at, item] of layer.entries()) position[item] = at;
}

/** The mean position of the neighbours on one side; an item without any stays where it is. */
function barycentre(
  item: number,
  side: Adjacency,
  segments: readonly IndexEdge[],
  end: 'from' | 'to',
  position: Int32Array,
): number {
  const first = side.start[item] ?? 0;
  const last = side.start[item + 1] ?? 0;
  if (first === last) return position[item] ?? 0;
  let sum = 0;
  for (let at = first; at < last; at++) {
    sum += position[segments[side.items[at] ?? 0]?.[end] ?? 0] ?? 0;
  }
  return sum / (last - first);
}

/** How many pairs of segments cross: inversions, counted with a Fenwick tree per pair of layers. */
function crossings(
  layers: readonly (readonly number[])[],
  down: Adjacency,
  segments: readonly IndexEdge[],
  position: Int32Array,
): number {
  let total = 0;
  for (const [number, layer] of layers.entries()) {
    const size = layers[number + 1]?.length ?? 0;
    if (size < 2) continue;
    const tree = new Int32Array(size + 1);
    let seen = 0;
    for (const item of layer) {
      const first = down.start[item] ?? 0;
      const last = down.start[item + 1] ?? 0;
      // First count all segments of this item against the earlier ones, then add them: those of one item never cross.
      for (let at = first; at < last; at++) {
        const to = position[segments[down.items[at] ?? 0]?.to ?? 0] ?? 0;
        let notRight = 0;
        for (let leaf = to + 1; leaf > 0; leaf -= leaf & -leaf) notRight += tree[leaf] ?? 0;
        total += seen - notRight;
      }
      for (let at = first; at < last; at++) {
        const to = position[segments[down.items[at] ?? 0]?.to ?? 0] ?? 0;
        for (let leaf = to + 1; leaf <= size; leaf += leaf & -leaf) tree[leaf] = (tree[leaf] ?? 0) + 1;
      }
      seen += last - first;
    }
  }
  return total;
}
