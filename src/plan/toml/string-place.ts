/** Where a part of a string's value stands in the file: escapes and line ends make the two differ. */
import type { Place } from './source.ts';

interface Piece {
  /** What it adds to the value; undefined: this reader does not know the escape. */
  readonly value: string | undefined;
  readonly length: number;
}

/**
 * The place of `value.slice(part.start, part.end)`, where `value` is what the TOML string at `whole` stands for; the whole
 * string where its spelling cannot be followed (escapes that were repaired).
 */
export function placeInString(text: string, whole: Place, value: string, part: Place): Place {
  const raw = text.slice(whole.start, whole.end);
  const quotes = raw.startsWith('"""') || raw.startsWith("'''") ? 3 : 1;
  const isBasic = raw.startsWith('"');
  const end = raw.length - quotes;
  let at = quotes;
  if (quotes === 3) at += raw.startsWith('\r\n', at) ? 2 : raw.charAt(at) === '\n' ? 1 : 0;
  let start: number | undefined;
  let reached = 0;
  while (at < end && reached <= part.end) {
    if (reached >= part.start) start ??= at;
    if (reached >= part.end) break;
    const piece = pieceAt(raw, at, isBasic, value.charAt(reached));
    if (piece.value === undefined || !value.startsWith(piece.value, reached)) return whole;
    reached += piece.value.length;
    at += piece.length;
  }
  if (reached < part.end) return whole;
  return { start: whole.start + (start ?? at), end: whole.start + at };
}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['f', '\f'],
  ['r', '\r'],
  ['"', '"'],
  ['\\', '\\'],
]);

const UNICODE = /\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/y;
const CONTINUATION = /\\[ \t]*\r?\n\s*/y;

function pieceAt(raw: string, at: number, isBasic: boolean, expected: string): Piece {
  const character = raw.charAt(at);
  // Parsers differ in whether they keep the carriage return.
  if (character === '\r' && expected === '\n') return { value: '', length: 1 };
  if (character !== '\\' || !isBasic) return { value: character, length: 1 };
  const simple = SIMPLE.get(raw.charAt(at + 1));
  if (simple !== undefined) return { value: simple, length: 2 };
  UNICODE.lastIndex = at;
  const unicode = UNICODE.exec(raw);
  const point = Number.parseInt(unicode?.[1] ?? unicode?.[2] ?? '', 16);
  if (unicode !== null && point <= 0x10ffff)
    return { value: String.fromCodePoint(point), length: unicode[0].length };
  CONTINUATION.lastIndex = at;
  const continuation = CONTINUATION.exec(raw);
  return continuation === null
    ? { value: undefined, length: 1 }
    : { value: '', length: continuation[0].length };
}
