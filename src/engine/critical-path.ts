/** The chain of beads that no width can shorten. */
import type { NodeId } from '../core/ids.ts';
import type { NodeSpec } from '../core/plan.ts';

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
 * needs; what `times` does not name takes no time. `leftOut`: failure branches of what does not fail, which hold nothing:
 * so the path is never too long, though it may be too short where one is waited for.
 */
export function criticalPath(
  nodes: readonly NodeSpec[],
  times: ReadonlyMap<NodeId, number>,
  leftOut: ReadonlySet<NodeId>,
): CriticalPath {
  const ends = new Map<NodeId, Arrival>();
  let last: NodeId | undefined;
  let length = 0;
  for (const node of nodes) {
    if (leftOut.has(node.id)) continue;
    const { at, from } = startOf(node, ends, leftOut);
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
function startOf(node: NodeSpec, ends: ReadonlyMap<NodeId, Arrival>, leftOut: ReadonlySet<NodeId>): Arrival {
  let start = START;
  let excused = 0;
  const required: Arrival[] = [];
  for (const { node: from, on } of node.needs) {
    const arrival = { at: ends.get(from)?.at ?? 0, from };
    if (node.kind === 'sync' || node.join.type === 'all' || on === 'settled') start = later(start, arrival);
    else if (leftOut.has(from)) excused += 1;
    else if (on !== 'failed') required.push(arrival);
  }
  if (node.kind === 'sync' || required.length === 0) return start;
  required.sort((a, b) => a.at - b.at);
  const awaited = Math.max(1, (node.join.type === 'quorum' ? node.join.atLeast : 1) - excused);
  return later(start, required[Math.min(awaited, required.length) - 1] ?? START);
}

const later = (a: Arrival, b: Arrival): Arrival => (b.at > a.at ? b : a);
