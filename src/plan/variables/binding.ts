/** The values of a run: what was given, else what an earlier run had, else the defaults. */
import type { VariableValue } from '../../core/plan.ts';
import type { Collector, Details } from '../../diagnostic/collector.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import { listed, similar } from '../similar.ts';
import type { Place, Source } from '../toml/source.ts';
import {
  fromText,
  type Scope,
  textProblem,
  type Variable,
  type Variables,
  valueProblem,
} from './variable.ts';

/** What somebody who loads a formula says about its variables. */
export interface VariableRequest {
  /** Text by name, as it was typed: `--var name=text`. */
  readonly given: ReadonlyMap<string, string>;
  /** Values of an earlier run that is gone on with; those that the formula no longer has are passed over. */
  readonly earlier: Readonly<Record<string, VariableValue>>;
  /** The formula is to be run: a value that is missing is an error, not a notice. */
  readonly toRun: boolean;
}

/** Values for a formula's variables; everything that is wrong is reported. */
export function bindVariables(
  declared: Variables | undefined,
  { given, earlier, toRun }: VariableRequest,
  source: Source,
  collector: Collector,
): Scope | undefined {
  for (const name of given.keys()) {
    if (declared?.has(name) !== true) reportUnknown(name, declared, collector);
  }
  if (declared === undefined) return undefined;
  const missing = toRun ? 'has no value' : 'needs a value before the formula can be run';
  const values = new Map<string, VariableValue | undefined>();
  for (const variable of declared.values()) {
    const { name, byDefault, description, isBroken, place } = variable;
    const before = Object.hasOwn(earlier, name) ? earlier[name] : undefined;
    const text = given.get(name) ?? (before === undefined ? undefined : String(before));
    const hints = [
      ...(description === undefined ? [] : [`${name}: ${description}`]),
      `give it: --var ${name}=…`,
    ];
    if (text !== undefined && !isBroken) {
      values.set(name, boundText(variable, text, source, collector));
    } else {
      values.set(name, byDefault);
      if (byDefault === undefined && !isBroken)
        collector.report('vars/missing-value', `variable ${quote(name)} ${missing}`, {
          span: source.span(place),
          hints,
          ...(toRun ? {} : { severity: 'notice' }),
        });
    }
  }
  return values;
}

function reportUnknown(name: string, declared: Variables | undefined, collector: Collector): void {
  const known = [...(declared?.keys() ?? [])];
  const near = similar(name, known, collector.patience);
  collector.report(
    'vars/unknown-variable',
    `a value is given for ${quote(name)}, but the formula has no such variable`,
    {
      hints: [
        near !== undefined
          ? `did you mean --var ${near}=…?`
          : known.length > 0
            ? `it has: ${listed(known)}`
            : 'it has none; they are declared in [formula.vars]',
      ],
    },
  );
}

function boundText(
  variable: Variable,
  text: string,
  source: Source,
  collector: Collector,
): VariableValue | undefined {
  const value = fromText(variable, text);
  const found = value === undefined ? textProblem(variable, text) : valueProblem(variable, value);
  if (found === undefined) return value;
  const { message, hints } = found;
  const span = source.span(variable.place);
  collector.report('vars/bad-value', `variable ${quote(variable.name)} ${message}`, { span, hints });
  return undefined;
}

/** A value as a bead gives it to the library bead it uses. */
export interface GivenInput {
  readonly key: Place;
  readonly place: Place;
  /** Undefined: it names a variable that has no value so far. */
  readonly value: VariableValue | undefined;
  /** It was filled in: text, whatever the type of the variable. */
  readonly isText: boolean;
}

/** What a bead gives to the library bead it uses. */
export interface InputRequest {
  readonly given: ReadonlyMap<string, GivenInput>;
  /** Where to point when something is missing. */
  readonly place: Place;
  /** Of the bead and of its library bead. */
  readonly source: Source;
}

/** Values for the inputs of a library bead; undefined when something is wrong, which was reported. */
export function bindInputs(
  declared: Variables,
  { given, place, source }: InputRequest,
  collector: Collector,
): Scope | undefined {
  let isWrong = false;
  const report = (
    code: 'vars/unknown-variable' | 'vars/bad-value' | 'vars/missing-value',
    message: string,
    details: Details,
  ): void => {
    isWrong = true;
    collector.report(code, message, details);
  };
  const known = [...declared.keys()];
  for (const [name, { key }] of given) {
    if (declared.has(name)) continue;
    const near = similar(name, known, collector.patience);
    report('vars/unknown-variable', `the library bead has no input ${quote(name)}`, {
      span: source.span(key),
      hints: [
        near !== undefined
          ? `did you mean \`${near}\`?`
          : known.length > 0
            ? `it has: ${listed(known)}`
            : 'it has none; they are declared in [inputs]',
      ],
    });
  }
  const values = new Map<string, VariableValue | undefined>();
  for (const variable of declared.values()) {
    const { name, byDefault, isBroken } = variable;
    const said = given.get(name);
    const related = [{ span: source.span(variable.place), label: 'declared here' }];
    if (said === undefined) {
      values.set(name, byDefault);
      if (byDefault === undefined && !isBroken)
        report('vars/missing-value', `input ${quote(name)} of the library bead has no value`, {
          span: source.span(place),
          related,
          hints: [`give it: with = { ${name} = … }`],
        });
      continue;
    }
    const value =
      said.isText && said.value !== undefined ? fromText(variable, String(said.value)) : said.value;
    values.set(name, value);
    const found =
      value !== undefined
        ? valueProblem(variable, value)
        : said.value === undefined
          ? undefined
          : textProblem(variable, String(said.value));
    if (found === undefined || isBroken) continue;
    report('vars/bad-value', `input ${quote(name)} ${found.message}`, {
      span: source.span(said.place),
      related,
      hints: found.hints,
    });
  }
  return isWrong ? undefined : values;
}
