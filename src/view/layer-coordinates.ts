/**
 * Where ordered items stand: each as near to the mean of its neighbours as order and distance allow. One layer at a time
 * this is an isotonic regression, solved exactly by pooling adjacent violators; sweeps carry it through the graph.
 */
import { adjacency, type IndexEdge } from './acyclic.ts';

export interface OrderedLayers {
  readonly layers: readonly (readonly number[])[];
  readonly segments: readonly IndexEdge[];
  /** Width of each item. */
  readonly widths: Float64Array;
  /** How hard each item insists on its place; bends of long edges insist so that those stay straight. */
  readonly weights: Float64Array;
  readonly gap: number;
}

const ROUNDS_SMALL = 8;
const ROUNDS_LARGE = 3;
const LARGE = 3000;

/** The centre of each item; the leftmost item begins at 0. */
export function placeItems({ layers, segments, widths, weights, gap }: OrderedLayers): Float64Array {
  const count = widths.length;
  const up = adjacency(count, segments, 'to');
  const down = adjacency(count, segments, 'from');
  const centre = new Float64Array(count);
  const offset = new Float64Array(count);
  for (const layer of layers) packLayer(layer, widths, gap, offset);
  for (const layer of layers) {
    const middle = ((offset[layer[0] ?? 0] ?? 0) + (offset[layer.at(-1) ?? 0] ?? 0)) / 2;
    for (const item of layer) centre[item] = (offset[item] ?? 0) - middle;
  }

  const wish = new Float64Array(count);
  function settle(layer: readonly number[], above: boolean, below: boolean): void {
    for (const item of layer) {
      let sum = 0;
      let neighbours = 0;
      const upEnd = above ? (up.start[item + 1] ?? 0) : 0;
      for (let at = above ? (up.start[item] ?? 0) : 0; at < upEnd; at++, neighbours++) {
        sum += centre[segments[up.items[at] ?? 0]?.from ?? 0] ?? 0;
      }
      const downEnd = below ? (down.start[item + 1] ?? 0) : 0;
      for (let at = below ? (down.start[item] ?? 0) : 0; at < downEnd; at++, neighbours++) {
        sum += centre[segments[down.items[at] ?? 0]?.to ?? 0] ?? 0;
      }
      wish[item] = neighbours === 0 ? (centre[item] ?? 0) : sum / neighbours;
    }
    spread(layer, wish, weights, offset, centre);
  }

  const rounds = count > LARGE ? ROUNDS_LARGE : ROUNDS_SMALL;
  for (let round = 0; round < rounds; round++) {
    for (const layer of layers) settle(layer, true, false);
    for (const layer of layers.toReversed()) settle(layer, false, true);
  }
  for (const layer of layers) settle(layer, true, true);
  for (const layer of layers.toReversed()) settle(layer, true, true);

  let left = Number.POSITIVE_INFINITY;
  for (const item of layers.flat()) left = Math.min(left, (centre[item] ?? 0) - (widths[item] ?? 0) / 2);
  for (const item of layers.flat()) centre[item] = (centre[item] ?? 0) - left;
  return centre;
}

/** The centres of a layer packed to the left: the least distance of two items is the difference of theirs. */
function packLayer(layer: readonly number[], widths: Float64Array, gap: number, offset: Float64Array): void {
  let right = 0;
  for (const item of layer) {
    const width = widths[item] ?? 0;
    offset[item] = right + width / 2;
    right += width + gap;
  }
}

/** Puts a layer as near to its wishes as possible (least weighted squares) without overlaps. */
function spread(
  layer: readonly number[],
  wish: Float64Array,
  weights: Float64Array,
  offset: Float64Array,
  centre: Float64Array,
): void {
  const blocks: { mean: number; weight: number; size: number }[] = [];
  for (const item of layer) {
    let block = { mean: (wish[item] ?? 0) - (offset[item] ?? 0), weight: weights[item] ?? 1, size: 1 };
    for (let last = blocks.at(-1); last !== undefined && last.mean > block.mean; last = blocks.at(-1)) {
      const weight = last.weight + block.weight;
      block = {
        mean: (last.mean * last.weight + block.mean * block.weight) / weight,
        weight,
        size: last.size + block.size,
      };
      blocks.pop();
    }
    blocks.push(block);
  }
  let at = 0;
  for (const { mean, size } of blocks) {
    for (const item of layer.slice(at, at + size)) centre[item] = mean + (offset[item] ?? 0);
    at += size;
  }
}
