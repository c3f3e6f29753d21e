/** What terminals that follow a run say to whoever drives it, as messages of the inbox: what they want, and that they go. */
import type { InboxMessage, RunHeader } from '../ports/journal.ts';
import { isRecord, isText, LONGEST_NAME, nodesIn } from './message.ts';
import type { Selection } from './selection.ts';

/** Why a wish for another plan than the one that is driven is refused. */
export const OTHER_PLAN =
  'the formula, its beads or its variables are not the same as in the run that is live';

/** The body of a `select` message. */
export interface SelectMessage extends Pick<RunHeader, 'formulaFile' | 'planHash'> {
  readonly terminal: string;
  readonly selection: Selection;
  /** No run held this wish yet: what failed of it gets new attempts. */
  readonly isNew: boolean;
}

/** The body of a `withdraw` message. */
export type WithdrawMessage = Pick<SelectMessage, 'terminal'>;

/** Reads a `select` message; undefined when it is not one. Its content is data. */
export function readSelect({ type, body }: InboxMessage): SelectMessage | undefined {
  if (type !== 'select' || !isRecord(body)) return undefined;
  const { terminal, isNew, formulaFile, planHash } = body;
  const selection = nodesIn(body['selection']);
  if (!isText(terminal, LONGEST_NAME) || selection === undefined || typeof isNew !== 'boolean')
    return undefined;
  if (typeof formulaFile !== 'string' || typeof planHash !== 'string') return undefined;
  return { terminal, selection, isNew, formulaFile, planHash };
}

/** Reads a `withdraw` message; undefined when it is not one. */
export function readWithdraw({ type, body }: InboxMessage): WithdrawMessage | undefined {
  if (type !== 'withdraw' || !isRecord(body)) return undefined;
  const { terminal } = body;
  return isText(terminal, LONGEST_NAME) ? { terminal } : undefined;
}
