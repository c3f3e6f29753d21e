/** `gastown __complete`: what completion scripts call. Prints one proposal per line, a tab, and what it is. */
import type { InputCompletion } from '@stricli/core';
import { neutralise } from '../../diagnostic/neutralise.ts';
import { isJournalProblem } from '../../ports/journal.ts';
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
    // Flags crowd out ids: they are proposed once a dash is typed, or where nothing else could stand.
    const isFlag = typed.at(-1)?.startsWith('-') === true || !proposals.some(isValue);
    const lines = proposals
      .filter((proposal) => proposal.completion !== '--' && (isFlag || isValue(proposal)))
      .map(({ completion, brief }) => `${neutralise(completion)}\t${neutralise(brief)}`);
    print(console.stdout, [...new Set(lines)]);
  } catch (error) {
    // Nobody wants to read about a journal in the middle of a word; the command itself will tell.
    if (!isJournalProblem(error)) throw error;
  }
}

const isValue = ({ kind }: InputCompletion): boolean => kind !== 'argument:flag';

/** Ids are those of the formula that is being named. */
function formulaOf(typed: readonly string[]): string | undefined {
  const at = typed.indexOf('--formula');
  if (at !== -1) return typed[at + 1];
  const prefix = '--formula=';
  return typed.find((word) => word.startsWith(prefix))?.slice(prefix.length);
}
