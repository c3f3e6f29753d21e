/** The types of an expression, checked by the library before anything is run. */
import { Environment } from '@marcbachmann/cel-js';
import type { Place } from '../toml/source.ts';
import { sentence } from './expression.ts';

/** What a variable of a formula holds. */
type VariableType = 'string' | 'integer' | 'boolean';

/** The variables of a formula. */
export type Declared = ReadonlyMap<string, { readonly type: VariableType }>;

export type Typed =
  /** A type by CEL's name; `dyn` where only the run will tell. */
  | { readonly type: 'typed'; readonly name: string }
  | { readonly type: 'misfit'; readonly message: string; readonly place: Place };

const TYPES = { string: 'string', integer: 'int', boolean: 'bool' } as const satisfies Record<
  VariableType,
  string
>;

/** Stands for the files of the project; expressions are only checked against it. */
class File {}

// Made for the first formula that has conditions: most have none, and then the package is not even loaded.
let madeCommon: Environment | undefined;
const common = (): Environment => {
  madeCommon ??= new Environment({ homogeneousAggregateLiterals: false })
    .registerType('Bead', {
      fields: { outcome: 'string', outputs: 'map<string, dyn>', artifacts: 'list<string>' },
    })
    .registerType('File', File)
    .registerVariable('beads', 'map<string, Bead>')
    .registerVariable('env', 'map<string, string>')
    .registerVariable('file', 'File')
    .registerFunction('File.exists(string): bool', () => false);
  return madeCommon;
};

/** Checks types under the variables of one formula; making one is expensive, so there is one for each formula. */
export class TypeCheck {
  readonly #environment: Environment;

  constructor(vars: Declared) {
    this.#environment = common()
      .clone()
      .registerType('Vars', {
        fields: Object.fromEntries([...vars].map(([name, { type }]) => [name, TYPES[type]])),
      })
      .registerVariable('vars', 'Vars');
  }

  /** The type of an expression that was parsed before. */
  typeOf(text: string): Typed {
    const { valid, type, error } = this.#environment.check(text);
    if (valid && type !== undefined) return { type: 'typed', name: type };
    const range = error?.range ?? { start: 0, end: text.length };
    return { type: 'misfit', message: explain(error?.summary ?? ''), place: range };
  }
}

function explain(summary: string): string {
  const operator = /^no such overload: (.+)$/s.exec(summary)?.[1];
  if (operator !== undefined) return `has types that do not fit: ${operator}`;
  const call = /^found no matching overload for '(.+)'$/s.exec(summary)?.[1];
  return call === undefined ? `is wrong: ${sentence(summary)}` : `has types that do not fit: ${call}`;
}
