/**
 * How a need stands, judged from the phase of the node it points at. Pure functions; the counters that follow from
 * them are kept by `transition.ts`.
 */
import { unreachable } from './invariant.ts';
import type { EdgeOn, Quorum } from './plan.ts';
import { isExcused, type NodeState } from './state.ts';

/**
 * `excused`: the source was left out by a condition, so a join may do without it · `barred`: a failure branch whose bead
 * did not fail.
 */
export type Resolution = 'open' | 'met' | 'broken' | 'excused' | 'barred';

/** Whether `source` meets, breaks or still owes a need of kind `on`. */
export function resolution(on: EdgeOn, source: NodeState): Resolution {
  const { phase } = source;
  switch (phase.phase) {
    case 'done':
      return on === 'failed' ? 'barred' : 'met';
    case 'skipped':
      if (on === 'settled') return 'met';
      if (!isExcused(phase)) return 'broken';
      return on === 'failed' ? 'barred' : 'excused';
    case 'cancelled':
      return on === 'settled' ? 'met' : 'broken';
    case 'failed':
      switch (phase.standing) {
        case 'held':
          return 'open';
        case 'deferred':
          return on === 'settled' ? 'met' : 'open';
        case 'accepted':
        case 'handled':
          return on === 'failed' || on === 'settled' ? 'met' : 'broken';
        default:
          return unreachable(phase.standing);
      }
    case 'expanding':
      return on === 'worked' ? 'met' : openUnlessIdle(on, source);
    case 'waiting':
    case 'judging':
    case 'gated':
    case 'ready':
    case 'delayed':
    case 'running':
    case 'stopping':
    case 'asking':
    case 'proposing':
      return openUnlessIdle(on, source);
    default:
      return unreachable(phase);
  }
}

/** Pure sequence never waits for beads that nobody asked for. */
function openUnlessIdle(on: EdgeOn, source: NodeState): Resolution {
  return on === 'settled' && !source.selected ? 'met' : 'open';
}

/** `excuse`: it is left out as if a condition of its own had said so, because what it would follow was left out. */
export type Verdict = 'wait' | 'go' | 'skip' | 'excuse';

/** Whether a node's needs let it go, forbid it, or leave it waiting. Sequence comes first: nothing is skipped before its turn. */
export function verdict(node: NodeState): Verdict {
  const { spec } = node;
  if (node.owed > 0) return 'wait';
  if (spec.kind === 'sync') return 'go';
  switch (spec.join.type) {
    case 'all':
      if (node.broken > 0) return 'skip';
      if (node.barred > 0) return 'excuse';
      if (node.open > 0) return 'wait';
      return node.met === 0 && node.excused > 0 ? 'excuse' : 'go';
    case 'any':
      return needsAtLeast(node, Math.min(1, node.open + node.met + node.broken + node.excused + node.barred));
    case 'quorum':
      return needsAtLeast(node, spec.join.atLeast);
    default:
      return unreachable(spec.join);
  }
}

/** What was left out counts as satisfied once at least one other requirement is done. */
function needsAtLeast(node: NodeState, count: number): Verdict {
  const { open, met, excused, broken } = node;
  if (count === 0 || (met > 0 && met + excused >= count)) return 'go';
  if (open > 0 && met + open + excused >= count) return 'wait';
  return broken > 0 ? 'skip' : 'excuse';
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
