/** What a bead file leaves to others: the keys of a library bead, and the values of texts. */
import type { VariableValue } from '../../core/plan.ts';
import type { Collector } from '../../diagnostic/collector.ts';
import type { BeadTable } from '../dialects/bead-schema.ts';
import { Source } from '../toml/source.ts';
import { bindInputs, type GivenInput } from '../variables/binding.ts';
import type { Scope } from '../variables/variable.ts';
import { Filler } from './fill.ts';
import type { Library, LibraryBead } from './library.ts';
import { merged } from './merge.ts';

/** A bead with nothing left to others. */
export interface CompleteBead {
  readonly table: BeadTable;
  /** Gives positions in the bead's own file and in that of its library bead. */
  readonly source: Source;
  /** Values of the library bead's inputs; undefined when it uses none or that declares none. */
  readonly inputs: Readonly<Record<string, VariableValue>> | undefined;
}

/** Completes the beads of one formula. */
export class Completion {
  readonly #variables: Scope | undefined;
  readonly #library: Library;
  readonly #collector: Collector;

  constructor(variables: Scope | undefined, library: Library, collector: Collector) {
    this.#variables = variables;
    this.#library = library;
    this.#collector = collector;
  }

  /** Undefined when something is wrong, which was reported. */
  complete(own: BeadTable, source: Source): CompleteBead | undefined {
    const { use, table } = own;
    if (table.entries.has('use')) {
      const library = use && this.#library.find(use, source);
      return use && library && this.#withLibrary(own, source, library);
    }
    const given = table.entries.get('with');
    if (given !== undefined) {
      this.#collector.report('schema/bad-value', '`bead.with` gives inputs to no library bead', {
        span: source.span(given),
        hints: ['name one: use = "…"'],
      });
    }
    const scopes = { formula: this.#variables, library: undefined, item: own.for_each?.as };
    const filler = new Filler(scopes, source, this.#collector);
    return { table: filler.bead(own), source, inputs: undefined };
  }

  #withLibrary(own: BeadTable, source: Source, library: LibraryBead): CompleteBead | undefined {
    const both = new Source(source.file, source.text, library.source);
    const formula = this.#variables;
    const given = this.#given(own, source);
    const place = own.table.entries.get('with') ?? own.table.entries.get('use') ?? own.table;
    const request = { given, place, source: both };
    const inputs = bindInputs(library.inputs ?? new Map(), request, this.#collector);
    if (inputs === undefined) return undefined;
    const table = merged(own, library.table);
    const declared = library.inputs === undefined ? undefined : inputs;
    const scopes = { formula, library: declared, item: table.for_each?.as };
    const filler = new Filler(scopes, both, this.#collector);
    return {
      table: filler.bead(table),
      source: both,
      inputs: scopes.library && valuesOf(scopes.library),
    };
  }

  /** `with`, whose strings may name variables of the formula. */
  #given(own: BeadTable, source: Source): ReadonlyMap<string, GivenInput> {
    const filler = new Filler({ formula: this.#variables, library: undefined }, source, this.#collector);
    return new Map(
      [...(own.with ?? [])].map(([name, { key, value: written }]): readonly [string, GivenInput] => {
        const { value, start, end } = written;
        const place = { start, end };
        if (typeof value !== 'string') return [name, { key, place, value, isText: false }];
        const text = { value, start, end };
        const filled = filler.text(text);
        const isText = filled !== text;
        return [name, { key, place, value: filler.isComplete(text) ? filled.value : undefined, isText }];
      }),
    );
  }
}

/** The values that are known, as plans hold them. */
export const valuesOf = (scope: Scope): Readonly<Record<string, VariableValue>> =>
  Object.fromEntries([...scope].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
