/** Scans keys and values of plain TOML; see `toml-plain.ts` for what that is and why. */
import type { TomlEntry, TomlTable, TomlValue } from './toml-tree.ts';

/** Levels of nesting; deeper values are left to the full parser. */
export const PLAIN_DEPTH = 6;

const TAB = 9;
const NEWLINE = 10;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const APOSTROPHE = 39;
const COMMA = 44;
const EQUALS = 61;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

export interface GrowingTable extends TomlTable {
  readonly entries: Map<string, TomlEntry>;
}
export interface Key {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Owns: the position in the text.
 * I1: every method returns false or undefined when it gives up, and the position then means nothing.
 */
export class PlainScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The code of the next character; NaN at the end. */
  peek(): number {
    return this.#text.charCodeAt(this.#at);
  }

  /** The code of the next character, which is passed. */
  next(): number {
    return this.#text.charCodeAt(this.#at++);
  }

  /** Reads `key = value` into a table. */
  pair(table: GrowingTable, depth = 0): boolean {
    const key = this.key();
    if (key === undefined || table.entries.has(key.name)) return false;
    this.skipSpace();
    if (this.#text.charCodeAt(this.#at) !== EQUALS) return false;
    this.#at++;
    this.skipSpace();
    const value = this.#value(depth);
    if (value === undefined) return false;
    table.entries.set(key.name, { key: key.name, start: key.start, end: key.end, value });
    return true;
  }

  /** Reads one part of a key. */
  key(): Key | undefined {
    const start = this.#at;
    if (this.#text.charCodeAt(start) === QUOTE) {
      const name = this.#basicString();
      return name === undefined || name === '' ? undefined : { name, start, end: this.#at };
    }
    while (isBare(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#at === start ? undefined : { name: this.#text.slice(start, this.#at), start, end: this.#at };
  }

  #value(depth: number): TomlValue | undefined {
    const start = this.#at;
    const code = this.#text.charCodeAt(start);
    if (code === QUOTE) {
      const isMultiline = this.#text.startsWith('"""', start);
      const value = isMultiline ? this.#multilineString() : this.#basicString();
      return value === undefined ? undefined : { type: 'string', value, start, end: this.#at };
    }
    if (code === APOSTROPHE) return this.#literalString();
    if (code === OPEN) return depth < PLAIN_DEPTH ? this.#list(depth + 1) : undefined;
    if (code === OPEN_BRACE) return depth < PLAIN_DEPTH ? this.#inlineTable(depth + 1) : undefined;
    return this.#word();
  }

  #basicString(): string | undefined {
    const start = ++this.#at;
    const { length } = this.#text;
    let made = '';
    let copied = start;
    for (; this.#at < length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === QUOTE) {
        const tail = this.#text.slice(copied, this.#at);
        this.#at++;
        return made === '' ? tail : made + tail;
      }
      if (code === NEWLINE) return undefined;
      if (code === BACKSLASH) {
        const escaped = ESCAPES.get(this.#text.charAt(this.#at + 1));
        if (escaped === undefined) return undefined;
        made += this.#text.slice(copied, this.#at) + escaped;
        this.#at++;
        copied = this.#at + 1;
      }
    }
    return undefined;
  }

  #multilineString(): string | undefined {
    const text = this.#text;
    const end = text.indexOf('"""', this.#at + 3);
    // A fourth quote belongs to the string.
    if (end === -1 || text.charCodeAt(end + 3) === QUOTE) return undefined;
    const start = this.#at + (text.charCodeAt(this.#at + 3) === NEWLINE ? 4 : 3);
    this.#at = end + 3;
    const value = text.slice(start, end);
    return value.includes('\\') ? undefined : value;
  }

  #literalString(): TomlValue | undefined {
    const start = this.#at;
    if (this.#text.startsWith("''", start)) return undefined;
    const end = this.#text.indexOf("'", start + 1);
    const value = this.#text.slice(start + 1, end);
    if (end === -1 || value.includes('\n')) return undefined;
    this.#at = end + 1;
    return { type: 'string', value, start, end: this.#at };
  }

  #list(depth: number): TomlValue | undefined {
    const start = this.#at++;
    const items: TomlValue[] = [];
    for (;;) {
      this.#skipLines();
      if (this.#text.charCodeAt(this.#at) === CLOSE) break;
      const item = this.#value(depth);
      if (item === undefined) return undefined;
      items.push(item);
      this.#skipLines();
      const code = this.#text.charCodeAt(this.#at);
      if (code === COMMA) this.#at++;
      else if (code !== CLOSE) return undefined;
    }
    this.#at++;
    return { type: 'array', items, start, end: this.#at };
  }

  #inlineTable(depth: number): TomlValue | undefined {
    const start = this.#at++;
    const entries = makeTable(0, 0);
    this.skipSpace();
    for (let isFirst = true; this.#text.charCodeAt(this.#at) !== CLOSE_BRACE; isFirst = false) {
      if (!isFirst) {
        if (this.#text.charCodeAt(this.#at) !== COMMA) return undefined;
        this.#at++;
        this.skipSpace();
      }
      if (!this.pair(entries, depth)) return undefined;
      this.skipSpace();
    }
    this.#at++;
    return { type: 'table', entries: entries.entries, start, end: this.#at };
  }

  /** true, false and whole numbers; fractions, signs, dates and the like are left to the full parser. */
  #word(): TomlValue | undefined {
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0];
    if (word === undefined) return undefined;
    const start = this.#at;
    this.#at += word.length;
    const end = this.#at;
    if (word === 'true' || word === 'false') return { type: 'boolean', value: word === 'true', start, end };
    return { type: 'integer', value: Number(word), start, end };
  }

  /** Passes spaces and tabs. */
  skipSpace(): void {
    let code = this.#text.charCodeAt(this.#at);
    while (code === SPACE || code === TAB) code = this.#text.charCodeAt(++this.#at);
  }

  #skipComment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #skipLines(): void {
    for (;;) {
      this.skipSpace();
      const code = this.#text.charCodeAt(this.#at);
      if (code === HASH) this.#skipComment();
      else if (code === NEWLINE) this.#at++;
      else return;
    }
  }

  /** Passes a comment and the end of the line; false when something else is left. */
  endLine(): boolean {
    this.skipSpace();
    if (this.#text.charCodeAt(this.#at) === HASH) this.#skipComment();
    if (this.#at >= this.#text.length) return true;
    return this.#text.charCodeAt(this.#at++) === NEWLINE;
  }
}

const WORD = /(?:true|false|0|[1-9][0-9]{0,14})(?=[ \t\n,\]}#]|$)/y;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['n', '\n'],
  ['t', '\t'],
]);

/** An empty table. */
export const makeTable = (start: number, end: number): GrowingTable => ({
  type: 'table',
  entries: new Map(),
  start,
  end,
});

const isBare = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  code === 95 ||
  code === 45;
