/** Why a run stands still, for people. */
import type { PauseReason } from '../core/events.ts';
import { unreachable } from '../core/invariant.ts';

/** One sentence, which may hold outside text. */
export function pauseSentence(reason: PauseReason): string {
  switch (reason.type) {
    case 'bead-failed':
      return `Bead execution failed: "${reason.node}" has used up its attempts`;
    case 'quorum-unreachable':
      return `too many beads of a level failed for its quorum (${reason.node})`;
    case 'losses':
      return `bead "${reason.node}" was lost three times in a row: its process or the machine keeps dying`;
    case 'timeout':
      return 'the run has used up its time limit';
    case 'stop':
      return `stopped by ${reason.by}`;
    default:
      return unreachable(reason);
  }
}
