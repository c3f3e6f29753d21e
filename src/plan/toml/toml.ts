/**
 * The one reader of TOML: text in, a light tree of values with places out. The parser's own tree is dropped at once
 * (it holds every token and would cost hundreds of megabytes for ten thousand files).
 */
import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import { invariant } from '../../core/invariant.ts';
import type { Collector } from '../../diagnostic/collector.ts';
import type { Source } from './source.ts';
import { explainSyntaxError, isBadEscape, type SyntaxProblem } from './toml-errors.ts';
import { readPlain } from './toml-plain.ts';
import { type Repair, repairEscapes } from './toml-repair.ts';
import type { TomlArray, TomlEntry, TomlTable, TomlValue } from './toml-tree.ts';

const DEEPEST = 64;

class TooDeep extends Error {}

interface GrowingTable extends TomlTable {
  readonly entries: Map<string, TomlEntry>;
}

/** Reads a file; syntax errors are reported and give undefined. */
export function readToml(source: Source, collector: Collector): TomlTable | undefined {
  return readPlain(source.text) ?? readFully(source, collector);
}

/** {@link readToml} without the short way. */
export function readFully(source: Source, collector: Collector): TomlTable | undefined {
  const strict = parse(source.text);
  if (strict.type === 'parsed') return build(strict.program, undefined, source, collector);
  if (strict.type === 'failed' && isBadEscape(strict.problem)) {
    const repair = repairEscapes(source.text);
    if (repair !== undefined) return readRepaired(repair, source, collector);
  }
  reportFailure(strict, undefined, source, collector);
  return undefined;
}

function readRepaired(repair: Repair, source: Source, collector: Collector): TomlTable | undefined {
  const again = parse(repair.text);
  if (again.type !== 'parsed') {
    reportFailure(again, repair, source, collector);
    return undefined;
  }
  const count = repair.count === 1 ? 'an escape sequence' : `${repair.count} escape sequences`;
  collector.report(
    'toml/repaired-escape',
    `${count} that TOML does not know ${repair.count === 1 ? 'was' : 'were'} understood`,
    {
      span: source.span(repair.first),
      hints: ['write the character itself, or \\uXXXX'],
    },
  );
  return build(again.program, repair, source, collector);
}

type Parsed =
  | { readonly type: 'parsed'; readonly program: AST.TOMLProgram }
  | { readonly type: 'failed'; readonly problem: SyntaxProblem }
  | { readonly type: 'too-deep' };

function parse(text: string): Parsed {
  try {
    return { type: 'parsed', program: parseTOML(text, { tomlVersion: '1.0' }) };
  } catch (error) {
    if (error instanceof ParseError)
      return { type: 'failed', problem: { message: error.message, offset: error.index } };
    // The parser recurses per level of nesting; the stack is its only limit.
    if (error instanceof RangeError) return { type: 'too-deep' };
    throw error;
  }
}

function reportFailure(
  failure: Exclude<Parsed, { type: 'parsed' }>,
  repair: Repair | undefined,
  source: Source,
  collector: Collector,
): void {
  if (failure.type === 'too-deep') {
    collector.report('toml/too-deep', 'values are nested too deeply to be read', {
      span: source.span({ start: 0, end: 0 }),
    });
    return;
  }
  const offset = repair?.original(failure.problem.offset) ?? failure.problem.offset;
  const { message, place } = explainSyntaxError({ message: failure.problem.message, offset }, source.text);
  collector.report('toml/syntax', message, { span: source.span(place) });
}

function build(
  program: AST.TOMLProgram,
  repair: Repair | undefined,
  source: Source,
  collector: Collector,
): TomlTable | undefined {
  try {
    return new TreeBuilder(repair?.text ?? source.text, repair).root(program);
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    collector.report('toml/too-deep', `values are nested more than ${DEEPEST} levels deep`, {
      span: source.span({ start: 0, end: 0 }),
    });
    return undefined;
  }
}

/** Copies the parser's tree. Duplicate keys and redefined tables were already refused by the parser. */
class TreeBuilder {
  readonly #text: string;
  readonly #repair: Repair | undefined;

  /** `text` is what was parsed: the repaired one after a repair. */
  constructor(text: string, repair: Repair | undefined) {
    this.#text = text;
    this.#repair = repair;
  }

  root(program: AST.TOMLProgram): TomlTable {
    const root = emptyTable(0, 0);
    for (const item of program.body[0].body) {
      if (item.type === 'TOMLKeyValue') this.#keyValue(root, item, 0);
      else this.#section(root, item);
    }
    return root;
  }

  #section(root: GrowingTable, node: AST.TOMLTable): void {
    const { keys } = node.key;
    if (keys.length > DEEPEST) throw new TooDeep();
    let table = root;
    keys.forEach((key, depth) => {
      const isLast = depth === keys.length - 1;
      table = this.#enter(table, key, isLast && node.kind === 'array');
    });
    for (const item of node.body) this.#keyValue(table, item, keys.length);
  }

  #keyValue(table: GrowingTable, node: AST.TOMLKeyValue, depth: number): void {
    const { keys } = node.key;
    if (depth + keys.length > DEEPEST) throw new TooDeep();
    let target = table;
    for (let index = 0; index < keys.length - 1; index++) {
      const key = keys[index];
      invariant(key !== undefined, 'key part');
      target = this.#enter(target, key, false);
    }
    const last = keys[keys.length - 1];
    invariant(last !== undefined, 'a key has parts');
    const name = keyName(last);
    const [start, end] = this.#range(last.range);
    target.entries.set(name, { key: name, start, end, value: this.#value(node.value, depth + keys.length) });
  }

  /** The table under `key`, made when it is not there yet; with `append`, a new one at the end of an array of tables. */
  #enter(table: GrowingTable, key: AST.TOMLBare | AST.TOMLQuoted, append: boolean): GrowingTable {
    const name = keyName(key);
    const known = table.entries.get(name);
    if (known !== undefined && !append) {
      const inner =
        known.value.type === 'array' ? known.value.items[known.value.items.length - 1] : known.value;
      invariant(inner?.type === 'table', 'the parser lets only tables be extended');
      return growing(inner);
    }
    const [start, end] = this.#range(key.range);
    const made = emptyTable(start, end);
    if (known !== undefined && known.value.type === 'array') {
      growingArray(known.value).push(made);
    } else {
      const value: TomlValue = append ? { type: 'array', items: [made], start, end } : made;
      table.entries.set(name, { key: name, start, end, value });
    }
    return made;
  }

  #value(node: AST.TOMLContentNode, depth: number): TomlValue {
    if (depth > DEEPEST) throw new TooDeep();
    const [start, end] = this.#range(node.range);
    if (node.type === 'TOMLArray') {
      return {
        type: 'array',
        items: node.elements.map((element) => this.#value(element, depth + 1)),
        start,
        end,
      };
    }
    if (node.type === 'TOMLInlineTable') {
      const table = emptyTable(start, end);
      for (const item of node.body) this.#keyValue(table, item, depth);
      return table;
    }
    switch (node.kind) {
      case 'string':
        return { type: 'string', value: this.#string(node), start, end };
      case 'integer':
      case 'float':
        return { type: node.kind, value: node.value, start, end };
      case 'boolean':
        return { type: 'boolean', value: node.value, start, end };
      default:
        return { type: 'date', value: node.datetime, start, end };
    }
  }

  /**
   * The parser glues strings together character by character; such ropes cost ten times their text in memory and are
   * slow to read. Where nothing was escaped, a slice of the file is the same string.
   */
  #string(node: AST.TOMLStringValue): string {
    const quotes = node.multiline ? 3 : 1;
    const end = node.range[1] - quotes;
    const start = end - node.value.length;
    // Equal length from the closing quotes back to the opening ones (or the newline after them): no escape in between.
    const lead = start - node.range[0];
    if (lead !== quotes && !(node.multiline && lead > quotes && this.#text.charAt(start - 1) === '\n'))
      return node.value;
    const slice = this.#text.slice(start, end);
    return slice.includes('\\') || slice.includes('\r') ? node.value : slice;
  }

  #range(range: readonly [number, number]): readonly [number, number] {
    const repair = this.#repair;
    return repair === undefined ? range : [repair.original(range[0]), repair.original(range[1])];
  }
}

const emptyTable = (start: number, end: number): GrowingTable => ({
  type: 'table',
  entries: new Map(),
  start,
  end,
});

// Every table and array of this tree is made above, and is frozen only by its readers' types.
const growing = (table: TomlTable): GrowingTable => table as GrowingTable;
const growingArray = (array: TomlArray): TomlValue[] => array.items as TomlValue[];

const keyName = (key: AST.TOMLBare | AST.TOMLQuoted): string =>
  key.type === 'TOMLBare' ? key.name : key.value;
