/** Everything about one bead, for people. */
import { relative } from 'node:path';
import { neutralise } from '../diagnostic/neutralise.ts';
import { formatDuration } from '../view/duration.ts';
import type { Role } from '../view/theme.ts';
import type { StatusAttempt, StatusBead, StatusDetail, StatusEvidence, StatusRun } from './status-schema.ts';
import type { Console } from './terminal/console.ts';

export interface BeadText {
  readonly bead: StatusBead;
  readonly detail: StatusDetail;
  readonly run: StatusRun | null;
  /** Of the same run, for the statuses of what it requires. */
  readonly beads: readonly StatusBead[];
  readonly now: number;
}

/** The lines of `gastown status --bead`. */
export function beadLines(text: BeadText, console: Console): string[] {
  const { bead, detail, run } = text;
  const { paint, glyphs } = console;
  const id = neutralise(bead.id);
  return [
    `${paint(bead.status, glyphs.marks[bead.status])} ${paint('heading', id)}  ${paint(bead.status, bead.status)}`,
    ...field('name', bead.name === bead.id ? null : bead.name, console),
    ...field('note', bead.note, console),
    ...field('file', detail.file, console),
    ...field('run', run === null ? 'not run yet' : run.id, console),
    ...field('level', String(bead.level), console),
    ...requirements(text, console),
    ...history(text, console),
    ...(detail.evidence === null ? [] : evidenceLines(detail.evidence, console)),
    ...outputLines(detail.output, console),
    ...further(bead, detail, run, console),
  ];
}

function field(name: string, value: string | null, { paint }: Console): string[] {
  return value === null ? [] : [`  ${paint('dim', name.padEnd(9))} ${neutralise(value)}`];
}

function requirements({ bead, beads }: BeadText, console: Console): string[] {
  if (bead.requires.length === 0) return field('requires', 'nothing', console);
  const { paint, glyphs } = console;
  const known = new Map(beads.map((other) => [other.id, other.status]));
  return bead.requires.map((id, at) => {
    const status = known.get(id);
    const mark = status === undefined ? '' : `${paint(status, glyphs.marks[status])} `;
    const word = status === undefined ? '' : `  ${paint('dim', status)}`;
    return `  ${paint('dim', (at === 0 ? 'requires' : '').padEnd(9))} ${mark}${neutralise(id)}${word}`;
  });
}

function history({ detail, run, now }: BeadText, console: Console): string[] {
  if (detail.history === null)
    return field('attempts', 'cannot be read here: the folder is read-only', console);
  if (detail.history.length === 0) return field('attempts', 'none yet', console);
  const last = detail.history.length - 1;
  const isLive = run?.driver === 'alive';
  return [
    '',
    console.paint('heading', 'Attempts'),
    ...detail.history.flatMap((attempt, at) =>
      attemptLines(attempt, console, at === last && isLive ? now : null),
    ),
  ];
}

const ATTEMPT_ROLES: Readonly<Record<StatusAttempt['status'], Role>> = {
  running: 'running',
  done: 'done',
  failed: 'failed',
  asked: 'needs-person',
  cancelled: 'cancelled',
};

function attemptLines(attempt: StatusAttempt, { paint, cwd }: Console, now: number | null): string[] {
  const { status, startedAt, endedAt, failure, log } = attempt;
  const until = endedAt ?? now;
  const took = until === null ? '' : ` after ${formatDuration(until - startedAt)}`;
  const started = new Date(startedAt).toISOString().replace('T', ' ').slice(0, 19);
  return [
    `  ${attempt.attempt}  ${paint('dim', `${started} UTC`)}  ${paint(ATTEMPT_ROLES[status], status)}${took}`,
    ...(failure === null ? [] : [`     ${neutralise(failure.message)}`]),
    `     ${paint('dim', 'log')} ${neutralise(relative(cwd, log))}`,
  ];
}

const VERDICT_ROLES: Readonly<Record<StatusEvidence['criteria'][number]['verdict'], Role>> = {
  verified: 'done',
  claimed: 'problem',
  unmet: 'failed',
};

function evidenceLines({ artifacts, checks, criteria }: StatusEvidence, console: Console): string[] {
  const { paint, glyphs } = console;
  const mark = (isGood: boolean): string =>
    isGood ? paint('done', glyphs.marks.done) : paint('failed', glyphs.marks.failed);
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', paint('heading', title), ...lines];
  return [
    ...section(
      'Artifacts',
      artifacts.map(({ pattern, files, warning }) => {
        const count = files === 1 ? '' : `  ${files} files`;
        const remark = warning === null ? '' : `  ${paint('problem', neutralise(warning))}`;
        return `  ${mark(files > 0)} ${neutralise(pattern)}${paint('dim', count)}${remark}`;
      }),
    ),
    ...section(
      'Checks',
      checks.map(({ command, exit }) => {
        const status = exit === 0 ? '' : `  ${paint('failed', `exit status ${exit}`)}`;
        return `  ${mark(exit === 0)} ${neutralise(command)}${status}`;
      }),
    ),
    ...section(
      'Criteria',
      criteria.map(({ text, verdict, evidence }) => {
        const word = paint(VERDICT_ROLES[verdict], verdict.padEnd(8));
        return `  ${word} ${neutralise(text)}  ${paint('dim', neutralise(evidence))}`;
      }),
    ),
  ];
}

/** More is for programs: `--json` has all of it. */
const MOST_OUTPUT_LINES = 40;

function outputLines(output: StatusDetail['output'], { paint, columns }: Console): string[] {
  if (output === null) return [];
  const lines = JSON.stringify(output, undefined, 2).split('\n');
  const width = Math.max(20, columns - 2);
  const shown = lines.slice(0, MOST_OUTPUT_LINES).map((line) => {
    const safe = neutralise(line);
    return `  ${safe.length > width ? `${safe.slice(0, width - 1)}…` : safe}`;
  });
  const left = lines.length - shown.length;
  const rest = left > 0 ? [paint('dim', `  … ${left} more lines: --json shows all of it`)] : [];
  return ['', paint('heading', 'Output'), ...shown, ...rest];
}

function further(
  bead: StatusBead,
  detail: StatusDetail,
  run: StatusRun | null,
  { paint }: Console,
): string[] {
  const id = neutralise(bead.id);
  if (run === null || bead.attempts === 0)
    return ['', paint('dim', `gastown run --bead ${id} --with-deps runs it`)];
  const follow = bead.status === 'running' ? ' --follow' : '';
  const checks =
    (detail.evidence?.checks.length ?? 0) > 0 ? `; gastown logs ${id} --checks what its checks printed` : '';
  return ['', paint('dim', `gastown logs ${id}${follow} shows what it printed${checks}`)];
}
