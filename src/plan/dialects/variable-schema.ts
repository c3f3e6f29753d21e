/** How variables of formulas and inputs of library beads are declared, and how inputs are given. */
import type { VariableValue } from '../../core/plan.ts';
import type { Place } from '../toml/source.ts';
import { isValueName, VALUE_NAME, VALUE_NAME_RULE } from '../variables/environment.ts';
import { byType, list, mapped, record } from './containers.ts';
import { boolean, text, visibleText, word } from './kinds.ts';
import { type Kind, type Located, type LocatedList, optional, table } from './schema.ts';

/** A declaration as it was written. */
export interface VariableWish {
  readonly type: Located<'string' | 'integer' | 'boolean'> | undefined;
  readonly description: string | undefined;
  readonly required: Located<boolean> | undefined;
  readonly default: Located<VariableValue> | undefined;
  readonly enum: LocatedList<Located<VariableValue>> | undefined;
  readonly pattern: Located<string> | undefined;
  /** Something in it was reported as wrong. */
  readonly isBroken: boolean;
}

/** Values or declarations by name, in the order of the file. */
export type Named<Value> = ReadonlyMap<string, { readonly key: Place; readonly value: Value }>;

const nameProblem = (key: string): string | undefined =>
  isValueName(key) ? undefined : `must be ${VALUE_NAME_RULE}`;

const wholeNumber: Kind<Located<number>> = {
  json: { type: 'integer' },
  read(value, reading) {
    if (value.type !== 'integer') reading.wrongType(value, 'a whole number');
    else if (Number.isSafeInteger(value.value)) return value;
    else reading.report('schema/bad-value', `\`${reading.path()}\` is too large`, value);
    return undefined;
  },
};

const value: Kind<Located<VariableValue>> = byType<Located<VariableValue>>(
  { string: text, integer: wholeNumber, boolean },
  'a string, a whole number, true or false',
);

const NOTHING: VariableWish = {
  type: undefined,
  description: undefined,
  required: undefined,
  default: undefined,
  enum: undefined,
  pattern: undefined,
  isBroken: false,
};

const declarationTable = table({
  type: optional(word('string', 'integer', 'boolean'), 'Default: the type of `default`, else "string".'),
  description: optional(text, 'For people who have to give a value.'),
  required: optional(boolean, 'true: a value has to be given. Without a `default` it has to be in any case.'),
  default: optional(value, 'The value where none is given.'),
  enum: optional(list(value), 'The values that are allowed.'),
  pattern: optional(visibleText, 'A regular expression that the whole value has to match.'),
});

const short = (kind: Kind<Located<VariableValue>>): Kind<VariableWish> =>
  mapped(kind, (read): VariableWish => ({ ...NOTHING, default: read }));

const declaration: Kind<VariableWish> = byType<VariableWish>(
  {
    string: short(text),
    integer: short(wholeNumber),
    boolean: short(boolean),
    table: mapped(declarationTable, (out): VariableWish => {
      const keys = ['type', 'required', 'default', 'enum', 'pattern'] as const;
      const isBroken = keys.some((key) => out.table.entries.has(key) && out[key] === undefined);
      return { ...out, description: out.description?.value, isBroken };
    }),
  },
  'the default, or a table',
);

/** A broken declaration is a declaration all the same: what uses it must not be called unknown. */
const declared: Kind<VariableWish> = {
  ...declaration,
  read: (written, reading) => declaration.read(written, reading) ?? { ...NOTHING, isBroken: true },
};

/** Declarations by name. */
export const variables: Kind<Named<VariableWish>> = record(declared, nameProblem, VALUE_NAME);

/** Values by name. */
export const given: Kind<Named<Located<VariableValue>>> = record(value, nameProblem, VALUE_NAME);
