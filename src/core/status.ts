/** The words by which people and programs know where a bead is; derived from phases, never stored as truth. */
import { unreachable } from './invariant.ts';
import { isExcused, type NodeState, type RunState } from './state.ts';

export type NodeStatus =
  | 'waiting'
  | 'ready'
  | 'running'
  | 'done'
  | 'failed'
  | 'skipped'
  | 'paused'
  | 'cancelled'
  /** A gate, a question or an addition waits for a person. */
  | 'needs-person'
  /** Left out by a condition or a person, without anybody having failed. */
  | 'not-taken';

/** How many beads have each status. */
export type StatusCounts = Readonly<Record<NodeStatus, number>>;

/** Counts to begin counting with. */
export const noCounts = (): Record<NodeStatus, number> => ({
  waiting: 0,
  ready: 0,
  running: 0,
  done: 0,
  failed: 0,
  skipped: 0,
  paused: 0,
  cancelled: 0,
  'needs-person': 0,
  'not-taken': 0,
});

/** `paused`: it could start, but the run starts nothing new. */
export function statusOf(run: RunState, node: NodeState): NodeStatus {
  const { phase } = node.phase;
  switch (phase) {
    case 'waiting':
    case 'judging':
    case 'delayed':
    case 'expanding':
      return 'waiting';
    case 'gated':
    case 'asking':
    case 'proposing':
      return 'needs-person';
    case 'ready':
      return run.phase.phase === 'paused' ? 'paused' : 'ready';
    case 'running':
    case 'stopping':
      return 'running';
    case 'skipped':
      return isExcused(node.phase) ? 'not-taken' : 'skipped';
    case 'done':
    case 'failed':
    case 'cancelled':
      return phase;
    default:
      return unreachable(phase);
  }
}
