/** Puts values into the texts of a bead, before anything else looks at them. */
import type { VariableValue } from '../../core/plan.ts';
import type { Collector } from '../../diagnostic/collector.ts';
import type { BeadTable } from '../dialects/bead-schema.ts';
import type { Located } from '../dialects/schema.ts';
import { similar } from '../similar.ts';
import { fillTemplate, mayBeTemplate, parseTemplate, type Template } from '../templates/template.ts';
import { isBeyond, type Place, type Source } from '../toml/source.ts';
import { placeInString } from '../toml/string-place.ts';
import type { Scope } from '../variables/variable.ts';

/** What the texts of a bead may name: those of its own file the formula's variables, those of its library bead the inputs. */
export interface Scopes {
  /** Undefined: nothing was declared, and `{{` is text. */
  readonly formula: Scope | undefined;
  readonly library: Scope | undefined;
}

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
    if (this.#scopes.formula === undefined && this.#scopes.library === undefined) return table;
    const { name, description, artifacts, task, acceptance, context } = table;
    return {
      ...table,
      name: name && this.text(name),
      description: description && this.text(description),
      artifacts: artifacts && this.#list(artifacts),
      task: task && {
        ...task,
        description: task.description && this.text(task.description),
        artifacts: task.artifacts && this.#list(task.artifacts),
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

  #scopeOf(place: Place): Scope | undefined {
    return isBeyond(place) ? this.#scopes.library : this.#scopes.formula;
  }

  #fill(text: string, place: Place): string {
    const scope = this.#scopeOf(place);
    if (scope === undefined || !mayBeTemplate(text)) return text;
    const template = parseTemplate(text);
    this.#report(template, scope, place);
    return fillTemplate(template, (path) => valueIn(scope, path));
  }

  #report({ text, pieces, problems }: Template, scope: Scope, place: Place): void {
    const spanOf = ({ start, end }: Place) =>
      this.#source.span(placeInString(this.#source, place, start, end));
    const literal = 'a literal `{{` is written `\\{{` (in a string with escapes: `\\\\{{`)';
    for (const { problem, start, end } of problems) {
      const message =
        problem === 'unclosed'
          ? '`{{` is not closed by `}}`'
          : `\`${text.slice(start, end)}\` names nothing: a name has letters, digits, \`_\` and \`-\``;
      this.#collector.report('template/malformed', message, {
        span: spanOf({ start, end }),
        hints: [literal],
      });
    }
    const what = isBeyond(place) ? 'input of the library bead' : 'variable of the formula';
    for (const piece of pieces) {
      if (piece.type === 'text' || isKnown(scope, piece.path)) continue;
      const name = piece.path.join('.');
      const near = similar(name, scope.keys());
      this.#collector.report('template/unknown-name', `\`{{${name}}}\` names no ${what}`, {
        span: spanOf(piece),
        hints: [
          near !== undefined
            ? `did you mean \`{{${near}}}\`?`
            : scope.size === 0
              ? 'there is none'
              : `known here: ${[...scope.keys()].join(', ')}`,
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
