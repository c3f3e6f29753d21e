/**
 * What all agents that are programs have in common: the environment an attempt gets, and what the end of its process
 * means.
 */
import { isAbsolute, join, resolve } from 'node:path';
import type { Failure } from '../core/failure.ts';
import type { EffectKey } from '../core/ids.ts';
import { unreachable } from '../core/invariant.ts';
import { readLastLine } from '../os/files.ts';
import { redactText } from '../os/redact.ts';
import type { ShellEnd, ShellTrace } from '../os/shell-end.ts';
import type { ShellPool, ShellRequest } from '../os/shell-pool.ts';
import { LONGEST_VARIABLE, valueEnvironment } from '../plan/variables/environment.ts';
import {
  type Attempt,
  INFRASTRUCTURE_STATUS,
  MARKER_VARIABLE,
  type MarkerOf,
  type PreparedRig,
  QUESTION_STATUS,
  type StepEnd,
  type WorkEnd,
} from '../ports/work.ts';
import { collect, exchangeVariables, prepareExchange, questionOf } from './exchange.ts';

/** What agents need besides the attempt. */
export interface WorkerSettings {
  readonly pool: ShellPool;
  /** Absolute, real path. */
  readonly projectRoot: string;
  readonly marker: MarkerOf;
  /** Between the polite and the firm stop. */
  readonly graceMs: number;
}

/** The `GASTOWN_*` variables of an attempt (docs/semantics.md, "What a worker is told"). */
export function attemptVariables(
  attempt: Attempt,
  rig: PreparedRig,
  projectRoot: string,
  marker: string,
): Record<string, string> {
  const { bead, formula, previous } = attempt;
  const variables = {
    ...valueEnvironment(formula, bead),
    GASTOWN_RUN: attempt.run,
    GASTOWN_BEAD: bead.id,
    GASTOWN_ATTEMPT: String(attempt.number),
    GASTOWN_BEAD_NAME: bead.name,
    GASTOWN_BEAD_FILE: isAbsolute(bead.file) ? bead.file : join(projectRoot, bead.file),
    GASTOWN_PROJECT: projectRoot,
    GASTOWN_RIG: rig.settings.name,
    GASTOWN_ATTEMPT_DIR: attempt.folder,
    GASTOWN_ARTIFACTS: bead.artifacts.join('\n'),
    [MARKER_VARIABLE]: marker,
    ...exchangeVariables(attempt),
    ...(previous === undefined
      ? {}
      : { GASTOWN_LAST_FAILURE: redactText(previous.message, rig.secretValues) }),
  };
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      // Texts of authors and programs may hold NUL, which no environment can.
      value.replaceAll('\0', '\uFFFD').slice(0, LONGEST_VARIABLE),
    ]),
  );
}

/** Where an attempt's work leaves its output. */
export const workLog = (attempt: Attempt): string => join(resolve(attempt.folder), 'log');

/** What an attempt's work can be found by after a crash. */
export function workTrace(attempt: Attempt, marker: string): ShellTrace {
  return { record: join(resolve(attempt.folder), 'work.record'), marker: `${MARKER_VARIABLE}=${marker}` };
}

const infrastructure = (code: string, message: string): StepEnd<never> => ({
  type: 'failed',
  failure: { class: 'infrastructure', code, message },
});

/** What is particular to one kind of worker: what runs, in which environment, and what it reads. */
export interface WorkerProgram {
  readonly work: ShellRequest['work'];
  /** The same object every time, so that attempts share helpers. */
  readonly base: ShellRequest['base'];
  readonly input: string | undefined;
}

/** Runs a worker's program for an attempt; its key is never used twice. */
export async function runWork(
  { pool, projectRoot, graceMs, marker }: WorkerSettings,
  { work, base, input }: WorkerProgram,
  attempt: Attempt,
  rig: PreparedRig,
  key: EffectKey,
  signal: AbortSignal,
): Promise<WorkEnd> {
  const mark = marker(key, 'work');
  prepareExchange(attempt);
  const end = await pool.run(
    {
      work,
      directory: rig.directory,
      base,
      variables: attemptVariables(attempt, rig, projectRoot, mark),
      marker: MARKER_VARIABLE,
      record: workTrace(attempt, mark).record,
      log: workLog(attempt),
      input,
    },
    signal,
    graceMs,
  );
  return workEnd(end, attempt, rig);
}

/** Settles what an earlier driver left of an attempt's work; undefined when that is nothing. */
export async function adoptWork(
  { pool, graceMs, marker }: WorkerSettings,
  attempt: Attempt,
  rig: PreparedRig,
  key: EffectKey,
  signal: AbortSignal,
): Promise<WorkEnd | undefined> {
  const end = await pool.adopt(workTrace(attempt, marker(key, 'work')), signal, graceMs);
  return end === undefined ? undefined : workEnd(end, attempt, rig);
}

/** What the end of a worker's process means for the attempt. */
export function workEnd(end: ShellEnd, attempt: Attempt, rig: PreparedRig): WorkEnd {
  switch (end.type) {
    case 'exited':
      return exited(end.status, attempt, rig);
    case 'stopped':
      return { type: 'stopped' };
    case 'refused':
      return infrastructure(
        'record-taken',
        `attempt ${attempt.number} of ${attempt.bead.id} was begun or given up before`,
      );
    case 'unable':
      return end.what === 'directory'
        ? infrastructure('rig', `the folder ${rig.directory} of rig ${rig.settings.name} cannot be entered`)
        : infrastructure(
            'state',
            `the ${end.what} of the attempt in ${attempt.folder} cannot be opened: is the disk full or read-only?`,
          );
    case 'lost':
      return {
        type: 'failed',
        failure: {
          class: 'lost',
          code: 'lost',
          message: 'the process that watched the work was killed, and the work with it',
        },
      };
    default:
      return unreachable(end);
  }
}

function exited(status: number, attempt: Attempt, rig: PreparedRig): WorkEnd {
  if (status === 0) return collect(attempt, rig.secretValues);
  const failure = exitFailure(status, lastWords(attempt, rig));
  if (status !== QUESTION_STATUS) return { type: 'failed', failure };
  const asked = questionOf(attempt, rig.secretValues);
  if (asked.type === 'text') return { type: 'asked', question: asked.text };
  const message = `${failure.message}; that status says that there is a question, but the file $GASTOWN_QUESTION ${asked.why}`;
  return { type: 'failed', failure: { ...failure, message } };
}

function lastWords(attempt: Attempt, rig: PreparedRig): string | undefined {
  const line = readLastLine(workLog(attempt));
  return line === undefined ? undefined : redactText(line, rig.secretValues);
}

const signalNames: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
};

/** The failure a non-zero exit status stands for; `lastLine` is what the program said last. */
export function exitFailure(status: number, lastLine: string | undefined): Failure {
  const quoted = lastLine === undefined ? 'it printed nothing' : `its last output line: ${lastLine}`;
  if (status === INFRASTRUCTURE_STATUS) {
    return {
      class: 'infrastructure',
      code: 'exit',
      message: `exit status ${status} says that the surroundings failed, not the work; ${quoted}`,
    };
  }
  // A shell reports a signal as 128 + its number; a program may exit with such a status of its own.
  const signal = signalNames[status - 128];
  return signal === undefined
    ? { class: 'task', code: 'exit', message: `exit status ${status}; ${quoted}` }
    : { class: 'task', code: 'signal', message: `ended by ${signal} (exit status ${status}); ${quoted}` };
}
