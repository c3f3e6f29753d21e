/** What a live run looks like: a line per running bead, then a bar with counts. Pure: the time is given. */
import { type NodeStatus, noCounts, type StatusCounts } from '../core/status.ts';
import { neutralise } from '../diagnostic/neutralise.ts';
import { formatDuration } from './duration.ts';
import { clipText, padText, textWidth } from './text-width.ts';
import { type Glyphs, type Paint, plainPaint, type Role, unicodeGlyphs } from './theme.ts';

export interface RunningBead {
  readonly id: string;
  /** Epoch ms. */
  readonly startedAt: number;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** The last line of its output. */
  readonly lastLine: string | undefined;
}

export interface Progress {
  readonly running: readonly RunningBead[];
  readonly counts: StatusCounts;
  /** When this run began or was resumed, epoch ms. */
  readonly startedAt: number;
  readonly now: number;
}

export interface ProgressOptions {
  /** Width of the terminal; no line is wider. */
  readonly columns: number;
  /** Most lines in all, at least 2. */
  readonly rows: number;
  readonly glyphs?: Glyphs;
  readonly paint?: Paint;
}

const SPINNER_FRAME_MS = 80;
const WIDEST_ID = 32;
const WIDEST_BAR = 24;

/** Counts rows by status. */
export function countStatuses(rows: Iterable<{ readonly status: NodeStatus }>): StatusCounts {
  const counts = noCounts();
  for (const { status } of rows) counts[status] += 1;
  return counts;
}

/** The lines to show now. */
export function progressLines(progress: Progress, options: ProgressOptions): string[] {
  const { columns, rows, glyphs = unicodeGlyphs, paint = plainPaint } = options;
  const fits = progress.running.length <= rows - 1;
  const shown = fits ? progress.running : progress.running.slice(0, Math.max(0, rows - 2));
  const hidden = progress.running.length - shown.length;
  const ids = shown.map(({ id }) => clipText(neutralise(id), WIDEST_ID, glyphs.ellipsis));
  const idColumns = Math.max(0, ...ids.map(textWidth));
  const frame =
    glyphs.spinner[Math.floor(Math.max(0, progress.now) / SPINNER_FRAME_MS) % glyphs.spinner.length] ?? '';

  const lines = shown.map((bead, at) => {
    const elapsed = formatDuration(progress.now - bead.startedAt);
    return joined(
      [
        { text: `${frame} `, role: 'running' },
        { text: padText(ids[at] ?? '', idColumns), role: 'plain' },
        { text: `  ${padText(elapsed, 6, 'right')}`, role: 'dim' },
        { text: bead.attempt > 1 ? `  attempt ${bead.attempt}` : '', role: 'problem' },
        { text: bead.lastLine === undefined ? '' : `  ${outputLine(bead.lastLine, columns)}`, role: 'dim' },
      ],
      columns,
      glyphs,
      paint,
    );
  });
  if (hidden > 0)
    lines.push(joined([{ text: `  and ${hidden} more running`, role: 'dim' }], columns, glyphs, paint));
  lines.push(barLine(progress, columns, glyphs, paint));
  return lines;
}

/** Only the beginning can be seen, so only that is looked at: an agent's line may have a million characters. */
function outputLine(line: string, columns: number): string {
  return neutralise(line.slice(0, 4 * columns).trim());
}

interface Piece {
  readonly text: string;
  readonly role: Role;
}

function barLine(
  { counts, startedAt, now }: Progress,
  columns: number,
  glyphs: Glyphs,
  paint: Paint,
): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const settled = counts.done + counts.failed + counts.skipped + counts.cancelled + counts['not-taken'];
  const barColumns = Math.max(0, Math.min(WIDEST_BAR, Math.floor(columns / 3)));
  const part = (count: number): number => (total === 0 ? 0 : Math.floor((barColumns * count) / total));
  const full = part(counts.done);
  const other = part(settled) - full;
  const rest = (['running', 'needs-person', 'failed', 'skipped', 'paused', 'cancelled', 'not-taken'] as const)
    .filter((status) => counts[status] > 0)
    .map((status): Piece => ({ text: `  ${counts[status]} ${status}`, role: status }));
  return joined(
    [
      { text: glyphs.barLeft, role: 'dim' },
      { text: glyphs.barFull.repeat(full), role: 'done' },
      { text: glyphs.barFull.repeat(other), role: 'failed' },
      { text: glyphs.barEmpty.repeat(barColumns - full - other), role: 'dim' },
      { text: `${glyphs.barRight} ${counts.done}/${total} done`, role: 'plain' },
      ...rest,
      { text: `  ${formatDuration(now - startedAt)}`, role: 'dim' },
    ],
    columns,
    glyphs,
    paint,
  );
}

/** Pieces side by side, cut where the terminal ends; what is cut says so. */
function joined(pieces: readonly Piece[], columns: number, glyphs: Glyphs, paint: Paint): string {
  let line = '';
  let room = columns;
  for (const { text, role } of pieces) {
    const width = textWidth(text);
    const shown = clipText(text, room, glyphs.ellipsis);
    if (shown !== '') line += paint(role, shown);
    if (width > room) break;
    room -= width;
  }
  return line;
}
