/** Variables of a formula and inputs of a library bead: what was declared, checked, and which values fit. */
import type { VariableValue } from '../../core/plan.ts';
import type { Collector } from '../../diagnostic/collector.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import type { Located } from '../dialects/schema.ts';
import type { Named, VariableWish } from '../dialects/variable-schema.ts';
import { listed, similar } from '../similar.ts';
import type { Place, Source } from '../toml/source.ts';
import { environmentName } from './environment.ts';
import { type Matcher, readPattern } from './pattern.ts';

/** Longest value; patterns and environments rely on it. */
const LONGEST_VALUE = 1024;

/** Whose values they are, for sentences. */
export type Sort = 'variable' | 'input';

/** A declaration that was checked. */
export interface Variable {
  readonly name: string;
  readonly place: Place;
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string | undefined;
  /** Undefined: a value has to be given. */
  readonly byDefault: VariableValue | undefined;
  readonly allowed: readonly VariableValue[] | undefined;
  readonly pattern: { readonly text: string; readonly matches: Matcher } | undefined;
  /** Something about it was reported as wrong: nothing more is to be said of its value. */
  readonly isBroken: boolean;
}

export type Variables = ReadonlyMap<string, Variable>;

/** What texts may name, with the values; undefined: declared, without a value so far. */
export type Scope = ReadonlyMap<string, VariableValue | undefined>;

/** Checks declarations against themselves and each other. */
export function declare(
  wishes: Named<VariableWish>,
  sort: Sort,
  source: Source,
  collector: Collector,
): Variables {
  const found = new Map<string, Variable>();
  const byEnvironment = new Map<string, Variable>();
  for (const [name, { key, value }] of wishes) {
    const variable = checked(name, key, value, sort, source, collector);
    found.set(name, variable);
    const first = byEnvironment.get(environmentName(name));
    byEnvironment.set(environmentName(name), first ?? variable);
    if (first === undefined) continue;
    collector.report(
      'vars/same-environment',
      `the ${sort}s ${quote(first.name)} and ${quote(name)} would both be ${environmentName(name)} to programs`,
      {
        span: source.span(key),
        related: [{ span: source.span(first.place), label: 'the other one' }],
      },
    );
  }
  return found;
}

function checked(
  name: string,
  place: Place,
  wish: VariableWish,
  sort: Sort,
  source: Source,
  collector: Collector,
): Variable {
  const type = wish.type?.value ?? typeOf(wish.default?.value ?? wish.enum?.items[0]?.value ?? '');
  const what = `${sort} ${quote(name)}`;
  let isBroken = wish.isBroken;
  const report = (message: string, at: Place, hints: readonly string[] = []): undefined => {
    isBroken = true;
    collector.report('vars/bad-declaration', message, { span: source.span(at), hints });
  };
  const isRequired = wish.required?.value === true;
  const bare = { name, place, type, description: wish.description, byDefault: undefined, pattern: undefined };
  const allowed = wish.enum?.items.map((item) => {
    const problem = valueProblem({ ...bare, allowed: undefined, isBroken }, item.value);
    if (problem !== undefined) report(`a value that ${what} allows ${problem.message}`, item);
    return item.value;
  });
  if (allowed?.length === 0) report(`${what} allows no value at all`, wish.enum ?? place);
  const pattern = wish.pattern && patternOf(wish.pattern, type, what, report);
  if (wish.required?.value === false && wish.default === undefined)
    report(`${what} is not required, but has no default`, wish.required, [
      'add `default`, or a value has to be given',
    ]);
  const variable: Variable = { ...bare, allowed, pattern, isBroken };
  const problem = wish.default && !isBroken ? valueProblem(variable, wish.default.value) : undefined;
  if (problem !== undefined && wish.default !== undefined)
    report(`the default of ${what} ${problem.message}`, wish.default, problem.hints);
  if (isRequired && wish.default !== undefined) {
    collector.report('vars/idle-default', `a value of ${what} has to be given: its default is never used`, {
      span: source.span(wish.default),
      hints: ['remove `default` or `required`'],
    });
  }
  return { ...variable, byDefault: isRequired ? undefined : wish.default?.value, isBroken };
}

function patternOf(
  { value, start, end }: Located<string>,
  type: Variable['type'],
  what: string,
  report: (message: string, at: Place, hints?: readonly string[]) => undefined,
): Variable['pattern'] {
  if (type !== 'string')
    return report(`${what} is no string, so it cannot have a pattern`, { start, end }, ['use `enum`']);
  const matches = readPattern(value);
  if (typeof matches === 'function') return { text: value, matches };
  return report(`the pattern of ${what} ${matches.problem}`, { start, end }, matches.hints);
}

const typeOf = (value: VariableValue): Variable['type'] =>
  typeof value === 'string' ? 'string' : typeof value === 'number' ? 'integer' : 'boolean';

const WORDS: Readonly<Record<Variable['type'], string>> = {
  string: 'a string',
  integer: 'a whole number',
  boolean: 'true or false',
};

interface ValueProblem {
  /** Follows the name of what has the value. */
  readonly message: string;
  readonly hints: readonly string[];
}

const problem = (message: string, ...hints: readonly string[]): ValueProblem => ({ message, hints });

/** Why a value does not fit; undefined when it does. */
export function valueProblem(variable: Variable, value: VariableValue): ValueProblem | undefined {
  const { type, allowed, pattern } = variable;
  if (typeOf(value) !== type) return problem(`must be ${WORDS[type]}, not ${WORDS[typeOf(value)]}`);
  if (typeof value === 'string' && value.length > LONGEST_VALUE)
    return problem(`is longer than ${LONGEST_VALUE} characters`);
  if (typeof value === 'string' && value.includes('\0')) return problem('contains a NUL character');
  if (allowed !== undefined && !allowed.includes(value)) {
    const near = similar(String(value), allowed.map(String));
    return problem(
      `is ${quote(String(value))}, but must be one of: ${listed(allowed.map((one) => quote(String(one))))}`,
      ...(near === undefined ? [] : [`did you mean ${quote(near)}?`]),
    );
  }
  if (typeof value === 'string' && pattern !== undefined && !pattern.matches(value))
    return problem(`is ${quote(value)}, which does not match ${quote(pattern.text)}`);
  return undefined;
}

/** A value that was given as text, as the variable's type; undefined when it is none. */
export function fromText({ type }: Variable, text: string): VariableValue | undefined {
  if (type === 'string') return text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  const number = /^[+-]?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** {@link valueProblem} for text that is no value of the type at all. */
export const textProblem = ({ type }: Variable, text: string): ValueProblem =>
  problem(`must be ${WORDS[type]}, not ${quote(text)}`);
