/**
 * TOML files that begin as right ones: made from the tables of keys that the product itself reads by, in every way in which
 * TOML can write them, then made wrong.
 */
import type { JsonSchema } from '../../src/plan/dialects/schema.ts';
import type { Tape } from './tape.ts';
import { hostile, mistyped, word } from './words.ts';

type Made =
  | { readonly type: 'raw'; readonly text: string }
  | { readonly type: 'list'; readonly items: readonly Made[] }
  | { readonly type: 'table'; readonly entries: readonly (readonly [string, Made])[] };

/** How often (once in …) something is made wrong; more often makes fewer files that are read to their end. */
const WRONG = 24;

/** A file that this schema describes, more or less. */
export function tomlFile(schema: JsonSchema, tape: Tape): string {
  const made = value(schema, '', tape, 0);
  const lines: string[] = [];
  if (made.type === 'table') write(made, [], lines, tape);
  else lines.push(inline(made, tape));
  return `${lines.join('\n')}\n`;
}

function value(schema: JsonSchema, key: string, tape: Tape, depth: number): Made {
  if (tape.rarely(WRONG) || depth > 8) return anything(key, tape, depth);
  const options = schema['anyOf'];
  if (Array.isArray(options)) return value(tape.one<JsonSchema>(options), key, tape, depth);
  const words = schema['enum'];
  if (Array.isArray(words)) return string(tape.one<string>(words), tape);
  switch (schema['type']) {
    case 'string':
      return string(word(key, tape), tape);
    case 'integer':
    case 'number':
      return raw(number(tape));
    case 'boolean':
      return raw(tape.one(['true', 'false']));
    case 'array':
      return list(tape, 3, () => value(inner(schema, 'items'), key, tape, depth + 1));
    case 'object':
      return table(schema, tape, depth);
    default:
      return anything(key, tape, depth);
  }
}

function table(schema: JsonSchema, tape: Tape, depth: number): Made {
  const required: unknown = schema['required'];
  const entries: [string, Made][] = [];
  const add = (key: string, own: JsonSchema): void => {
    const name = tape.rarely(WRONG) ? mistyped(key, tape) : key;
    entries.push([name, value(own, key, tape, depth + 1)]);
    if (tape.rarely(3 * WRONG)) entries.push([name, value(own, key, tape, depth + 1)]);
  };
  for (const [key, own] of Object.entries(inner(schema, 'properties'))) {
    const isRequired = Array.isArray(required) && required.includes(key);
    if (isRequired ? !tape.rarely(WRONG) : tape.rarely(3)) add(key, own as JsonSchema);
  }
  for (const own of Object.values(inner(schema, 'patternProperties')))
    for (const key of tape.many(2, () => tape.one(['v', 'spec', 'from_spec', 'default', 'm', 'w'])))
      add(key, own as JsonSchema);
  const more = schema['additionalProperties'];
  if (typeof more === 'object' && more !== null)
    for (const key of tape.many(2, () => tape.one(['m', 'r', 'default', 'spec', 'X'])))
      add(key, more as JsonSchema);
  return { type: 'table', entries };
}

function inner(schema: JsonSchema, key: string): JsonSchema {
  const found = schema[key];
  return typeof found === 'object' && found !== null ? (found as JsonSchema) : {};
}

function anything(key: string, tape: Tape, depth: number): Made {
  switch (depth > 8 ? tape.below(4) : tape.below(7)) {
    case 0:
      return string(tape.rarely(2) ? hostile(tape) : word(key, tape), tape);
    case 1:
      return raw(number(tape));
    case 2:
      return raw(tape.one(['true', 'false', 'True', 'null', 'yes']));
    case 3:
      return raw(
        tape.one([
          '1979-05-27T07:32:00Z',
          '1979-05-27 07:32:00.999999-07:00',
          '1979-05-27',
          '07:32:00',
          '9999-99-99',
          '0000-00-00T99:99:99Z',
        ]),
      );
    case 4:
      return list(tape, 3, () => anything(key, tape, depth + 1));
    case 5:
      return {
        type: 'table',
        entries: tape.many(3, () => [mistyped(key, tape), anything(key, tape, depth + 1)] as const),
      };
    default: {
      const levels = tape.rarely(50) ? 10_000 : tape.one([3, 7, 63, 64, 65, 100]);
      return tape.rarely(2)
        ? raw(`${'['.repeat(levels)}1${']'.repeat(levels)}`)
        : raw(`${'{a='.repeat(levels)}1${'}'.repeat(levels)}`);
    }
  }
}

const raw = (text: string): Made => ({ type: 'raw', text });

const list = (tape: Tape, most: number, make: () => Made): Made => ({
  type: 'list',
  items: tape.many(most, make),
});

const number = (tape: Tape): string =>
  tape.one([
    ...['1', '0', '3', '100', '5', '-1', '1.5', '0x1F', '0o17', '0b11', '1_000', '1e3', '+7', '-0', '-0.0'],
    ...['9223372036854775807', '9223372036854775808', '1'.repeat(400), '1e400', '-1e400', '1e-400'],
    ...['inf', '-inf', 'nan', '+nan', '01', '1__0', '.5', '5.', '0x'],
  ]);

/** In one of the ways in which TOML writes strings; not all of them can hold everything. */
function string(text: string, tape: Tape): Made {
  switch (tape.below(6)) {
    case 0:
    case 1:
      return raw(JSON.stringify(text));
    case 2:
      return raw(`'${text}'`);
    case 3:
      return raw(`"""${tape.one(['', '\n', '\r\n', '\\\n   '])}${text}"""`);
    case 4:
      return raw(`'''\n${text}'''`);
    default:
      return raw(`"${text}${tape.one(['\\x41', '\\e', '\\u12', '\\U00110000', '\\ud800', '\\q', '\\'])}"`);
  }
}

function keyText(key: string, tape: Tape): string {
  if (/^[A-Za-z0-9_-]+$/.test(key)) return tape.rarely(10) ? JSON.stringify(key) : key;
  return tape.rarely(4) ? key : JSON.stringify(key);
}

function inline(made: Made, tape: Tape): string {
  switch (made.type) {
    case 'raw':
      return made.text;
    case 'list': {
      const gap = tape.one([', ', ',', ',\n', ', # x\n']);
      return `[${made.items.map((item) => inline(item, tape)).join(gap)}${tape.rarely(5) ? ',' : ''}]`;
    }
    case 'table':
      return `{ ${made.entries.map(([key, one]) => `${keyText(key, tape)} = ${inline(one, tape)}`).join(', ')} }`;
  }
}

function write(
  made: Extract<Made, { type: 'table' }>,
  path: readonly string[],
  lines: string[],
  tape: Tape,
): void {
  const below: (readonly [string, Made])[] = [];
  for (const [key, one] of made.entries) {
    const isTables =
      one.type === 'list' && one.items.length > 0 && one.items.every(({ type }) => type === 'table');
    if ((one.type === 'table' && !tape.rarely(5)) || (isTables && tape.rarely(2))) below.push([key, one]);
    else lines.push(`${keyText(key, tape)} = ${inline(one, tape)}${tape.rarely(20) ? ' # x' : ''}`);
  }
  for (const [key, one] of below) {
    const name = [...path, keyText(key, tape)];
    if (one.type === 'table' && tape.rarely(6)) {
      for (const [last, leaf] of one.entries)
        lines.splice(0, 0, [...name, keyText(last, tape)].join('.').concat(' = ', inline(leaf, tape)));
    } else if (one.type === 'table') {
      if (tape.rarely(10)) lines.push('');
      lines.push(`[${name.join(tape.rarely(20) ? ' . ' : '.')}]`);
      write(one, name, lines, tape);
    } else if (one.type === 'list') {
      for (const item of one.items) {
        lines.push(`[[${name.join('.')}]]`);
        if (item.type === 'table') write(item, name, lines, tape);
      }
    }
  }
}
