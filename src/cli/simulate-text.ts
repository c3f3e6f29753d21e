/** What `simulate` found, for people. */
import { neutralise } from '../diagnostic/neutralise.ts';
import type { WidthComparison } from '../engine/widths.ts';
import { formatDuration } from '../view/duration.ts';
import { tableLines } from '../view/table.ts';
import type { Console } from './terminal/console.ts';

/** Of a longer path, only the ends are named. */
const MOST_NAMED = 6;
const FIRST_NAMED = 3;
const LAST_NAMED = 2;

export interface SimulateText {
  readonly name: string;
  readonly beads: number;
  readonly isWorkflow: boolean;
  /** Whether times are milliseconds; else a bead is the unit. */
  readonly isTimed: boolean;
  readonly source: string;
  readonly comparison: WidthComparison;
}

/** A time in the unit of an estimate. */
export const timeText = (time: number, isTimed: boolean): string =>
  isTimed ? formatDuration(time) : `${Math.round(time * 10) / 10} bead${time === 1 ? '' : 's'}`;

/** The lines of `gastown simulate`. */
export function simulateLines(found: SimulateText, console: Console): string[] {
  const { name, beads, isTimed, source, comparison } = found;
  const { glyphs, paint, stdout, columns } = console;
  const table = tableLines(
    ['width', 'makespan', 'utilisation', 'lower bound', 'ratio'].map((title) => ({ title, align: 'right' })),
    comparison.widths.map(({ parallel, makespan, utilisation, lowerBound }) => [
      { text: String(parallel), role: parallel === comparison.enough.parallel ? 'done' : 'plain' },
      { text: timeText(makespan, isTimed) },
      { text: `${Math.round(100 * utilisation)} %` },
      { text: timeText(lowerBound, isTimed) },
      { text: ratioOf(makespan, lowerBound).toFixed(2), role: 'dim' },
    ]),
    { columns: stdout.isTTY === true ? columns : undefined, glyphs, paint },
  );
  return [
    `${paint('heading', neutralise(name))}  ${beads} bead${beads === 1 ? '' : 's'}; ${source}`,
    '',
    ...table,
    '',
    conclusion(found, console),
    paint('dim', 'Nothing was run: every attempt is taken to succeed, every condition to hold.'),
  ];
}

/** How far a makespan is from the best there could be; 1 where there is nothing to do. */
export const ratioOf = (makespan: number, lowerBound: number): number =>
  lowerBound === 0 ? 1 : makespan / lowerBound;

/** Up to where more at once helps, and what bounds it then. */
function conclusion({ comparison, isWorkflow, isTimed }: SimulateText, { glyphs }: Console): string {
  const { enough, roomy, bound } = comparison;
  if (isWorkflow) return 'A workflow runs one bead at a time.';
  const gain = enough.makespan === roomy.makespan ? 'not help' : 'hardly help';
  const start = `More than ${enough.parallel} at once will ${gain}:`;
  if (bound === 'limits')
    return `${start} limits of rigs and agents, or artifacts that beads share, hold the rest back.`;
  const { beads, length } = enough.criticalPath;
  const names = beads.map((id) => neutralise(id));
  const path =
    names.length <= MOST_NAMED
      ? names
      : [...names.slice(0, FIRST_NAMED), glyphs.ellipsis, ...names.slice(-LAST_NAMED)];
  const count = names.length <= MOST_NAMED || !isTimed ? '' : `, ${names.length} beads`;
  return `${start} ${path.join(` ${glyphs.leadsTo} `)} is the critical path (${timeText(length, isTimed)}${count}).`;
}
