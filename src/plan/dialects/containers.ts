/** Kinds that are made of other kinds: records, lists, alternatives. */
import { quote } from '../../diagnostic/neutralise.ts';
import type { Place } from '../toml/source.ts';
import type { TomlValue } from '../toml/toml-tree.ts';
import type { Reading } from './reading.ts';
import type { Kind, LocatedList } from './schema.ts';

/** A table with keys of the author's choice; keys that `accept` refuses (with a sentence) are reported. */
export function record<O>(
  item: Kind<O>,
  accept: (key: string) => string | undefined,
  pattern?: string,
): Kind<ReadonlyMap<string, { readonly key: Place; readonly value: O }>> {
  return {
    json:
      pattern === undefined
        ? { type: 'object', additionalProperties: item.json }
        : { type: 'object', patternProperties: { [pattern]: item.json }, additionalProperties: false },
    read(value, reading) {
      if (value.type !== 'table') {
        reading.wrongType(value, 'a table');
        return undefined;
      }
      const out = new Map<string, { readonly key: Place; readonly value: O }>();
      for (const entry of value.entries.values()) {
        const refused = accept(entry.key);
        if (refused !== undefined) {
          reading.report('schema/bad-value', `${quote(reading.path(entry.key))} ${refused}`, entry);
          continue;
        }
        reading.enter(entry.key);
        const read = item.read(entry.value, reading);
        reading.leave();
        if (read !== undefined)
          out.set(entry.key, { key: { start: entry.start, end: entry.end }, value: read });
      }
      return out;
    },
  };
}

/** A list; wrong items are reported and left out. */
export function list<O>(item: Kind<O>): Kind<LocatedList<O>> {
  return {
    json: { type: 'array', items: item.json },
    ...(item.keys === undefined ? {} : { keys: item.keys }),
    read(value, reading) {
      if (value.type !== 'array') {
        const hints = value.type === 'string' ? ['write it as a list: ["…"]'] : [];
        reading.wrongType(value, 'a list', hints);
        return undefined;
      }
      const items: O[] = [];
      value.items.forEach((element, position) => {
        reading.enter(position);
        const out = item.read(element, reading);
        reading.leave();
        if (out !== undefined) items.push(out);
      });
      return { items, start: value.start, end: value.end };
    },
  };
}

/** One of several kinds, chosen by the TOML type of the value. */
export function byType<O>(kinds: Partial<Record<TomlValue['type'], Kind<O>>>, expected: string): Kind<O> {
  const schemas = [...new Set(Object.values(kinds).map((kind) => kind.json))];
  const below = kinds.table?.keys;
  return {
    json: { anyOf: schemas },
    ...(below === undefined ? {} : { keys: below }),
    read(value, reading) {
      const kind = kinds[value.type];
      if (kind !== undefined) return kind.read(value, reading);
      reading.wrongType(value, expected);
      return undefined;
    },
  };
}

/** Anything; for keys that are recognised only. */
export const anything: Kind<TomlValue> = { json: {}, read: (value) => value };

/** Reads a value as another type of the same kind. */
export function mapped<A, B>(
  kind: Kind<A>,
  convert: (out: A, value: TomlValue, reading: Reading) => B | undefined,
): Kind<B> {
  return {
    json: kind.json,
    ...(kind.keys === undefined ? {} : { keys: kind.keys }),
    read(value, reading) {
      const out = kind.read(value, reading);
      return out === undefined ? undefined : convert(out, value, reading);
    },
  };
}
