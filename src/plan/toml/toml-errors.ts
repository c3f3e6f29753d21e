/** The parser's errors in our words, at the place where a person would look. */
import type { Place } from './source.ts';

/** What the parser said: its message and the offset it stopped at. */
export interface SyntaxProblem {
  readonly message: string;
  readonly offset: number;
}

const BAD_ESCAPE = 'Invalid character in escape sequence';
const OTHER_LINE = 'The key, equals sign, and value must be on the same line';

/** Ours by the parser's; unknown messages pass through. */
const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['Unterminated string constant', 'this string is not closed'],
  ['Unterminated table-key', 'this table header is not closed: "]" is missing'],
  ['Unterminated array', 'this list is not closed: "]" is missing'],
  ['Unterminated inline table', 'this inline table is not closed: "}" is missing'],
  ['Empty bare keys are not allowed', 'a key is missing'],
  ['Must be a newline', 'a new line must begin here'],
  ['Expected equal (=) token', '"=" is missing after the key'],
  ['Unspecified values are invalid', 'a value is missing'],
  ['Expected comma (,) token', 'a comma is missing'],
  ['Defining a key multiple times is invalid', 'this key is defined twice'],
  ['Unexpected character', 'this character cannot stand here'],
  ['Unexpected token', 'this cannot stand here'],
  [OTHER_LINE, 'the key, "=" and the beginning of the value must be on one line'],
  [
    'Control characters (codes < 0x1f and 0x7f) are not allowed',
    'control characters cannot stand here: write them as \\uXXXX',
  ],
  [BAD_ESCAPE, 'TOML does not know this escape sequence'],
]);

/** Errors that the parser notices only at the next token, although something is missing before it. */
const NOTICED_LATE: ReadonlySet<string> = new Set([
  OTHER_LINE,
  'Unterminated string constant',
  'Unterminated table-key',
  'Unterminated array',
  'Unterminated inline table',
  'Unspecified values are invalid',
  'Expected equal (=) token',
  'Expected comma (,) token',
  'Empty bare keys are not allowed',
]);

/** Whether a repair of escape sequences may help. */
export function isBadEscape(problem: SyntaxProblem): boolean {
  return problem.message === BAD_ESCAPE || problem.message.startsWith('Invalid code point');
}

/** A sentence, and a place inside the text. */
export function explainSyntaxError(
  problem: SyntaxProblem,
  text: string,
): { readonly message: string; readonly place: Place } {
  const offset = Math.max(0, Math.min(problem.offset, text.length));
  const atLineStart = offset === text.length || offset === 0 || text.charAt(offset - 1) === '\n';
  const before = lastVisible(text, offset);
  if (atLineStart && before >= 0) {
    const missingValue = problem.message === 'Unexpected character' && text.charAt(before) === '=';
    if (problem.message === OTHER_LINE && isOpenHeader(text, before)) {
      return { message: sentence('Unterminated table-key'), place: { start: before, end: before + 1 } };
    }
    if (offset === text.length && (text.charAt(before) === ',' || text.charAt(before) === '[')) {
      return { message: sentence('Unterminated array'), place: { start: before, end: before + 1 } };
    }
    if (missingValue) return { message: 'a value is missing', place: { start: before, end: before + 1 } };
    if (NOTICED_LATE.has(problem.message)) {
      return { message: sentence(problem.message), place: { start: before, end: before + 1 } };
    }
  }
  const end = text.codePointAt(offset) === 10 ? offset : offset + pointLength(text, offset);
  return { message: sentence(problem.message), place: { start: offset, end: Math.min(text.length, end) } };
}

const sentence = (message: string): string =>
  SENTENCES.get(message) ?? message.charAt(0).toLowerCase() + message.slice(1);

/** Whether the line that ends here begins like a table header. */
const isOpenHeader = (text: string, at: number): boolean =>
  text
    .slice(text.lastIndexOf('\n', at) + 1, at + 1)
    .trimStart()
    .startsWith('[');

/** Offset of the last character before `offset` that is no white space, or -1. */
function lastVisible(text: string, offset: number): number {
  let at = offset - 1;
  while (at >= 0 && ' \t\r\n'.includes(text.charAt(at))) at--;
  return at;
}

const pointLength = (text: string, offset: number): number =>
  (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
