/**
 * Many records of few shapes as one text that is read fast: each field is a column; what is the same everywhere stands
 * there once, and what comes back often is told by its number. Values are JSON's, and `undefined`. What comes out equals
 * what went in, the order of keys included; equal parts of it may be one object, so it is for reading only.
 */
import { unreachable } from './invariant.ts';

type Scalar = string | number | boolean | null;

/** A list of values; its reader knows how many. */
type Column =
  | readonly ['none']
  /** The one value that stands everywhere, as a column of its own. */
  | readonly ['same', value: Column]
  | readonly ['each', readonly Scalar[]]
  /** The different values, and by place the number of the value that stands there. */
  | readonly ['few', count: number, values: Column, at: Column]
  /** By place the length of the list that stands there, and the items of all lists. */
  | readonly ['lists', lengths: Column, count: number, items: Column]
  | readonly ['records', keys: readonly string[], fields: readonly Column[]]
  /** The values of each kind, and by place the number of the kind of what stands there. */
  | readonly ['kinds', kinds: readonly (readonly [count: number, values: Column])[], at: Column];

/** The records as a text. */
export const encodeColumns = (records: readonly object[]): string =>
  JSON.stringify([records.length, columnOf(records)]);

/** The records that {@link encodeColumns} was given. Nothing is checked: the text is one that we wrote. */
export function decodeColumns<T extends object>(text: string): T[] {
  const [count, column] = JSON.parse(text) as [number, Column];
  return valuesOf(column, count) as T[];
}

function columnOf(values: readonly unknown[]): Column {
  const [first] = values;
  const isSame = values.every((value) => value === first || (isEmpty(value) && isEmpty(first)));
  if (isSame && values.length > 1) return first === undefined ? NONE : ['same', columnOf([first])];
  const short = isSame ? undefined : fewOf(values);
  if (short !== undefined) return short;
  const kinds: unknown[][] = [];
  const kindOf = kindsOf();
  const at = values.map((value) => {
    const number = kindOf(value);
    kinds[number] ??= [];
    kinds[number].push(value);
    return number;
  });
  if (kinds.length < 2) return alike(values);
  return ['kinds', kinds.map((kind) => [kind.length, columnOf(kind)] as const), columnOf(at)];
}

const NONE: Column = ['none'];

/** Undefined where it does not pay: most values differ, or are numbers, which are as short. */
function fewOf(values: readonly unknown[]): Column | undefined {
  if (typeof values[0] === 'number') return undefined;
  const numbers = new Map<unknown, number>();
  const at: number[] = [];
  for (const value of values) {
    at.push(numberOf(numbers, isEmpty(value) ? EMPTY : value));
    if (numbers.size > values.length / 2) return undefined;
  }
  return ['few', numbers.size, columnOf([...numbers.keys()]), columnOf(at)];
}

function numberOf<K>(numbers: Map<K, number>, key: K): number {
  let number = numbers.get(key);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(key, number);
  }
  return number;
}

const EMPTY: readonly never[] = [];
const isEmpty = (value: unknown): boolean => isList(value) && value.length === 0;
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** Numbers the kinds of values as it meets them; those of one kind are encoded alike. */
function kindsOf(): (value: unknown) => number {
  const numbers = new Map<string, number>();
  let last: { readonly keys: readonly string[]; readonly number: number } | undefined;
  return (value) => {
    if (isList(value)) return numberOf(numbers, 'list');
    if (!isObject(value)) return numberOf(numbers, value === undefined ? 'none' : 'scalar');
    const keys = Object.keys(value);
    // Most are made like the one before.
    if (last?.keys.length === keys.length && keys.every((key, place) => key === last?.keys[place]))
      return last.number;
    last = { keys, number: numberOf(numbers, JSON.stringify(keys)) };
    return last.number;
  };
}

/** The column of values that are all of one kind. */
function alike(values: readonly unknown[]): Column {
  const [first] = values;
  if (first === undefined) return NONE;
  if (isList(first)) {
    const lists = values as readonly (readonly unknown[])[];
    const items = lists.flat();
    return ['lists', columnOf(lists.map(({ length }) => length)), items.length, columnOf(items)];
  }
  if (!isObject(first)) return ['each', values as readonly Scalar[]];
  const records = values as readonly Readonly<Record<string, unknown>>[];
  const keys = Object.keys(first);
  return ['records', keys, keys.map((key) => columnOf(records.map((record) => record[key])))];
}

function valuesOf(column: Column, count: number): readonly unknown[] {
  switch (column[0]) {
    case 'none':
      return new Array<undefined>(count).fill(undefined);
    case 'same':
      return new Array<unknown>(count).fill(valuesOf(column[1], 1)[0]);
    case 'each':
      return column[1];
    case 'few': {
      const values = valuesOf(column[2], column[1]);
      return placesOf(column[3], count).map((number) => values[number]);
    }
    case 'lists': {
      const items = valuesOf(column[3], column[2]);
      let from = 0;
      return placesOf(column[1], count).map((length) => {
        if (length === 0) return EMPTY;
        from += length;
        return items.slice(from - length, from);
      });
    }
    case 'records':
      return recordsOf(column[1], column[2], count);
    case 'kinds': {
      const kinds = column[1].map(([number, values]) => valuesOf(values, number));
      const next = kinds.map(() => 0);
      return placesOf(column[2], count).map((number) => {
        const place = next[number] ?? 0;
        next[number] = place + 1;
        return kinds[number]?.[place];
      });
    }
    default:
      return unreachable(column);
  }
}

/** Numbers by place. */
const placesOf = (column: Column, count: number): readonly number[] =>
  valuesOf(column, count) as readonly number[];

/** Copies of one record in which the fields that differ are set: all of one make, which is fast to make and to read. */
function recordsOf(keys: readonly string[], fields: readonly Column[], count: number): readonly unknown[] {
  // Read from a text, an object has the room for its fields that a copy keeps.
  const model = JSON.parse(`{${keys.map((key) => `${JSON.stringify(key)}:null`).join()}}`) as Record<
    string,
    unknown
  >;
  const differing: [string, readonly unknown[]][] = [];
  for (const [index, key] of keys.entries()) {
    const field = fields[index] ?? NONE;
    const isSame = field[0] === 'same' || field[0] === 'none';
    const values = valuesOf(field, isSame ? 1 : count);
    model[key] = values[0];
    if (!isSame) differing.push([key, values]);
  }
  const records = Array.from({ length: count }, () => ({ ...model }));
  for (const [key, values] of differing)
    records.forEach((record, place) => {
      record[key] = values[place];
    });
  return records;
}
