/**
 * How a need stands, judged from the phase of the node it points at. Pure functions; the counters that follow from
 * them are kept by `evolve.ts`.
 */
import { unreachable } from './invariant.ts';
import type { EdgeOn, Quorum } from './plan.ts';
import type { NodeState } from './state.ts';

export type Resolution = 'open' | 'met' | 'broken';

/** Whether `source` meets, breaks or still owes a need of kind `on`. */
export function resolution(on: EdgeOn, source: NodeState): Resolution {
  const { phase } = source;
  switch (phase.phase) {
    case 'done':
      return on === 'failed' ? 'broken' : 'met';
    case 'skipped':
    case 'cancelled':
      return on === 'settled' ? 'met' : 'broken';
    case 'failed':
      switch (phase.standing) {
        case 'held':
          return 'open';
        case 'deferred':
          return on === 'settled' ? 'met' : 'open';
        case 'accepted':
          return on === 'succeeded' ? 'broken' : 'met';
        default:
          return unreachable(phase.standing);
      }
    case 'waiting':
    case 'ready':
    case 'delayed':
    case 'running':
    case 'stopping':
      // Pure sequence never waits for beads that nobody asked for.
      return on === 'settled' && !source.selected ? 'met' : 'open';
    default:
      return unreachable(phase);
  }
}

export type Verdict = 'wait' | 'go' | 'skip';

/** Whether a node's needs let it go, forbid it, or leave it waiting. Sequence comes first: nothing is skipped before its turn. */
export function verdict(node: NodeState): Verdict {
  const { spec } = node;
  if (node.owed > 0) return 'wait';
  if (spec.kind === 'sync') return 'go';
  switch (spec.join.type) {
    case 'all':
      if (node.broken > 0) return 'skip';
      return node.open === 0 ? 'go' : 'wait';
    case 'any':
      return needsAtLeast(node, Math.min(1, node.open + node.met + node.broken));
    case 'quorum':
      return needsAtLeast(node, spec.join.atLeast);
    default:
      return unreachable(spec.join);
  }
}

function needsAtLeast(node: NodeState, count: number): Verdict {
  if (node.met >= count) return 'go';
  return node.met + node.open >= count ? 'wait' : 'skip';
}

/** How many of `members` must be done for a level to pass. */
export function quorumOf(quorum: Quorum, members: number): number {
  switch (quorum) {
    case 'all':
      return members;
    case 'majority':
      return members === 0 ? 0 : Math.floor(members / 2) + 1;
    case 'any':
      return Math.min(1, members);
    default:
      return unreachable(quorum);
  }
}
