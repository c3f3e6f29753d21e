/**
 * Schemas of our TOML files, declared once. A declaration does three things: it reads a value tree (reporting every
 * error at its place and going on), it types what was read, and it gives the published JSON Schema. One walk over the
 * tree, no intermediate objects: ten thousand files are read this way at every start.
 */
import { quote } from '../../diagnostic/neutralise.ts';
import { similar } from '../similar.ts';
import type { Place } from '../toml/source.ts';
import type { TomlEntry, TomlTable, TomlValue } from '../toml/toml-tree.ts';
import type { Reading } from './reading.ts';

/** A JSON Schema (draft 7), as far as it is generated here. */
export type JsonSchema = { readonly [key: string]: unknown };

/** How one kind of value is read; undefined when it was reported as wrong. */
export interface Kind<Out> {
  readonly json: JsonSchema;
  read(value: TomlValue, reading: Reading): Out | undefined;
  /** Keys below, for suggestions. */
  readonly keys?: ReadonlyMap<string, Field<unknown>>;
}

/** A value with its place. */
export interface Located<Value> extends Place {
  readonly value: Value;
}

/** A list with its place. */
export interface LocatedList<Item> extends Place {
  readonly items: readonly Item[];
}

/** What this version does with a key that is there. */
export type Standing =
  | { readonly type: 'live' }
  /** Ignoring it changes nothing: a notice. */
  | { readonly type: 'inert'; readonly why: string; readonly unless?: (value: TomlValue) => boolean }
  /** Ignoring it would make the run wrong: an error. */
  | { readonly type: 'unavailable'; readonly why: string; readonly unless?: (value: TomlValue) => boolean }
  /** Known in other files, an error in this one. */
  | { readonly type: 'misplaced'; readonly why: string; readonly unless?: never };

export interface Field<Out> {
  readonly kind: Kind<Out>;
  readonly doc: string;
  readonly required: boolean;
  readonly standing: Standing;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type FieldOut<F> = F extends Field<infer Out> ? Out | undefined : never;

/** What reading a table gives: every field, undefined where it is missing or wrong. */
export type TableOut<F extends Fields> = { readonly [K in keyof F]: FieldOut<F[K]> } & {
  /** The table as it was written. */
  readonly table: TomlTable;
};

/** What a kind gives. */
export type Out<K> = K extends Kind<infer O> ? O : never;

const LIVE: Standing = { type: 'live' };

export const optional = <O>(kind: Kind<O>, doc: string): Field<O> => ({
  kind,
  doc,
  required: false,
  standing: LIVE,
});
export const required = <O>(kind: Kind<O>, doc: string): Field<O> => ({
  kind,
  doc,
  required: true,
  standing: LIVE,
});

/** Part of the format, harmless to ignore. */
export const inert = <O>(
  kind: Kind<O>,
  doc: string,
  why: string,
  unless?: (value: TomlValue) => boolean,
): Field<O> => ({
  kind,
  doc,
  required: false,
  standing: { type: 'inert', why, ...(unless === undefined ? {} : { unless }) },
});

/** Part of the format, dangerous to ignore. */
export const unavailable = <O>(
  kind: Kind<O>,
  doc: string,
  why: string,
  unless?: (value: TomlValue) => boolean,
): Field<O> => ({
  kind,
  doc,
  required: false,
  standing: { type: 'unavailable', why, ...(unless === undefined ? {} : { unless }) },
});

/** A key of other files that cannot stand in this one. */
export const misplaced = <O>({ kind, doc }: Field<O>, why: string): Field<O> => ({
  kind,
  doc,
  required: false,
  standing: { type: 'misplaced', why },
});

/** A table with known keys; others are reported. `elsewhere` says of keys that people expect here where they belong. */
export function table<F extends Fields>(
  fields: F,
  elsewhere: ReadonlyMap<string, string> = new Map(),
): Kind<TableOut<F>> {
  const keys = new Map<string, Field<unknown>>(Object.entries(fields));
  const requiredKeys = [...keys].filter(([, field]) => field.required).map(([key]) => key);
  return {
    keys,
    json: {
      type: 'object',
      properties: Object.fromEntries(
        [...keys].flatMap(([key, field]) =>
          field.standing.type === 'misplaced' ? [] : [[key, fieldSchema(field)]],
        ),
      ),
      ...(requiredKeys.length > 0 ? { required: requiredKeys } : {}),
      additionalProperties: false,
    },
    read(value, reading) {
      if (value.type !== 'table') {
        reading.wrongType(value, 'a table');
        return undefined;
      }
      const out: Record<string, unknown> = { table: value };
      for (const entry of value.entries.values()) {
        const field = keys.get(entry.key);
        if (field === undefined) reportUnknown(entry, keys, elsewhere.get(entry.key), reading);
        else out[entry.key] = readField(field, entry, reading);
      }
      for (const key of requiredKeys) {
        if (!value.entries.has(key)) reportMissing(key, keys, value, reading);
      }
      // The one place where the walk meets the declared types: `keys` and `F` come from the same declaration.
      return out as TableOut<F>;
    },
  };
}

function readField(field: Field<unknown>, entry: TomlEntry, reading: Reading): unknown {
  const { standing } = field;
  if (standing.type !== 'live' && standing.unless?.(entry.value) !== true) {
    const name = reading.path(entry.key);
    if (standing.type === 'inert') {
      reading.report(
        'schema/not-acted-on',
        `\`${name}\` is recognised, but not acted on: ${standing.why}`,
        entry,
      );
    } else if (standing.type === 'misplaced') {
      reading.report('schema/misplaced-key', `\`${name}\` cannot stand here: ${standing.why}`, entry);
    } else {
      reading.report(
        'schema/not-available',
        `\`${name}\` is not available in this version: ${standing.why}`,
        entry,
      );
    }
    return undefined;
  }
  reading.enter(entry.key);
  const out = field.kind.read(entry.value, reading);
  reading.leave();
  return out;
}

function reportUnknown(
  entry: TomlEntry,
  keys: ReadonlyMap<string, Field<unknown>>,
  elsewhere: string | undefined,
  reading: Reading,
): void {
  const suggestion =
    nested(entry.key, keys) ?? similar(entry.key, keys.keys()) ?? nestedNear(entry.key, keys);
  const hints =
    elsewhere !== undefined
      ? [elsewhere]
      : suggestion === undefined
        ? [`known here: ${[...keys.keys()].join(', ')}`]
        : [`did you mean \`${reading.path(suggestion)}\`?`];
  reading.collector.report('schema/unknown-key', `unknown key ${quote(reading.path(entry.key))}`, {
    span: reading.source.span(entry),
    hints,
    ...(reading.strict ? { severity: 'error' } : {}),
  });
}

function reportMissing(
  key: string,
  keys: ReadonlyMap<string, Field<unknown>>,
  value: TomlTable,
  reading: Reading,
): void {
  const doc = keys.get(key)?.doc;
  const place = value.end > value.start ? value : { start: 0, end: 0 };
  const hints = doc === undefined ? [] : [`\`${key}\`: ${doc}`];
  reading.report('schema/missing-key', `\`${reading.path(key)}\` is missing`, place, hints);
}

/** Where a key belongs that was written a table too high, such as `bead.requires`. */
function nested(key: string, keys: ReadonlyMap<string, Field<unknown>>): string | undefined {
  for (const [name, field] of keys) {
    if (field.kind.keys?.has(key) === true) return `${name}.${key}`;
  }
  for (const [name, field] of keys) {
    const below = field.kind.keys === undefined ? undefined : nested(key, field.kind.keys);
    if (below !== undefined) return `${name}.${below}`;
  }
  return undefined;
}

/** The same for a key that is misspelt as well. */
function nestedNear(key: string, keys: ReadonlyMap<string, Field<unknown>>): string | undefined {
  const below = [...keys.values()].flatMap((field) => [...(field.kind.keys?.keys() ?? [])]);
  const near = similar(key, below);
  return near === undefined ? undefined : nested(near, keys);
}

const fieldSchema = (field: Field<unknown>): JsonSchema => {
  const remark =
    field.standing.type === 'live'
      ? ''
      : field.standing.type === 'inert'
        ? ' (recognised, not acted on)'
        : ' (not available in this version)';
  return { ...field.kind.json, description: `${field.doc}${remark}` };
};
