/** Where in a file a part of a string is: escapes and line ends make values shorter than what is written. */
import type { Place, Source } from './source.ts';

/**
 * Gives the place of characters `start` to `end` of a string's value. Where the value does not follow from what is written
 * (its escapes were repaired), that is the whole string. The string is looked through once, when it is asked first.
 */
export function placesInString(source: Source, string: Place): (part: Place) => Place {
  let offsets: readonly number[] | 'unusual' | undefined;
  return ({ start, end }) => {
    offsets ??= offsetsOf(source.written(string)) ?? 'unusual';
    if (offsets === 'unusual') return { start: string.start, end: string.end };
    const from = offsets[start];
    const to = offsets[end];
    if (from === undefined || to === undefined) return { start: string.start, end: string.end };
    return { start: string.start + from, end: string.start + to };
  };
}

/** For each character of the value, and for its end, the offset in the token; undefined when the token is unusual. */
function offsetsOf(token: string): readonly number[] | undefined {
  const quote = token.charAt(0);
  if (quote !== '"' && quote !== "'") return undefined;
  const isMultiline = token.startsWith(quote.repeat(3)) && token.length >= 6;
  const hasEscapes = quote === '"';
  let at = isMultiline ? 3 : 1;
  const end = token.length - at;
  if (isMultiline) at += /^\r?\n/.exec(token.slice(at, at + 2))?.[0].length ?? 0;
  const offsets: number[] = [];
  while (at < end) {
    const escaped = hasEscapes && token.charAt(at) === '\\' ? escapeAt(token, at) : undefined;
    if (escaped === 'unknown') return undefined;
    // A line end is one character of the value, however it is written.
    const width = escaped?.width ?? (token.startsWith('\r\n', at) ? 2 : 1);
    for (let unit = 0; unit < (escaped?.units ?? 1); unit++) offsets.push(at);
    at += width;
  }
  offsets.push(at);
  return offsets;
}

const CONTINUED = /\\[ \t]*\r?\n[ \t\r\n]*/y;
const LONG = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;

/** How much is written, and how many UTF-16 units it stands for. */
function escapeAt(token: string, at: number): { readonly width: number; readonly units: number } | 'unknown' {
  if ('btnfr"\\'.includes(token.charAt(at + 1))) return { width: 2, units: 1 };
  LONG.lastIndex = at;
  const long = LONG.exec(token);
  if (long !== null)
    return { width: long[0].length, units: Number.parseInt(long[1] ?? long[2] ?? '', 16) > 0xffff ? 2 : 1 };
  CONTINUED.lastIndex = at;
  const continued = CONTINUED.exec(token);
  return continued === null ? 'unknown' : { width: continued[0].length, units: 0 };
}
