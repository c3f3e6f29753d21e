/**
 * A grid of terminal cells to draw on.
 * Owns: the cells. Does not own: what is drawn. Invariants: (1) every cell holds text of exactly one column, or a wide
 * character followed by an empty cell; (2) a line is the union of the sides that were opened in its cell.
 */
import { characterWidth } from './text-width.ts';
import type { Paint, Role } from './theme.ts';

export const UP = 1;
export const RIGHT = 2;
export const DOWN = 4;
export const LEFT = 8;

interface Cell {
  text: string;
  role: Role;
  /** Sides open, while the cell holds a line; 0 when it holds text. */
  sides: number;
}

/** Rows are made as they are needed. */
export class TextGrid {
  readonly #rows: (Cell | undefined)[][] = [];
  readonly #lines: string;

  /** `lines` has one character per set of open sides, see `Glyphs.lines`. */
  constructor(lines: string) {
    this.#lines = lines;
  }

  /** Columns of the longest row. */
  get width(): number {
    return this.#rows.reduce((widest, row) => Math.max(widest, row.length), 0);
  }

  /** Writes text from a cell to the right; its zero-width characters join the cell before them. */
  write(row: number, column: number, text: string, role: Role): void {
    let at = column;
    for (const character of text) {
      const width = characterWidth(character);
      const previous = at > column ? this.#base(row, at - 1) : undefined;
      if (width === 0) {
        if (previous !== undefined) previous.text += character;
        continue;
      }
      this.#put(row, at, { text: character, role, sides: 0 });
      if (width === 2) this.#put(row, at + 1, { text: '', role, sides: 0 });
      at += width;
    }
  }

  /** Opens sides of a cell in addition to those that are open. */
  open(row: number, column: number, sides: number, role: Role): void {
    const held = this.#row(row)[column];
    const union = (held?.sides ?? 0) | sides;
    this.#put(row, column, { text: this.#lines[union] ?? ' ', role: held?.role ?? role, sides: union });
  }

  /** A line that passes over whatever line is there without touching it. */
  pass(row: number, column: number, sides: number, role: Role): void {
    this.#put(row, column, { text: this.#lines[sides] ?? ' ', role, sides });
  }

  /** The rows as text, without spaces at their ends, each piece of one role painted as a whole. */
  render(paint: Paint): string[] {
    return this.#rows.map((row) => {
      let line = '';
      let piece = '';
      let role: Role = 'plain';
      for (const cell of trimmed(row)) {
        if (cell.role !== role) {
          line += piece === '' ? '' : paint(role, piece);
          piece = '';
          role = cell.role;
        }
        piece += cell.text;
      }
      return line + (piece === '' ? '' : paint(role, piece));
    });
  }

  #row(row: number): (Cell | undefined)[] {
    while (this.#rows.length <= row) this.#rows.push([]);
    return this.#rows[row] ?? [];
  }

  #put(row: number, column: number, cell: Cell): void {
    this.#row(row)[column] = cell;
  }

  /** The cell that a zero-width character belongs to: the left half of a wide character has the text. */
  #base(row: number, column: number): Cell | undefined {
    const cells = this.#row(row);
    return cells[column]?.text === '' ? cells[column - 1] : cells[column];
  }
}

const BLANK: Cell = { text: ' ', role: 'plain', sides: 0 };

function trimmed(row: readonly (Cell | undefined)[]): Cell[] {
  const cells = Array.from(row, (cell) => cell ?? BLANK);
  const last = cells.findLastIndex(({ text }) => text !== ' ');
  return cells.slice(0, last + 1);
}
