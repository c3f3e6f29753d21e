/** One line of a source file as a terminal shows it, with a part of it marked. */
import { neutralise } from './neutralise.ts';
import { characterWidth, displayWidth } from './width.ts';

export interface Excerpt {
  readonly line: string;
  /** Columns before the mark, and of the mark (at least one). */
  readonly indent: number;
  readonly marked: number;
}

const TAB = 4;
/** Shown before the mark when a line has to be clipped. */
const LEAD = 24;
const CLIPPED = '…';

interface Cell {
  readonly shown: string;
  readonly width: number;
  /** Offset of the character in the source line. */
  readonly at: number;
}

/**
 * Shows `text` with the characters `from` to `to` (offsets, half-open) marked, in at most `columns` columns. Tabs become
 * spaces, characters that a terminal would obey become visible escapes, and both are counted as they are shown.
 */
export function excerpt(text: string, from: number, to: number, columns: number): Excerpt {
  // A line may have a million characters: only what can be shown is looked at.
  const isLong = text.length > 4 * columns;
  const start = isLong ? pointStart(text, Math.max(0, from - columns)) : 0;
  const end = isLong ? Math.min(text.length, from + columns) : text.length;
  const cells = cellsOf(text.slice(start, end), start);
  const before = cells.filter((cell) => cell.at < from);
  const inside = cells.filter((cell) => cell.at >= from && cell.at < to);
  const after = cells.filter((cell) => cell.at >= Math.max(from, to));
  const total = widthOf(cells);
  if (start === 0 && end === text.length && total <= columns) {
    return { line: shownOf(cells), indent: widthOf(before), marked: Math.max(1, widthOf(inside)) };
  }
  const lead = widthOf(before) > LEAD || start > 0 ? takeLast(before, LEAD) : before;
  const isLeadCut = start > 0 || lead.length < before.length;
  let room = columns - widthOf(lead) - (isLeadCut ? 1 : 0) - 1;
  const marked = takeFirst(inside, room);
  room -= widthOf(marked);
  const rest = marked.length < inside.length ? [] : takeFirst(after, room);
  const isTailCut = end < text.length || marked.length < inside.length || rest.length < after.length;
  return {
    line: `${isLeadCut ? CLIPPED : ''}${shownOf(lead)}${shownOf(marked)}${shownOf(rest)}${isTailCut ? CLIPPED : ''}`,
    indent: widthOf(lead) + (isLeadCut ? 1 : 0),
    marked: Math.max(1, widthOf(marked)),
  };
}

function cellsOf(text: string, offset: number): readonly Cell[] {
  const cells: Cell[] = [];
  let column = 0;
  let at = offset;
  for (const character of text) {
    const shown = character === '\t' ? ' '.repeat(TAB - (column % TAB)) : neutralise(character);
    const width = shown === character ? characterWidth(character) : displayWidth(shown);
    cells.push({ shown, width, at });
    column += width;
    at += character.length;
  }
  return cells;
}

function takeFirst(cells: readonly Cell[], columns: number): readonly Cell[] {
  let left = columns;
  const end = cells.findIndex((cell) => {
    left -= cell.width;
    return left < 0;
  });
  return end === -1 ? cells : cells.slice(0, end);
}

const takeLast = (cells: readonly Cell[], columns: number): readonly Cell[] =>
  [...takeFirst([...cells].reverse(), columns)].reverse();

const widthOf = (cells: readonly Cell[]): number => cells.reduce((sum, cell) => sum + cell.width, 0);
const shownOf = (cells: readonly Cell[]): string => cells.map((cell) => cell.shown).join('');

/** Not between the two halves of a character. */
const pointStart = (text: string, at: number): number =>
  /[\udc00-\udfff]/.test(text.charAt(at)) ? at + 1 : at;
