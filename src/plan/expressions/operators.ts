/** What operators and functions do with values. */
import { unreachable } from '../../core/invariant.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import type { FunctionName, MethodName } from './functions.ts';
import {
  asValue,
  CHARACTERS_PER_STEP,
  equal,
  isDictionary,
  isList,
  isNumber,
  NoValue,
  own,
  type Purse,
  typeName,
  type Value,
} from './values.ts';

export type Arithmetic = '+' | '-' | '*' | '/' | '%';
export type Comparison = '<' | '<=' | '>' | '>=';

const MOST_INT = 2n ** 63n - 1n;
const LEAST_INT = -(2n ** 63n);

const misfit = (what: string, ...values: readonly Value[]): NoValue =>
  new NoValue(`cannot use \`${what}\` on ${values.map(typeName).join(' and ')}`);

/** `a + b` and its kind. */
export function calculate(op: Arithmetic, a: Value, b: Value, purse: Purse): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return wholeNumber(op, a, b);
  if (typeof a === 'number' && typeof b === 'number' && op !== '%') return fraction(op, a, b);
  if (op === '+' && typeof a === 'string' && typeof b === 'string') {
    purse.spend((a.length + b.length) / CHARACTERS_PER_STEP);
    return a + b;
  }
  if (op === '+' && isList(a) && isList(b)) {
    purse.spend(a.length + b.length);
    return [...a, ...b];
  }
  throw misfit(op, a, b);
}

function wholeNumber(op: Arithmetic, a: bigint, b: bigint): bigint {
  if ((op === '/' || op === '%') && b === 0n) throw new NoValue('divides by zero');
  const result = integers[op](a, b);
  if (result > MOST_INT || result < LEAST_INT) throw new NoValue('gives a number that is too large');
  return result;
}

const integers: Readonly<Record<Arithmetic, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

function fraction(op: Exclude<Arithmetic, '%'>, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    default:
      return unreachable(op);
  }
}

/** `a < b` and its kind: numbers, strings and booleans among themselves. */
export function compare(op: Comparison, a: Value, b: Value, purse: Purse): boolean {
  if (typeof a === 'string' && typeof b === 'string') {
    purse.spend(Math.min(a.length, b.length) / CHARACTERS_PER_STEP);
    return ordered(op, a < b, a > b);
  }
  if (isNumber(a) && isNumber(b)) {
    // Neither less nor greater, and not equal either.
    if (Number.isNaN(a) || Number.isNaN(b)) return false;
    return ordered(op, a < b, a > b);
  }
  if (typeof a === 'boolean' && typeof b === 'boolean') return ordered(op, a < b, a > b);
  throw misfit(op, a, b);
}

function ordered(op: Comparison, isLess: boolean, isGreater: boolean): boolean {
  switch (op) {
    case '<':
      return isLess;
    case '<=':
      return !isGreater;
    case '>':
      return isGreater;
    case '>=':
      return !isLess;
    default:
      return unreachable(op);
  }
}

/** `item in list`, `key in map`. */
export function contains(item: Value, all: Value, purse: Purse): boolean {
  if (isList(all)) return all.some((one) => equal(item, asValue(one), purse));
  if (isDictionary(all)) return typeof item === 'string' && Object.hasOwn(all, item);
  throw misfit('in', item, all);
}

export function negate(value: Value): Value {
  if (typeof value === 'number') return -value;
  if (typeof value !== 'bigint') throw misfit('-', value);
  return wholeNumber('-', 0n, value);
}

/** `all[index]`. */
export function element(all: Value, index: Value): Value {
  if (isDictionary(all) && typeof index === 'string') return own(all, index);
  if (!isList(all) || typeof index !== 'bigint') throw misfit('[]', all, index);
  if (index < 0n || index >= BigInt(all.length))
    throw new NoValue(`asks for item ${index} of a list that has ${all.length}`);
  return asValue(all[Number(index)]);
}

/** `name(value)`; `has` is the evaluator's. */
export function callFunction(name: Exclude<FunctionName, 'has'>, value: Value, purse: Purse): Value {
  switch (name) {
    case 'size':
      return sizeOf(value, purse);
    case 'string':
      if (typeof value === 'string') return value;
      if (isNumber(value) || typeof value === 'boolean') return String(value);
      break;
    case 'int':
      if (typeof value === 'bigint') return value;
      if (typeof value === 'number' && Number.isFinite(value))
        return wholeNumber('+', BigInt(Math.trunc(value)), 0n);
      if (typeof value === 'string' && /^[+-]?\d{1,19}$/.test(value))
        return wholeNumber('+', toBigInt(value), 0n);
      break;
    case 'double':
      if (isNumber(value)) return Number(value);
      if (typeof value === 'string' && /^[+-]?\d{1,300}(?:\.\d{1,300})?(?:e[+-]?\d{1,3})?$/i.test(value))
        return Number(value);
      break;
    case 'bool':
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 'false') return value === 'true';
      break;
    default:
      return unreachable(name);
  }
  if (typeof value === 'string') throw new NoValue(`cannot make ${quote(value)} a value of \`${name}\``);
  throw misfit(name, value);
}

const toBigInt = (digits: string): bigint =>
  digits.startsWith('+') ? BigInt(digits.slice(1)) : BigInt(digits);

function sizeOf(value: Value, purse: Purse): bigint {
  if (typeof value === 'string') {
    purse.spend(value.length / CHARACTERS_PER_STEP);
    let points = value.length;
    for (let at = 0; at < value.length; at++) if ((value.codePointAt(at) ?? 0) > 0xffff) points--;
    return BigInt(points);
  }
  if (isList(value)) return BigInt(value.length);
  if (!isDictionary(value)) throw misfit('size', value);
  const keys = Object.keys(value);
  purse.spend(keys.length);
  return BigInt(keys.length);
}

/** `value.name(…)`. */
export function callMethod(name: MethodName, value: Value, args: readonly Value[], purse: Purse): Value {
  const [argument] = args;
  if (name === 'size') return sizeOf(value, purse);
  if (name === 'join') return join(value, argument ?? '', purse);
  if (typeof value !== 'string') throw misfit(name, value);
  purse.spend(value.length / CHARACTERS_PER_STEP);
  switch (name) {
    case 'lowerAscii':
      return value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    case 'upperAscii':
      return value.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
    case 'trim':
      return value.trim();
    default:
      break;
  }
  if (typeof argument !== 'string') throw misfit(name, value, argument ?? null);
  switch (name) {
    case 'startsWith':
      return value.startsWith(argument);
    case 'endsWith':
      return value.endsWith(argument);
    case 'contains':
      paySearch(value, argument, purse);
      return value.includes(argument);
    case 'split': {
      paySearch(value, argument, purse);
      // At worst every character becomes an item.
      purse.spend(argument === '' ? value.length : value.length / argument.length);
      return value.split(argument);
    }
    default:
      return unreachable(name);
  }
}

/** Looking for a text in a text costs, at worst, their product. */
const paySearch = (text: string, wanted: string, purse: Purse): void =>
  purse.spend((text.length * Math.max(0, Math.min(wanted.length, text.length - wanted.length))) / 512);

function join(value: Value, separator: Value, purse: Purse): string {
  if (!isList(value) || typeof separator !== 'string') throw misfit('join', value, separator);
  purse.spend(value.length);
  const parts = value.map((item) => {
    if (typeof item !== 'string') throw misfit('join', asValue(item));
    purse.spend((item.length + separator.length) / CHARACTERS_PER_STEP);
    return item;
  });
  return parts.join(separator);
}
