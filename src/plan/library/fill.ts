/** Puts values into the texts of a bead, before anything else looks at them. */
import type { VariableValue } from '../../core/plan.ts';
import type { Collector } from '../../diagnostic/collector.ts';
import { clipped, quote } from '../../diagnostic/neutralise.ts';
import type { BeadTable } from '../dialects/bead-schema.ts';
import type { Located } from '../dialects/schema.ts';
import { fillingProblem } from '../path.ts';
import { listed, similar } from '../similar.ts';
import {
  fillTemplate,
  literalTemplate,
  mayBeTemplate,
  parseTemplate,
  type Template,
} from '../templates/template.ts';
import { isBeyond, type Place, type Source } from '../toml/source.ts';
import { placesInString } from '../toml/string-place.ts';
import type { Scope } from '../variables/variable.ts';

/** What the texts of a bead may name: those of its own file the formula's variables, those of its library bead the inputs. */
export interface Scopes {
  /** Undefined: nothing was declared, and `{{` is text. */
  readonly formula: Scope | undefined;
  readonly library: Scope | undefined;
  /**
   * The bead is a template: what its own texts call the item. Its places stay as they are until there is an item; values that
   * are filled in before are masked, so that the later filling leaves them alone.
   */
  readonly item?: string | undefined;
}

const NOTHING: Scope = new Map();

/** What texts of a template call the position of the item. */
const INDEX = 'index';

/**
 * Fills texts of one file and of the library bead it uses.
 * I1: a text is filled with the values of the file it stands in. I2: what was filled in is never looked at again.
 */
export class Filler {
  readonly #scopes: Scopes;
  readonly #source: Source;
  readonly #collector: Collector;

  constructor(scopes: Scopes, source: Source, collector: Collector) {
    this.#scopes = scopes;
    this.#source = source;
    this.#collector = collector;
  }

  /** All texts of a bead that may hold values. */
  bead(table: BeadTable): BeadTable {
    const { formula, library, item: as } = this.#scopes;
    if (formula === undefined && library === undefined && as === undefined) return table;
    const { name, description, artifacts, task, acceptance, context, gate } = table;
    return {
      ...table,
      name: name && this.text(name),
      gate: gate?.value === undefined ? gate : { ...gate, value: this.#fill(gate.value, gate) },
      description: description && this.text(description),
      artifacts: artifacts && this.#artifacts(artifacts),
      task: task && {
        ...task,
        description: task.description && this.text(task.description),
        artifacts: task.artifacts && this.#artifacts(task.artifacts),
      },
      acceptance: acceptance && {
        ...acceptance,
        criteria: acceptance.criteria && {
          ...acceptance.criteria,
          items: acceptance.criteria.items.map((item) => ({ ...item, text: this.#fill(item.text, item) })),
        },
      },
      context:
        context &&
        new Map(
          [...context].map(([key, refs]) => [key, { ...refs, value: this.#list(refs.value) }] as const),
        ),
    };
  }

  /** One text with its values. */
  text<Text extends Located<string>>(text: Text): Text {
    const value = this.#fill(text.value, text);
    return value === text.value ? text : { ...text, value };
  }

  /** Whether every value that a text names is known. */
  isComplete(text: Located<string>): boolean {
    const scope = this.#scopeOf(text);
    return parseTemplate(text.value).pieces.every(
      (piece) => piece.type === 'text' || scope === undefined || valueIn(scope, piece.path) !== undefined,
    );
  }

  #list<Items extends { readonly items: readonly Located<string>[] }>(list: Items): Items {
    return { ...list, items: list.items.map((item) => this.text(item)) };
  }

  #artifacts<Items extends { readonly items: readonly Located<string>[] }>(list: Items): Items {
    return { ...list, items: list.items.map((item) => this.#artifact(item)) };
  }

  #artifact<Text extends Located<string>>(text: Text): Text {
    const filled = this.text(text);
    if (filled === text) return text;
    const values = parseTemplate(text.value).pieces.flatMap((piece) =>
      piece.type === 'text' ? [] : [String(this.#valueOf(piece.path, text) ?? '')],
    );
    const problem = fillingProblem(text.value, filled.value, values);
    if (problem !== undefined)
      this.#collector.report('template/makes-pattern', `artifact ${quote(text.value)}: ${problem}`, {
        span: this.#source.span(text),
        hints: ['a pattern is written into the artifact itself'],
      });
    return filled;
  }

  /** Undefined: the item's, or not known so far. */
  #valueOf(path: readonly string[], place: Place): VariableValue | undefined {
    const scope = this.#scopeOf(place);
    return scope === undefined || this.#isOfItem(path, place) ? undefined : valueIn(scope, path);
  }

  #isOfItem(path: readonly string[], place: Place): boolean {
    const { item } = this.#scopes;
    if (item === undefined || isBeyond(place)) return false;
    return path[0] === item || (path.length === 1 && path[0] === INDEX);
  }

  #scopeOf(place: Place): Scope | undefined {
    const { formula, library, item } = this.#scopes;
    if (isBeyond(place)) return library;
    return item === undefined ? formula : (formula ?? NOTHING);
  }

  #fill(text: string, place: Place): string {
    const scope = this.#scopeOf(place);
    const { item } = this.#scopes;
    const masked = (filled: string): string => (item === undefined ? filled : literalTemplate(filled));
    if (scope === undefined || !mayBeTemplate(text)) return masked(text);
    const template = parseTemplate(text);
    this.#report(template, scope, place);
    if (item === undefined || isBeyond(place))
      return masked(fillTemplate(template, (path) => valueIn(scope, path)));
    return template.pieces
      .map((piece) => {
        const value = piece.type === 'text' ? piece.text : this.#valueOf(piece.path, place);
        return piece.type === 'value' && value === undefined
          ? text.slice(piece.start, piece.end)
          : masked(String(value));
      })
      .join('');
  }

  #report({ text, pieces, problems }: Template, scope: Scope, place: Place): void {
    const placeOf = placesInString(this.#source, place);
    const spanOf = (part: Place) => this.#source.span(placeOf(part));
    const literal = 'a literal `{{` is written `\\{{` (in a string with escapes: `\\\\{{`)';
    for (const { problem, start, end } of problems) {
      const message =
        problem === 'unclosed'
          ? '`{{` is not closed by `}}`'
          : `\`${clipped(text.slice(start, end))}\` names nothing: a name has letters, digits, \`_\` and \`-\``;
      this.#collector.report('template/malformed', message, {
        span: spanOf({ start, end }),
        hints: [literal],
      });
    }
    const { item } = this.#scopes;
    const known = item === undefined || isBeyond(place) ? [...scope.keys()] : [item, INDEX, ...scope.keys()];
    const what = isBeyond(place) ? 'input of the library bead' : 'variable of the formula';
    for (const piece of pieces) {
      if (piece.type === 'text' || isKnown(scope, piece.path)) continue;
      if (this.#isOfItem(piece.path, place)) continue;
      const name = piece.path.join('.');
      const near = similar(name, known, this.#collector.patience);
      this.#collector.report('template/unknown-name', `\`{{${clipped(name)}}}\` names no ${what}`, {
        span: spanOf(piece),
        hints: [
          near !== undefined
            ? `did you mean \`{{${near}}}\`?`
            : known.length === 0
              ? 'there is none'
              : `known here: ${listed(known)}`,
          literal,
        ],
      });
    }
  }
}

const isKnown = (scope: Scope, path: readonly string[]): boolean =>
  path.length === 1 && scope.has(path[0] ?? '');

const valueIn = (scope: Scope, path: readonly string[]): VariableValue | undefined =>
  path.length === 1 ? scope.get(path[0] ?? '') : undefined;
