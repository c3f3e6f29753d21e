/** How values reach programs: never as text in a command, always as variables of the environment. */
import type { Bead, Formula, VariableValue } from '../../core/plan.ts';

/** The environment variable that holds a value: `GASTOWN_VAR_NAME`. */
export const environmentName = (name: string): string =>
  `GASTOWN_VAR_${name.toUpperCase().replaceAll('-', '_')}`;

/** What programs are told about a formula's variables and, where one is at work, about the inputs of its bead, which win. */
export function valueEnvironment(
  formula: Pick<Formula, 'vars'>,
  bead?: Pick<Bead, 'inputs'>,
): Record<string, string> {
  return { ...named(formula.vars), ...named(bead?.inputs) };
}

const named = (values: Readonly<Record<string, VariableValue>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [environmentName(name), String(value)]));
