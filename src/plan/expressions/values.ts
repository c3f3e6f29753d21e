/**
 * The values of expressions. Data is read where it lies, never copied: whole numbers become integers (which are bigints
 * here, as CEL tells them from fractions) when they are looked at, and only own keys exist, whatever they are called.
 */
import { quote } from '../../diagnostic/neutralise.ts';

export type List = readonly unknown[];
export type Dictionary = Readonly<Record<string, unknown>>;
export type Value = string | bigint | number | boolean | null | List | Dictionary;

/** Why an expression has no value; `&&`, `||`, `all` and `exists` may still get along without it. */
export class NoValue extends Error {}

/** The expression costs too much; nothing gets along without that. */
export class TooCostly extends Error {}

/**
 * What may still be spent.
 * I1: every visit of a node, and every pass over a text or a list in proportion to its length, is paid for before it is made.
 */
export class Purse {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooCostly();
  }
}

export const isList = (value: unknown): value is List => Array.isArray(value);
export const isDictionary = (value: unknown): value is Dictionary =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A piece of outside data as a value. */
export function asValue(data: unknown): Value {
  switch (typeof data) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return data;
    case 'number':
      return Number.isSafeInteger(data) ? BigInt(data) : data;
    case 'object':
      if (data === null || isList(data) || isDictionary(data)) return data;
      break;
    default:
      break;
  }
  throw new NoValue(`holds a ${typeof data}, which is no value`);
}

/** The value of an own key. */
export function own(data: Dictionary, key: string): Value {
  if (!Object.hasOwn(data, key)) throw new NoValue(`has no key ${quote(key)} there`);
  return asValue(data[key]);
}

/** A value's type in words, with its article. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'a string';
    case 'bigint':
      return 'a whole number';
    case 'number':
      return 'a fraction';
    case 'boolean':
      return 'a boolean';
    default:
      if (value === null) return 'null';
      return isList(value) ? 'a list' : 'a map';
  }
}

/** Whether two values are equal, numbers by what they amount to; values of different types are not. */
export function equal(a: Value, b: Value, purse: Purse): boolean {
  purse.spend(1);
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length !== b.length) return false;
    purse.spend(a.length / CHARACTERS_PER_STEP);
    return a === b;
  }
  if (isNumber(a) && isNumber(b)) return a <= b && a >= b;
  if (isList(a) && isList(b))
    return a.length === b.length && a.every((item, at) => equal(asValue(item), asValue(b[at]), purse));
  if (isDictionary(a) && isDictionary(b)) {
    const keys = Object.keys(a);
    purse.spend(keys.length);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && equal(asValue(a[key]), asValue(b[key]), purse))
    );
  }
  return a === b;
}

/** Characters that are looked at in one step. */
export const CHARACTERS_PER_STEP = 64;

export const isNumber = (value: Value): value is bigint | number =>
  typeof value === 'bigint' || typeof value === 'number';

/** A value as plain data again, fit for JSON. */
export function plain(value: Value, purse: Purse): unknown {
  purse.spend(1);
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new NoValue(`gives the number ${value}, which is too large`);
    return number;
  }
  if (isList(value)) return value.map((item) => plain(asValue(item), purse));
  if (!isDictionary(value)) return value;
  return Object.fromEntries(Object.keys(value).map((key) => [key, plain(asValue(value[key]), purse)]));
}
