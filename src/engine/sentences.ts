/** Why a run stands still, for people. */
import type { PauseReason } from '../core/events.ts';
import type { NodeId } from '../core/ids.ts';
import { unreachable } from '../core/invariant.ts';
import type { NodeState, RunState } from '../core/state.ts';

/** One sentence, which may hold outside text. */
export function pauseSentence(reason: PauseReason): string {
  switch (reason.type) {
    case 'bead-failed':
      return isSync(reason.node)
        ? `the checks of ${nodeName(reason.node)} failed, or it was rejected`
        : `Bead execution failed: "${reason.node}" has used up its attempts`;
    case 'quorum-unreachable':
      return `too many beads of a level failed for its quorum (${nodeName(reason.node)})`;
    case 'losses':
      return `bead "${reason.node}" was lost three times in a row: its process or the machine keeps dying`;
    case 'timeout':
      return 'the run has used up its time limit';
    case 'stop':
      return `stopped by ${reason.by}`;
    case 'pause':
      return `${reason.by} asked for it`;
    case 'people':
      return 'only people are waited for';
    default:
      return unreachable(reason);
  }
}

const SYNC = '~sync/';

const isSync = (node: NodeId): boolean => node.startsWith(SYNC);

/** What people call a node: a bead by its id, a sync point by its level, as in `sync/0`. */
export const nodeName = (node: NodeId): string => (isSync(node) ? node.slice(1) : node);

/** Where a node is, as the end of a sentence that has named it. */
export function phaseSentence(run: RunState, { phase, attempts, spec }: NodeState): string {
  const it = spec.kind === 'sync' ? 'its level' : 'it';
  switch (phase.phase) {
    case 'waiting':
      return spec.kind === 'sync' ? 'its level is not settled' : 'it waits for what it requires';
    case 'judging':
      return 'its condition is about to be judged';
    case 'gated':
      return 'it waits for approval';
    case 'ready':
      return run.phase.phase === 'paused' ? 'it starts when the run goes on' : 'it waits for a free slot';
    case 'delayed':
      return `attempt ${attempts} failed, and the next one waits its turn`;
    case 'running':
      return spec.kind === 'sync' ? 'its checks are running' : `it is running (attempt ${phase.attempt})`;
    case 'stopping':
      return 'it is being stopped';
    case 'asking':
      return 'it waits for an answer to its question';
    case 'proposing':
      return 'it waits for approval of the beads that it wants to add';
    case 'expanding':
      return 'its own work is done, and beads that it added are not';
    case 'done':
      return spec.kind === 'sync' ? `${it} has passed` : 'it is done';
    case 'failed':
      return 'it failed';
    case 'skipped':
      return phase.how === 'requirement' ? 'it was skipped' : 'it was left out';
    case 'cancelled':
      return 'it was cancelled';
    default:
      return unreachable(phase);
  }
}
