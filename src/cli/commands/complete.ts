/** `gastown __complete`: what completion scripts call. Prints one proposal per line, a tab, and what it is. */
import { neutralise } from '../../diagnostic/neutralise.ts';
import { JournalProblem } from '../../ports/journal.ts';
import type { Context } from '../context.ts';
import { print } from '../terminal/console.ts';

export async function complete(
  this: Context,
  _flags: Readonly<Record<never, never>>,
  ...typed: string[]
): Promise<void> {
  const { console } = this;
  const formula = formulaOf(typed);
  const env = formula === undefined ? console.env : { ...console.env, GASTOWN_FORMULA: formula };
  try {
    const proposals = await this.propose(typed, { console: { ...console, env } });
    const lines = proposals.map(({ completion, brief }) => `${neutralise(completion)}\t${neutralise(brief)}`);
    print(console.stdout, [...new Set(lines)]);
  } catch (error) {
    // Nobody wants to read about a journal in the middle of a word; the command itself will tell.
    if (!(error instanceof JournalProblem)) throw error;
  }
}

/** Ids are those of the formula that is being named. */
function formulaOf(typed: readonly string[]): string | undefined {
  const at = typed.indexOf('--formula');
  if (at !== -1) return typed[at + 1];
  const prefix = '--formula=';
  return typed.find((word) => word.startsWith(prefix))?.slice(prefix.length);
}
