/** Ties by known durations: they belong to a run, not to the plan, so that progress never makes another plan. */
import type { NodeId } from '../core/ids.ts';
import type { NodeSpec } from '../core/plan.ts';
import { type Durations, durationOr } from './durations.ts';

/**
 * The nodes with tails in milliseconds instead of beads; as they are when no duration is known. Sync points take no time.
 * A node has to come after everything it needs.
 */
export function weighed(nodes: readonly NodeSpec[], durations: Durations): readonly NodeSpec[] {
  if (durations.size === 0) return nodes;
  const durationOf = durationOr(durations);
  const rests = new Map<NodeId, number>();
  const tailOf = (node: NodeSpec): number =>
    (rests.get(node.id) ?? 0) + (node.kind === 'bead' ? durationOf(node.id) : 0);
  for (const node of nodes.toReversed()) {
    const tail = tailOf(node);
    for (const need of node.needs) rests.set(need.node, Math.max(rests.get(need.node) ?? 0, tail));
  }
  return nodes.map((node) => (node.kind === 'bead' ? { ...node, tail: tailOf(node) } : node));
}
