import type { SimulatedTerminal } from './terminal.ts';

/** How an end looks to whoever typed the command. */
export function codeOf({ end, isInterrupted }: SimulatedTerminal): number {
  switch (end?.type) {
    case 'ended':
      if (end.standing === 'done') return 0;
      if (end.phase.phase === 'paused') return isInterrupted ? 130 : 3;
      return 1;
    case 'nothing-to-do':
      return 0;
    case 'interrupted':
      return 130;
    case 'unmet':
      return 2;
    default:
      throw new Error(`no terminal should end like this: ${end?.type ?? 'not at all'}`);
  }
}
