/**
 * A few lines at the bottom of a terminal that are redrawn in place, only where they differ.
 * Owns: which lines stand there now. I1 Lines printed above never mix with the frame. I2 Closing leaves the cursor below
 * everything and visible.
 */
import { textWidth } from '../../view/text-width.ts';
import type { OutputStream } from './console.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_LINE = '\u001b[2K';
/** Columns a line takes; its colours take none. */
const visibleWidth = (line: string): number => textWidth(line.replace(/\u001b\[[0-9;]*m/g, ''));
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : '');

export class Frame {
  readonly #out: OutputStream;
  /** Width of the terminal when the frame was drawn: a narrower one has wrapped its lines since. */
  #columns = Number.POSITIVE_INFINITY;
  #lines: readonly string[] = [];
  #isOpen = false;

  constructor(out: OutputStream) {
    this.#out = out;
  }

  /** Shows these lines instead of the ones shown before. */
  draw(lines: readonly string[]): void {
    const isSame = lines.length === this.#lines.length && lines.every((line, at) => line === this.#lines[at]);
    if (this.#isOpen && isSame && (this.#out.columns ?? this.#columns) >= this.#columns) return;
    let text = this.#isOpen ? '' : HIDE_CURSOR;
    this.#isOpen = true;
    const columns = this.#out.columns ?? Number.POSITIVE_INFINITY;
    if (columns < this.#columns) {
      // What stands there was wrapped by the terminal: take it away row by row, and draw anew.
      this.#out.write(text);
      text = '';
      this.#erase(columns);
    }
    this.#columns = columns;
    text += up(this.#lines.length);
    const most = Math.max(lines.length, this.#lines.length);
    for (let at = 0; at < most; at += 1) {
      const line = lines[at] ?? '';
      text += line === this.#lines[at] ? '\n' : `\r${CLEAR_LINE}${line}\n`;
    }
    text += up(most - lines.length);
    this.#lines = lines;
    this.#out.write(text);
  }

  /** Prints lines for good, above the frame. */
  print(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const frame = this.#lines;
    this.#erase();
    this.#out.write(`${lines.join('\n')}\n`);
    if (frame.length > 0) this.draw(frame);
  }

  /** Takes the frame away. */
  close(): void {
    if (!this.#isOpen) return;
    this.#erase();
    this.#out.write(SHOW_CURSOR);
    this.#isOpen = false;
  }

  #erase(columns = this.#columns): void {
    if (this.#lines.length === 0) return;
    const rows = this.#lines.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(visibleWidth(line) / columns)),
      0,
    );
    this.#out.write(`${up(rows)}${`\r${CLEAR_LINE}\n`.repeat(rows)}${up(rows)}`);
    this.#lines = [];
  }
}
