/** The status of a whole formula for people. */
import type { NodeStatus } from '../core/status.ts';
import { neutralise } from '../diagnostic/neutralise.ts';
import { formatDuration } from '../view/duration.ts';
import { progressLines } from '../view/progress.ts';
import { type TableCell, tableLines } from '../view/table.ts';
import type { StatusGlance } from './status-report.ts';
import type { StatusBead, StatusPerson, StatusRun } from './status-schema.ts';
import type { Console } from './terminal/console.ts';

/** A larger formula shows only what is not done, and of that the most urgent. */
export const MOST_BEADS = 60;

/** What needs a look first. */
const URGENCY: readonly NodeStatus[] = [
  'needs-person',
  'running',
  'failed',
  'paused',
  'ready',
  'skipped',
  'cancelled',
  'waiting',
  'not-taken',
  'done',
];

export interface StatusTextOptions {
  readonly now: number;
  /** Show every bead, however many there are. */
  readonly all: boolean;
}

/** The lines of `gastown status`. */
export function statusLines(
  { formula, run, people, counts, beads }: StatusGlance,
  console: Console,
  { now, all }: StatusTextOptions,
): string[] {
  const { paint, glyphs } = console;
  const workedMs =
    run === null ? 0 : run.workedMs + (isWorking(run) && counts.running > 0 ? now - run.updatedAt : 0);
  const bar = progressLines(
    { running: [], counts, startedAt: now - Math.max(0, workedMs), now },
    { columns: console.columns, rows: 2, glyphs, paint },
  );
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const shown = all || total <= MOST_BEADS ? beads : mostUrgent(beads);
  const hidden = total - shown.length;
  return [
    `${paint('heading', neutralise(formula.name))}  ${headline(run, console)}  ${paint('dim', neutralise(formula.file))}`,
    ...bar,
    ...people.map((needed) => personText(needed, console)),
    ...prediction(run, console, now),
    '',
    ...(shown.length === 0 ? [] : table(shown, run, console, now)),
    ...(hidden > 0 ? [paint('dim', hiddenLine(shown.length, hidden))] : []),
    ...advice(run, beads),
  ];
}

/** A run that is active and has a living driver. */
export const isWorking = (run: StatusRun): boolean =>
  run.phase === 'active' && (run.driver === 'alive' || run.driver === 'elsewhere');

function personText({ name, note, command }: StatusPerson, { paint }: Console): string {
  return `${paint('needs-person', 'needs a person:')} ${neutralise(name)} ${neutralise(note)}  ${paint('dim', neutralise(`(${command})`))}`;
}

function mostUrgent(beads: readonly StatusBead[]): readonly StatusBead[] {
  const groups = new Map<NodeStatus, StatusBead[]>(URGENCY.map((status) => [status, []]));
  for (const bead of beads) if (bead.status !== 'done') groups.get(bead.status)?.push(bead);
  return [...groups.values()].flat().slice(0, MOST_BEADS);
}

function headline(run: StatusRun | null, { paint }: Console): string {
  if (run === null) return paint('ready', 'not run yet');
  const id = `run ${neutralise(run.id)}`;
  switch (run.phase) {
    case 'active':
      return `${id} ${isWorking(run) ? paint('running', 'running') : paint('problem', 'interrupted')}`;
    case 'paused':
      return `${id} ${isStillWorking(run) ? paint('paused', 'pausing') : paint('paused', 'paused')}`;
    case 'settled':
      return `${id} ${paint(run.outcome === 'done' ? 'done' : 'failed', run.outcome ?? 'settled')}`;
  }
}

function prediction(run: StatusRun | null, { paint }: Console, now: number): string[] {
  // A bead that takes longer than ever before says nothing about how long it will take.
  if (run?.predictedEndAt == null || run.predictedEndAt <= now) return [];
  return [paint('dim', `about ${formatDuration(run.predictedEndAt - now)} left, going by past runs`)];
}

/** A pause lets what works finish. */
const isStillWorking = (run: StatusRun): boolean => run.phase === 'paused' && run.driver === 'alive';

const hiddenLine = (shown: number, hidden: number): string =>
  shown === 0
    ? `all ${hidden} beads are done; --all lists them`
    : `and ${hidden} more; --all shows every bead`;

function table(beads: readonly StatusBead[], run: StatusRun | null, console: Console, now: number): string[] {
  const { glyphs, paint, stdout, columns } = console;
  return tableLines(
    [
      { title: '' },
      { title: 'bead', shrinkTo: 12 },
      { title: 'status' },
      { title: 'attempts', align: 'right' },
      { title: 'level', align: 'right' },
      { title: 'took', align: 'right' },
      { title: 'note', shrinkTo: 10 },
    ],
    beads.map((bead) => cells(bead, run, console, now)),
    // Into a file or a pipe nothing is cut.
    { columns: stdout.isTTY === true ? columns : undefined, glyphs, paint },
  );
}

function cells(bead: StatusBead, run: StatusRun | null, console: Console, now: number): TableCell[] {
  const { status, startedAt, endedAt } = bead;
  const until = endedAt ?? (status === 'running' && run?.driver === 'alive' ? now : null);
  const took = startedAt === null || until === null ? '' : formatDuration(until - startedAt);
  return [
    { text: console.glyphs.marks[status], role: status },
    { text: bead.id },
    { text: status, role: status },
    { text: bead.attempts === 0 ? '' : String(bead.attempts) },
    { text: String(bead.level), role: 'dim' },
    { text: took, role: 'dim' },
    { text: bead.note ?? '', role: status === 'failed' ? 'failed' : 'dim' },
  ];
}

/** What to do next, where there is something to do. */
function advice(run: StatusRun | null, beads: readonly StatusBead[]): string[] {
  if (run === null) return ['', 'gastown run starts it'];
  const failed = beads.find(({ status }) => status === 'failed');
  const show = failed?.attempts === 0 ? 'why' : 'logs';
  const look =
    failed === undefined ? [] : [`  = hint: gastown ${show} ${neutralise(failed.id)} shows what happened`];
  switch (run.phase) {
    case 'active':
      if (isWorking(run)) return [];
      return ['', 'interrupted: the gastown that ran this is gone; gastown resume goes on', ...look];
    case 'paused':
      return ['', `paused: ${neutralise(run.note ?? '')}`, ...look, '  = hint: gastown resume goes on'];
    case 'settled':
      if (run.outcome === 'done') return [];
      return ['', ...look, '  = hint: gastown run tries what failed again'];
  }
}
