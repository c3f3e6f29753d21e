/** Aligned columns of text, cut to the width of a terminal. */
import { neutralise } from '../diagnostic/neutralise.ts';
import { clipText, padText, textWidth } from './text-width.ts';
import { type Glyphs, type Paint, plainPaint, type Role, unicodeGlyphs } from './theme.ts';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut when the table is too wide, down to this many columns; undefined: never. */
  readonly shrinkTo?: number;
}

export interface TableCell {
  readonly text: string;
  readonly role?: Role;
}

export interface TableOptions {
  /** Width of the terminal; undefined: as wide as it gets. */
  readonly columns: number | undefined;
  readonly glyphs?: Glyphs;
  readonly paint?: Paint;
}

const BETWEEN = 2;

/** Writes a heading and one line per row; texts may come from outside. */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  { columns: available, glyphs = unicodeGlyphs, paint = plainPaint }: TableOptions,
): string[] {
  const safe = rows.map((row) => row.map(({ text, role = 'plain' }) => ({ text: neutralise(text), role })));
  const natural = columns.map(({ title }, at) =>
    safe.reduce((widest, row) => Math.max(widest, textWidth(row[at]?.text ?? '')), textWidth(title)),
  );
  const widths = fitted(columns, natural, available);
  const heading = columns.map(({ title }): { text: string; role: Role } => ({
    text: title,
    role: 'heading',
  }));
  return [heading, ...safe].map((row) => lineOf(row, columns, widths, available, glyphs, paint));
}

/** Takes what is too much from the widest column that may shrink, again and again. */
function fitted(
  columns: readonly TableColumn[],
  natural: readonly number[],
  available: number | undefined,
): number[] {
  if (available === undefined) return [...natural];
  const widths = natural.map((width, at) =>
    columns[at]?.shrinkTo === undefined ? width : Math.min(width, available),
  );
  let excess = widths.reduce((sum, width) => sum + width, BETWEEN * (widths.length - 1)) - available;
  for (; excess > 0; excess--) {
    let widest = -1;
    for (const [at, { shrinkTo }] of columns.entries()) {
      const width = widths[at] ?? 0;
      if (shrinkTo !== undefined && width > shrinkTo && width > (widths[widest] ?? 0)) widest = at;
    }
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function lineOf(
  cells: readonly { readonly text: string; readonly role: Role }[],
  columns: readonly TableColumn[],
  widths: readonly number[],
  available: number | undefined,
  glyphs: Glyphs,
  paint: Paint,
): string {
  let line = '';
  let used = 0;
  let owed = 0; // spaces before the next piece that is not empty
  for (const [at, { align = 'left' }] of columns.entries()) {
    const cell = cells[at] ?? { text: '', role: 'plain' as const };
    const width = widths[at] ?? 0;
    const room = Math.min(width, Math.max(0, (available ?? Number.POSITIVE_INFINITY) - used));
    const text = clipText(cell.text, room, glyphs.ellipsis);
    const lead = align === 'right' ? padText('', room - textWidth(text)) : '';
    if (text !== '') {
      line += ' '.repeat(owed) + lead + paint(cell.role, text);
      owed = 0;
    } else owed += lead.length;
    owed += room - lead.length - textWidth(text) + BETWEEN;
    used += room + BETWEEN;
  }
  return line;
}
