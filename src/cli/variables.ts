/** Values for the variables of a formula, as the command line gives them. */
import { quote } from '../diagnostic/neutralise.ts';
import type { VariableRequest } from '../plan/variables/binding.ts';
import { type Context, EXIT } from './context.ts';
import { print } from './terminal/console.ts';

export interface VariableFlags {
  readonly var?: readonly (readonly [name: string, value: string])[];
}

/** What `--var` says; undefined when it contradicts itself, which is printed then. */
export function givenValues(
  context: Context,
  { var: assignments = [] }: VariableFlags,
): VariableRequest['given'] | undefined {
  const given = new Map(assignments);
  const twice = assignments.find(([name, value]) => given.get(name) !== value);
  if (twice === undefined) return given;
  print(context.console.stderr, [`error: --var gives ${quote(twice[0])} two values`]);
  context.exit(EXIT.usage);
  return undefined;
}
