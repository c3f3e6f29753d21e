/**
 * Texts with places for values: `{{name}}`, `{{item.key}}`; `\{{` is a literal `{{`. A template is parsed once and
 * filled as often as needed. Filling joins pieces: a value is data and is never looked at for further templates.
 */
import type { VariableValue } from '../../core/plan.ts';

/** A part of a template; `start` and `end` are offsets in its text. */
export type Piece =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'value';
      readonly path: readonly string[];
      readonly start: number;
      readonly end: number;
    };

/** What is no template although it begins with `{{`; it stays text. */
export interface TemplateProblem {
  readonly problem: 'unclosed' | 'no-name';
  readonly start: number;
  readonly end: number;
}

export interface Template {
  readonly text: string;
  readonly pieces: readonly Piece[];
  readonly problems: readonly TemplateProblem[];
}

/** What a path such as `item.key` stands for; undefined: nothing. */
export type Lookup = (path: readonly string[]) => VariableValue | undefined;

const MARK = /\\?\{\{/g;
const PATH = /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*$/;

/** Whether a text holds anything for {@link parseTemplate} to find. */
export const mayBeTemplate = (text: string): boolean => text.includes('{{');

/** Takes a text apart; total: what is wrong is in `problems`. */
export function parseTemplate(text: string): Template {
  const pieces: Piece[] = [];
  const problems: TemplateProblem[] = [];
  const closing = finder(text, '}}');
  const opening = finder(text, '{{');
  let literal = '';
  let at = 0;
  const addText = (): void => {
    if (literal !== '') pieces.push({ type: 'text', text: literal });
    literal = '';
  };
  MARK.lastIndex = 0;
  for (let mark = MARK.exec(text); mark !== null; mark = MARK.exec(text)) {
    literal += text.slice(at, mark.index);
    at = MARK.lastIndex;
    if (mark[0] !== '{{') {
      literal += '{{';
      continue;
    }
    const start = mark.index;
    const close = closing(at);
    const next = opening(at);
    const isOpen = close === -1 || (next !== -1 && next < close);
    const path = isOpen ? '' : text.slice(at, close).trim();
    if (PATH.test(path)) {
      addText();
      at = close + 2;
      pieces.push({ type: 'value', path: path.split('.'), start, end: at });
    } else {
      const end = isOpen ? at : close + 2;
      problems.push({ problem: isOpen ? 'unclosed' : 'no-name', start, end });
      literal += text.slice(start, end);
      at = end;
    }
    MARK.lastIndex = at;
  }
  literal += text.slice(at);
  addText();
  return { text, pieces, problems };
}

/** Where a mark is next, for places that only go forward: no part of the text is looked at twice. */
function finder(text: string, mark: string): (from: number) => number {
  let found = 0;
  let asked = -1;
  return (from) => {
    if (asked === -1 || (found !== -1 && found < from)) found = text.indexOf(mark, from);
    asked = from;
    return found;
  };
}

/** A template that stands for exactly this text. */
export const literalTemplate = (text: string): string => text.replaceAll('{{', '\\{{');

/** Puts values in; a place whose value is not known stays as it was written. */
export function fillTemplate({ text, pieces }: Template, lookup: Lookup): string {
  return pieces
    .map((piece) =>
      piece.type === 'text' ? piece.text : String(lookup(piece.path) ?? text.slice(piece.start, piece.end)),
    )
    .join('');
}
