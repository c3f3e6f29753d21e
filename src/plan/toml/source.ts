import type { Position, Span } from '../../diagnostic/diagnostic.ts';
import { lineStarts } from '../../diagnostic/lines.ts';

/** A half-open range of offsets (UTF-16 units) in a text: light enough to keep one per value. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Offsets from here on lie in a second file: a bead that uses a library bead has values from both, and each keeps its
 * place. No text is as long as this.
 */
const BEYOND = 2 ** 32;

/** A place of the second file, as the first one counts it. */
export const beyond = ({ start, end }: Place): Place => ({ start: start + BEYOND, end: end + BEYOND });

/** Whether a place lies in the second file. */
export const isBeyond = ({ start }: Place): boolean => start >= BEYOND;

const within = ({ start, end }: Place): Place => ({ start: start - BEYOND, end: end - BEYOND });

/**
 * A file's text, from which offsets become positions.
 * Owns: the line table, made on first use (most files are never complained about).
 */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly #second: Source | undefined;
  #lineStarts: readonly number[] | undefined;

  /** `second` is the file that places {@link beyond} lie in. */
  constructor(file: string, text: string, second?: Source) {
    this.file = file;
    this.text = text;
    this.#second = second;
  }

  /** What was written at a place. */
  written(place: Place): string {
    if (this.#second !== undefined && isBeyond(place)) return this.#second.written(within(place));
    return this.text.slice(place.start, place.end);
  }

  /** The span of a place, clamped to the text. */
  span(place: Place): Span {
    if (this.#second !== undefined && isBeyond(place)) return this.#second.span(within(place));
    const start = Math.max(0, Math.min(place.start, this.text.length));
    const end = Math.max(start, Math.min(place.end, this.text.length));
    return { file: this.file, start: this.position(start), end: this.position(end) };
  }

  /** The 1-based line of an offset. */
  line(offset: number): number {
    const starts = this.#lines();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  position(offset: number): Position {
    const line = this.line(offset);
    return { line, column: offset - (this.#lines()[line - 1] ?? 0) + 1 };
  }

  #lines(): readonly number[] {
    this.#lineStarts ??= lineStarts(this.text);
    return this.#lineStarts;
  }
}
