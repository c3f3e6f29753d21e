/** How values reach programs: never as text in a command, always as variables of the environment. */
import type { Bead, Formula, VariableValue } from '../../core/plan.ts';

/** A name of a value: letters and digits, with single `-` or `_` between them, so that programs can be told it. */
export const VALUE_NAME = '^[A-Za-z][A-Za-z0-9]*([_-][A-Za-z0-9]+)*$';
const LONGEST_NAME = 64;
const valueName = new RegExp(VALUE_NAME);

export const isValueName = (name: string): boolean => name.length <= LONGEST_NAME && valueName.test(name);

/** What continues "… must be" where {@link isValueName} does not hold. */
export const VALUE_NAME_RULE = `a name: letters and digits, with single \`-\` or \`_\` between them, beginning with a letter, at most ${LONGEST_NAME}`;

/** One environment string may hold 128 KiB on Linux; what is longer than this is cut. */
export const LONGEST_VARIABLE = 16 * 1024;

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
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      environmentName(name),
      String(value).slice(0, LONGEST_VARIABLE),
    ]),
  );
