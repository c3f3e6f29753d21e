/**
 * The short way for plain files. Nearly every bead file uses a small part of TOML: headers, bare keys, simple strings,
 * whole numbers, lists. That part is read here in one pass, ten times faster than by the full parser. On anything else
 * (an error included) it gives up without judgement, and the full parser decides.
 *
 * I1: what is accepted here gives exactly the tree that the full parser gives; a property test compares them.
 */
import type { TomlArray, TomlEntry, TomlTable, TomlValue } from './toml-tree.ts';

/** Reads a plain file; undefined when the full parser has to look at it. */
export function readPlain(text: string): TomlTable | undefined {
  if (UNUSUAL.test(text)) return undefined;
  return new PlainReader(text).read();
}

// Control characters, carriage returns, and everything outside the basic plane (where halves of characters could hide).
const UNUSUAL = /[\u0000-\u0008\u000b-\u001f\u007f\ud800-\udfff]/;
const DEEPEST = 6;

const TAB = 9;
const NEWLINE = 10;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const APOSTROPHE = 39;
const COMMA = 44;
const DOT = 46;
const EQUALS = 61;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

interface GrowingTable extends TomlTable {
  readonly entries: Map<string, TomlEntry>;
}
interface GrowingArray extends TomlArray {
  readonly items: GrowingTable[];
}
interface Key {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Owns: the position in the text, and how each table came about.
 * I1: every method returns false or undefined when it gives up, and the position then means nothing.
 */
class PlainReader {
  readonly #text: string;
  #at = 0;
  readonly #root: GrowingTable = makeTable(0, 0);
  /** Tables that only exist because a header below them named them: a header of their own may still come. */
  readonly #implied = new Set<TomlTable>();
  /** Tables that headers may go through: made by headers, not by values. */
  readonly #headed = new Map<TomlValue, GrowingTable>();
  readonly #arrays = new Map<TomlValue, GrowingArray>();

  constructor(text: string) {
    this.#text = text;
  }

  read(): TomlTable | undefined {
    const { length } = this.#text;
    let table: GrowingTable | undefined = this.#root;
    while (this.#at < length) {
      this.#skipSpace();
      const code = this.#text.charCodeAt(this.#at);
      if (code === NEWLINE) {
        this.#at++;
        continue;
      }
      if (code === OPEN) table = this.#header();
      else if (code !== HASH && this.#at < length && (table === undefined || !this.#pair(table)))
        return undefined;
      if (table === undefined || !this.#endLine()) return undefined;
    }
    return this.#root;
  }

  #header(): GrowingTable | undefined {
    const isArray = this.#text.charCodeAt(this.#at + 1) === OPEN;
    this.#at += isArray ? 2 : 1;
    let table: GrowingTable | undefined = this.#root;
    for (let depth = 0; depth < DEEPEST; depth++) {
      this.#skipSpace();
      const key = this.#key();
      if (key === undefined || table === undefined) return undefined;
      this.#skipSpace();
      const code = this.#text.charCodeAt(this.#at++);
      if (code === DOT) {
        table = this.#through(table, key);
      } else if (code === CLOSE) {
        if (!isArray) return this.#define(table, key);
        return this.#text.charCodeAt(this.#at++) === CLOSE ? this.#append(table, key) : undefined;
      } else {
        return undefined;
      }
    }
    return undefined;
  }

  #through(table: GrowingTable, key: Key): GrowingTable | undefined {
    const known = table.entries.get(key.name)?.value;
    if (known === undefined) {
      const made = this.#enter(table, key);
      this.#implied.add(made);
      return made;
    }
    const array = this.#arrays.get(known);
    return array === undefined ? this.#headed.get(known) : array.items[array.items.length - 1];
  }

  #define(table: GrowingTable, key: Key): GrowingTable | undefined {
    const known = table.entries.get(key.name)?.value;
    if (known === undefined) return this.#enter(table, key);
    const headed = this.#headed.get(known);
    return headed !== undefined && this.#implied.delete(headed) ? headed : undefined;
  }

  #append(table: GrowingTable, key: Key): GrowingTable | undefined {
    const known = table.entries.get(key.name)?.value;
    const array = known === undefined ? undefined : this.#arrays.get(known);
    if (known !== undefined && array === undefined) return undefined;
    const made = makeTable(key.start, key.end);
    if (array !== undefined) {
      array.items.push(made);
    } else {
      const value: GrowingArray = { type: 'array', items: [made], start: key.start, end: key.end };
      this.#arrays.set(value, value);
      table.entries.set(key.name, { key: key.name, start: key.start, end: key.end, value });
    }
    return made;
  }

  #enter(table: GrowingTable, { name, start, end }: Key): GrowingTable {
    const made = makeTable(start, end);
    this.#headed.set(made, made);
    table.entries.set(name, { key: name, start, end, value: made });
    return made;
  }

  #pair(table: GrowingTable, depth = 0): boolean {
    const key = this.#key();
    if (key === undefined || table.entries.has(key.name)) return false;
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== EQUALS) return false;
    this.#at++;
    this.#skipSpace();
    const value = this.#value(depth);
    if (value === undefined) return false;
    table.entries.set(key.name, { key: key.name, start: key.start, end: key.end, value });
    return true;
  }

  #key(): Key | undefined {
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
    if (code === OPEN) return depth < DEEPEST ? this.#list(depth + 1) : undefined;
    if (code === OPEN_BRACE) return depth < DEEPEST ? this.#inlineTable(depth + 1) : undefined;
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
    this.#skipSpace();
    for (let isFirst = true; this.#text.charCodeAt(this.#at) !== CLOSE_BRACE; isFirst = false) {
      if (!isFirst) {
        if (this.#text.charCodeAt(this.#at) !== COMMA) return undefined;
        this.#at++;
        this.#skipSpace();
      }
      if (!this.#pair(entries, depth)) return undefined;
      this.#skipSpace();
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

  #skipSpace(): void {
    let code = this.#text.charCodeAt(this.#at);
    while (code === SPACE || code === TAB) code = this.#text.charCodeAt(++this.#at);
  }

  #skipComment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #skipLines(): void {
    for (;;) {
      this.#skipSpace();
      const code = this.#text.charCodeAt(this.#at);
      if (code === HASH) this.#skipComment();
      else if (code === NEWLINE) this.#at++;
      else return;
    }
  }

  #endLine(): boolean {
    this.#skipSpace();
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

const makeTable = (start: number, end: number): GrowingTable => ({
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
