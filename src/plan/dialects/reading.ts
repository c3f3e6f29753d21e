import type { Code } from '../../diagnostic/codes.ts';
import type { Collector } from '../../diagnostic/collector.ts';
import type { Place, Source } from '../toml/source.ts';
import type { TomlValue } from '../toml/toml-tree.ts';

/**
 * The state of reading one file against a schema.
 * Owns: the path of keys down to the value that is being read. Does not own: the diagnostics.
 * I1: every `enter` is matched by a `leave`, so the path is empty between two reads.
 */
export class Reading {
  readonly source: Source;
  readonly collector: Collector;
  readonly strict: boolean;
  readonly #path: (string | number)[] = [];

  constructor(source: Source, collector: Collector, strict: boolean) {
    this.source = source;
    this.collector = collector;
    this.strict = strict;
  }

  /** Steps into the value of a key, or into an item of a list by its position. */
  enter(key: string | number): void {
    this.#path.push(key);
  }

  leave(): void {
    this.#path.pop();
  }

  /** The dotted name of the value that is being read, or of a key in it. */
  path(key?: string): string {
    const path = key === undefined ? this.#path : [...this.#path, key];
    return path.reduce<string>((text, part) => {
      if (typeof part === 'number') return `${text}[${part}]`;
      return text === '' ? part : `${text}.${part}`;
    }, '');
  }

  report(code: Code, message: string, place: Place, hints: readonly string[] = []): void {
    this.collector.report(code, message, { span: this.source.span(place), hints });
  }

  /** Reports that `value` is not `expected` (with its article: "a string"). */
  wrongType(value: TomlValue, expected: string, hints: readonly string[] = []): void {
    this.report(
      'schema/wrong-type',
      `\`${this.path()}\` must be ${expected}, not ${describe(value)}`,
      value,
      hints,
    );
  }
}

/** A value in words, with its article. */
export function describe(value: TomlValue): string {
  switch (value.type) {
    case 'string':
      return 'a string';
    case 'integer':
      return 'a number';
    case 'float':
      return Number.isFinite(value.value) ? 'a fraction' : Number.isNaN(value.value) ? 'nan' : 'infinity';
    case 'boolean':
      return 'a boolean';
    case 'date':
      return 'a date';
    case 'array':
      return 'a list';
    case 'table':
      return 'a table';
  }
}
