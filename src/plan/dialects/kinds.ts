/** The kinds of single values that our files are made of. */
import { quote } from '../../diagnostic/neutralise.ts';
import { similar } from '../similar.ts';
import type { TomlString } from '../toml/toml-tree.ts';
import { environmentName, isValueName, VALUE_NAME, VALUE_NAME_RULE } from '../variables/environment.ts';
import type { Kind, Located } from './schema.ts';

/** Any string. */
export const text: Kind<TomlString> = {
  json: { type: 'string' },
  read(value, reading) {
    if (value.type === 'string') return value;
    const hints = value.type === 'integer' || value.type === 'float' ? ['put it in quotes'] : [];
    reading.wrongType(value, 'a string', hints);
    return undefined;
  },
};

/** A string with something visible in it. */
export const visibleText: Kind<TomlString> = {
  json: { type: 'string', pattern: '\\S' },
  read(value, reading) {
    const read = text.read(value, reading);
    if (read !== undefined && read.value.trim() === '') {
      reading.report('schema/bad-value', `\`${reading.path()}\` must not be empty`, read);
      return undefined;
    }
    return read;
  },
};

/** A string that can be handed to a program. */
export const withoutNul: Kind<TomlString> = {
  json: { type: 'string' },
  read(value, reading) {
    const read = text.read(value, reading);
    if (read === undefined || !read.value.includes('\0')) return read;
    reading.report('schema/bad-value', `\`${reading.path()}\` contains a NUL character`, value);
    return undefined;
  },
};

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A name as programming languages have them. */
export const name: Kind<TomlString> = {
  json: { type: 'string', pattern: NAME.source },
  read(value, reading) {
    const read = text.read(value, reading);
    if (read === undefined || (read.value.length <= 128 && NAME.test(read.value))) return read;
    reading.report(
      'schema/bad-value',
      `\`${reading.path()}\` must be a name of letters, digits and \`_\`, not ${quote(read.value)}`,
      read,
    );
    return undefined;
  },
};

/** A name that programs can be told (`GASTOWN_VAR_NAME`). */
export const valueName: Kind<TomlString> = {
  json: { type: 'string', pattern: VALUE_NAME },
  read(value, reading) {
    const read = text.read(value, reading);
    if (read === undefined || isValueName(read.value)) return read;
    reading.report('schema/bad-value', `\`${reading.path()}\` must be ${VALUE_NAME_RULE}`, read);
    return undefined;
  },
};

/** One of a few words; a wrong one is reported with the nearest. */
export function word<const Word extends string>(...words: readonly Word[]): Kind<Located<Word>> {
  return {
    json: { enum: words },
    read(value, reading) {
      const read = text.read(value, reading);
      if (read === undefined) return undefined;
      const known = words.find((candidate) => candidate === read.value);
      if (known !== undefined) return { value: known, start: read.start, end: read.end };
      const near = similar(read.value, words);
      reading.report(
        'schema/bad-value',
        `\`${reading.path()}\` is ${quote(read.value)}, but must be one of: ${words.join(', ')}`,
        read,
        near === undefined ? [] : [`did you mean "${near}"?`],
      );
      return undefined;
    },
  };
}

interface Bounds {
  readonly least: number;
  readonly most?: number;
}

/** A whole number within bounds. */
export function integer({ least, most = Number.MAX_SAFE_INTEGER }: Bounds): Kind<Located<number>> {
  return {
    json: { type: 'integer', minimum: least, ...(most === Number.MAX_SAFE_INTEGER ? {} : { maximum: most }) },
    read(value, reading) {
      if (value.type !== 'integer') {
        reading.wrongType(value, 'a whole number');
        return undefined;
      }
      if (value.value >= least && value.value <= most) return value;
      const bounds = value.value < least ? `at least ${least}` : `at most ${most}`;
      reading.report('schema/bad-value', `\`${reading.path()}\` must be ${bounds}`, value);
      return undefined;
    },
  };
}

/** `true` or `false`. */
export const boolean: Kind<Located<boolean>> = {
  json: { type: 'boolean' },
  read(value, reading) {
    if (value.type === 'boolean') return value;
    reading.wrongType(value, 'true or false');
    return undefined;
  },
};

const LONGEST_MS = 365 * 24 * 3_600_000;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;

/** A string such as "30s", "90m", "1h30m", "24h"; read as milliseconds. */
export const duration: Kind<Located<number>> = {
  json: { type: 'string', pattern: DURATION.source },
  read(value, reading) {
    if (value.type !== 'string') {
      reading.wrongType(value, 'a duration such as "30s", "90m" or "24h"');
      return undefined;
    }
    if (value.value.length > 64 || !DURATION.test(value.value)) {
      reading.report(
        'schema/bad-value',
        `\`${reading.path()}\` is no duration: ${quote(value.value)}`,
        value,
        ['write a number with its unit: "30s", "90m", "1h30m", "24h"'],
      );
      return undefined;
    }
    return withinDuration(millisecondsOf(value.value), value, reading);
  },
};

/** Milliseconds of a text such as "1h30m"; undefined when it is no duration, or longer than one may be. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 64 || !DURATION.test(text)) return undefined;
  const total = millisecondsOf(text);
  return total > LONGEST_MS ? undefined : total;
}

function millisecondsOf(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN);
  }
  return Math.round(total);
}

/** A number of minutes, fractions allowed; read as milliseconds. */
export const minutes: Kind<Located<number>> = {
  json: { type: 'number', exclusiveMinimum: 0 },
  read(value, reading) {
    if ((value.type !== 'integer' && value.type !== 'float') || !Number.isFinite(value.value)) {
      reading.wrongType(value, 'a number of minutes');
      return undefined;
    }
    return withinDuration(Math.round(value.value * 60_000), value, reading);
  },
};

const withinDuration: (
  ms: number,
  value: { start: number; end: number },
  reading: Parameters<Kind<unknown>['read']>[1],
) => Located<number> | undefined = (ms, value, reading) => {
  if (ms > 0 && ms <= LONGEST_MS) return { value: ms, start: value.start, end: value.end };
  reading.report(
    'schema/bad-value',
    `\`${reading.path()}\` must be more than nothing and at most 365 days`,
    value,
  );
  return undefined;
};

/** 64 KiB of UTF-8: what every system lets through as one argument. */
const LONGEST_COMMAND = 64 * 1024;

/** A shell command: not empty, of bounded length, without templates and NUL. */
export const command: Kind<TomlString> = {
  json: { type: 'string', pattern: '\\S', description: 'A POSIX shell command.' },
  read(value, reading) {
    const read = visibleText.read(value, reading);
    if (read === undefined) return undefined;
    if (utf8Length(read.value) > LONGEST_COMMAND) {
      reading.report('schema/command-too-long', `\`${reading.path()}\` is longer than 64 KiB`, read, [
        'put the text into a script and call that',
      ]);
      return undefined;
    }
    const template = read.value.indexOf('{{');
    if (template !== -1) {
      reading.report(
        'schema/template-in-command',
        `\`${reading.path()}\` contains a template: \`{{\``,
        read,
        [`values are in the environment: "$${variableIn(read.value.slice(template))}"`],
      );
      return undefined;
    }
    if (read.value.includes('\0')) {
      reading.report('schema/bad-value', `\`${reading.path()}\` contains a NUL character`, read);
      return undefined;
    }
    return read;
  },
};

/** The environment variable to use instead of a template. */
function variableIn(template: string): string {
  const name = /^\{\{\s*([A-Za-z_][A-Za-z0-9_-]*)\s*\}\}/.exec(template)?.[1];
  return environmentName(name ?? 'NAME');
}

function utf8Length(value: string): number {
  if (value.length * 3 <= LONGEST_COMMAND) return value.length;
  let length = 0;
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
