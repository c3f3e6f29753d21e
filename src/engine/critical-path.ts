/** The chain of beads that no width can shorten. */
import type { NodeId } from '../core/ids.ts';
import type { BeadNode, NodeSpec } from '../core/plan.ts';

/** The longest way through the lowered graph, sync points and sequence included. */
export interface CriticalPath {
  readonly length: number;
  /** From the first bead to the last; sync points between them are left out. */
  readonly beads: readonly NodeId[];
}

interface Arrival {
  readonly at: number;
  /** The node that was waited for last. */
  readonly from: NodeId | undefined;
}

const START: Arrival = { at: 0, from: undefined };

/**
 * When everything would end with room for every bead, and through which beads. A node has to come after everything it
 * needs; what `times` does not name takes no time.
 */
export function criticalPath(nodes: readonly NodeSpec[], times: ReadonlyMap<NodeId, number>): CriticalPath {
  const ends = new Map<NodeId, Arrival>();
  let last: NodeId | undefined;
  let length = 0;
  for (const node of nodes) {
    const { at, from } = startOf(node, ends);
    const end = at + (times.get(node.id) ?? 0);
    ends.set(node.id, { at: end, from });
    if (end > length) {
      length = end;
      last = node.id;
    }
  }
  const beads: NodeId[] = [];
  for (let id = last; id !== undefined; id = ends.get(id)?.from) if ((times.get(id) ?? 0) > 0) beads.push(id);
  return { length, beads: beads.reverse() };
}

/** Sequence and barriers hold every node; of its requirements a join may wait for the first few only. */
function startOf(node: NodeSpec, ends: ReadonlyMap<NodeId, Arrival>): Arrival {
  let start = START;
  const required: Arrival[] = [];
  for (const { node: from, on } of node.needs) {
    const arrival = { at: ends.get(from)?.at ?? 0, from };
    if (node.kind === 'bead' && node.join.type !== 'all' && on !== 'settled') required.push(arrival);
    else start = later(start, arrival);
  }
  if (node.kind === 'sync' || required.length === 0) return start;
  required.sort((a, b) => a.at - b.at);
  return later(start, required[Math.min(awaited(node), required.length) - 1] ?? START);
}

const awaited = ({ join }: BeadNode): number => (join.type === 'quorum' ? join.atLeast : 1);

const later = (a: Arrival, b: Arrival): Arrival => (b.at > a.at ? b : a);
