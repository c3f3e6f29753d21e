/**
 * Edges, and the counters that say how the other ends of a node's edges stand.
 * Owns: who is linked to whom, and what one node's standing adds to the counters of another. Does not own: when that
 * changes (`transition.ts`).
 */
import { type Resolution, resolution } from './edges.ts';
import type { EdgeOn } from './plan.ts';
import { isUnsuccessful, type NodeState, type OutEdge } from './state.ts';
import type { Store } from './store.ts';

/** Gives a node its place in the run and below the one that added it; its needs are linked after that. */
export function place(store: Store, node: NodeState): void {
  const { spec } = node;
  store.nodes.set(spec.id, node);
  if (spec.kind === 'bead') store.beads += 1;
  const parent = parentOf(store, node);
  if (parent === undefined) return;
  if (parent.children.length === 0) parent.children = [spec.id];
  else parent.children.push(spec.id);
  countChild(parent, node, 1);
}

/** Up to so many, a list of edges has no room to spare: the first `push` makes room for 17. */
const FEW_EDGES = 4;

/** Links a node to what it needs, as that stands now. */
export function link(store: Store, node: NodeState): void {
  let edge: OutEdge | undefined;
  for (const need of node.spec.needs) {
    const source = store.node(need.node);
    if (edge?.on !== need.on) edge = { to: node.spec.id, on: need.on };
    if (source.outs.length < FEW_EDGES) source.outs = source.outs.concat(edge);
    else source.outs.push(edge);
    countNeed(node, need.on, resolution(need.on, source), 1);
    countMember(node, source, 1);
  }
}

/** The node that added this one. */
export const parentOf = (store: Store, { spec }: NodeState): NodeState | undefined =>
  spec.kind === 'bead' && spec.parent !== undefined ? store.node(spec.parent) : undefined;

export function countChild(parent: NodeState, child: NodeState, by: 1 | -1): void {
  const stands = resolution('succeeded', child);
  if (stands === 'open') parent.childrenOpen += by;
  else if (stands === 'broken') parent.childrenLost += by;
}

export function countNeed(node: NodeState, on: EdgeOn, stands: Resolution, by: 1 | -1): void {
  if (on !== 'settled') node[stands] += by;
  else if (stands === 'open') node.owed += by;
}

/** Keeps a sync point's count of the members that reached it and of those that are lost to it. */
export function countMember(sync: NodeState, member: NodeState, by: 1 | -1): void {
  if (sync.spec.kind !== 'sync' || !member.selected) return;
  if (member.phase.phase === 'done') sync.membersDone += by;
  else if (isUnsuccessful(member.phase)) sync.membersLost += by;
}
