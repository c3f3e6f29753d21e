/** Why a run stands still, for people. */
import type { PauseReason } from '../core/events.ts';
import type { NodeId } from '../core/ids.ts';
import { unreachable } from '../core/invariant.ts';

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
      return `paused by ${reason.by}`;
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
