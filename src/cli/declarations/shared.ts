/** Flags and arguments that several commands share. */
import type { Context } from '../context.ts';

export const formula = {
  kind: 'parsed',
  parse: String,
  optional: true,
  placeholder: 'file',
  brief: 'The formula (default: $GASTOWN_FORMULA, what `init` chose, or the nearest one)',
} as const;

/** Ids of beads, for completion. */
export const beadIds = async function (this: Context): Promise<readonly string[]> {
  return (await import('../bead-candidates.ts')).beadCandidates(this);
};

/** A flag that is given or not. */
export const flag = (brief: string) =>
  ({ kind: 'boolean', default: false, withNegated: false, brief }) as const;

export const json = flag('Print JSON, for programs');

/** The bead a command is about. */
export const beadArgument = {
  parse: String,
  placeholder: 'bead',
  brief: 'The id of a bead',
  proposeCompletions: beadIds,
} as const;
