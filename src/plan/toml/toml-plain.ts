/**
 * The short way for plain files. Nearly every bead file uses a small part of TOML: headers, bare keys, simple strings,
 * whole numbers, lists. That part is read here in one pass, ten times faster than by the full parser. On anything else
 * (an error included) it gives up without judgement, and the full parser decides.
 *
 * I1: what is accepted here gives exactly the tree that the full parser gives; a property test compares them.
 */
import { type GrowingTable, type Key, makeTable, PLAIN_DEPTH, PlainScanner } from './toml-scanner.ts';
import type { TomlArray, TomlTable, TomlValue } from './toml-tree.ts';

/** Reads a plain file; undefined when the full parser has to look at it. */
export function readPlain(text: string): TomlTable | undefined {
  if (UNUSUAL.test(text)) return undefined;
  return new PlainReader(text).read();
}

// Control characters, carriage returns, and everything outside the basic plane (where halves of characters could hide).
const UNUSUAL = /[\u0000-\u0008\u000b-\u001f\u007f\ud800-\udfff]/;

const NEWLINE = 10;
const HASH = 35;
const DOT = 46;
const OPEN = 91;
const CLOSE = 93;

interface GrowingArray extends TomlArray {
  readonly items: GrowingTable[];
}

/**
 * Owns: how each table came about, which decides what headers may do with it.
 * I2: every method returns undefined when it gives up.
 */
class PlainReader {
  readonly #scanner: PlainScanner;
  readonly #root: GrowingTable = makeTable(0, 0);
  /** Tables that only exist because a header below them named them: a header of their own may still come. */
  readonly #implied = new Set<TomlTable>();
  /** Tables that headers may go through: made by headers, not by values. */
  readonly #headed = new Map<TomlValue, GrowingTable>();
  readonly #arrays = new Map<TomlValue, GrowingArray>();

  constructor(text: string) {
    this.#scanner = new PlainScanner(text);
  }

  read(): TomlTable | undefined {
    const scanner = this.#scanner;
    let table: GrowingTable | undefined = this.#root;
    while (!scanner.isAtEnd) {
      scanner.skipSpace();
      const code = scanner.peek();
      if (code === NEWLINE) {
        scanner.next();
        continue;
      }
      if (code === OPEN) table = this.#header();
      else if (code !== HASH && !scanner.isAtEnd && !scanner.pair(table)) return undefined;
      if (table === undefined || !scanner.endLine()) return undefined;
    }
    return this.#root;
  }

  #header(): GrowingTable | undefined {
    const scanner = this.#scanner;
    scanner.next();
    const isArray = scanner.peek() === OPEN;
    if (isArray) scanner.next();
    let table: GrowingTable | undefined = this.#root;
    for (let depth = 0; depth < PLAIN_DEPTH; depth++) {
      scanner.skipSpace();
      const key = scanner.key();
      if (key === undefined || table === undefined) return undefined;
      scanner.skipSpace();
      const code = scanner.next();
      if (code === DOT) {
        table = this.#through(table, key);
      } else if (code === CLOSE) {
        if (!isArray) return this.#define(table, key);
        return scanner.next() === CLOSE ? this.#append(table, key) : undefined;
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
}
