/** The words by which people and programs know where a bead is; derived from phases, never stored as truth. */
import { unreachable } from './invariant.ts';
import type { NodeState, RunState } from './state.ts';

export type NodeStatus =
  | 'waiting'
  | 'ready'
  | 'running'
  | 'done'
  | 'failed'
  | 'skipped'
  | 'paused'
  | 'cancelled';

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
});

/** `paused`: it could start, but the run starts nothing new. */
export function statusOf(run: RunState, node: NodeState): NodeStatus {
  const { phase } = node.phase;
  switch (phase) {
    case 'waiting':
    case 'delayed':
      return 'waiting';
    case 'ready':
      return run.phase.phase === 'paused' ? 'paused' : 'ready';
    case 'running':
    case 'stopping':
      return 'running';
    case 'done':
    case 'failed':
    case 'skipped':
    case 'cancelled':
      return phase;
    default:
      return unreachable(phase);
  }
}
