/**
 * Some exporters quote strings by the rules of another language: bytes as `\xe2\x80` (names are cut in the middle of a
 * character) and control characters as `\a`, `\v`, `\x1b`. Those escapes, and nothing else, are rewritten here.
 */
import type { Place } from './source.ts';

/** A text with its invalid escapes rewritten, and the way back to the offsets of the original. */
export interface Repair {
  readonly text: string;
  readonly count: number;
  /** The first repaired escape, in the original. */
  readonly first: Place;
  original(offset: number): number;
}

interface Edit {
  readonly repairedEnd: number;
  readonly originalEnd: number;
}

/** Rewrites `\xHH` runs (as UTF-8, invalid bytes as U+FFFD), `\a` and `\v` in basic strings; undefined when there is none. */
export function repairEscapes(text: string): Repair | undefined {
  const edits: Edit[] = [];
  const pieces: string[] = [];
  let first: Place | undefined;
  let copied = 0;
  let length = 0;
  for (const found of invalidEscapes(text)) {
    const before = text.slice(copied, found.start);
    pieces.push(before, found.replacement);
    length += before.length + found.replacement.length;
    copied = found.end;
    edits.push({ repairedEnd: length, originalEnd: copied });
    first ??= { start: found.start, end: found.end };
  }
  if (first === undefined) return undefined;
  pieces.push(text.slice(copied));
  return {
    text: pieces.join(''),
    count: edits.length,
    first,
    original: (offset) => originalOffset(edits, offset),
  };
}

function originalOffset(edits: readonly Edit[], offset: number): number {
  let low = 0;
  let high = edits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const edit = edits[middle];
    if (edit !== undefined && edit.repairedEnd <= offset) low = middle + 1;
    else high = middle;
  }
  const edit = edits[low - 1];
  const mapped = edit === undefined ? offset : edit.originalEnd + (offset - edit.repairedEnd);
  // Inside a replacement that is longer than what it replaces: not beyond the next escape.
  const next = edits[low];
  return next === undefined ? mapped : Math.min(mapped, next.originalEnd);
}

interface InvalidEscape extends Place {
  readonly replacement: string;
}

/** Walks over comments and all four kinds of string, so that only escapes in basic strings are touched. */
function* invalidEscapes(text: string): Generator<InvalidEscape> {
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '#') {
      at = endOfLine(text, at);
    } else if (character === "'") {
      at = text.startsWith("'''", at)
        ? after(text, "'''", at + 3)
        : Math.min(after(text, "'", at + 1), endOfLine(text, at));
    } else if (character === '"') {
      at = yield* inBasicString(text, at);
    } else {
      at++;
    }
  }
}

function* inBasicString(text: string, open: number): Generator<InvalidEscape, number> {
  const multiline = text.startsWith('"""', open);
  let at = open + (multiline ? 3 : 1);
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '\\') {
      const found = invalidEscapeAt(text, at);
      if (found !== undefined) yield found;
      at = found?.end ?? at + 2;
    } else if (multiline ? text.startsWith('"""', at) : character === '"') {
      return at + (multiline ? 3 : 1);
    } else if (!multiline && character === '\n') {
      return at;
    } else {
      at++;
    }
  }
  return at;
}

const HEX_RUN = /(?:\\x[0-9a-fA-F]{2})+/y;

function invalidEscapeAt(text: string, at: number): InvalidEscape | undefined {
  const letter = text.charAt(at + 1);
  if (letter === 'a') return { start: at, end: at + 2, replacement: '\\u0007' };
  if (letter === 'v') return { start: at, end: at + 2, replacement: '\\u000B' };
  if (letter !== 'x') return undefined;
  HEX_RUN.lastIndex = at;
  const run = HEX_RUN.exec(text)?.[0];
  if (run === undefined) return undefined;
  const bytes: number[] = [];
  for (let index = 2; index < run.length; index += 4)
    bytes.push(Number.parseInt(run.slice(index, index + 2), 16));
  const points = decodeUtf8(bytes).map((point) => `\\U${point.toString(16).padStart(8, '0')}`);
  return { start: at, end: at + run.length, replacement: points.join('') };
}

/** UTF-8 by hand: this room has no TextDecoder. Every maximal invalid part becomes one U+FFFD, as browsers do. */
function decodeUtf8(bytes: readonly number[]): number[] {
  const points: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    at++;
    if (lead < 0x80) {
      points.push(lead);
      continue;
    }
    const length =
      lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0;
    let point = length === 1 ? lead & 0x1f : length === 2 ? lead & 0x0f : lead & 0x07;
    let taken = 0;
    while (taken < length) {
      const next = bytes[at] ?? 0;
      // The second byte of some leads is narrower: no overlong forms, no surrogates, nothing above U+10FFFF.
      const lowest = taken > 0 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const highest = taken > 0 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (next < lowest || next > highest) break;
      point = (point << 6) | (next & 0x3f);
      at++;
      taken++;
    }
    points.push(length > 0 && taken === length ? point : 0xfffd);
  }
  return points;
}

const endOfLine = (text: string, from: number): number => {
  const found = text.indexOf('\n', from);
  return found === -1 ? text.length : found;
};

const after = (text: string, mark: string, from: number): number => {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found + mark.length;
};
