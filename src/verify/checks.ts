/** Running the commands that decide acceptance, one after another, each output kept in a log of its own. */
import { join, resolve } from 'node:path';
import type { EffectKey } from '../core/ids.ts';
import { unreachable } from '../core/invariant.ts';
import { exists } from '../os/files.ts';
import type { ShellEnd } from '../os/shell-end.ts';
import type { ShellPool } from '../os/shell-pool.ts';
import { valueEnvironment } from '../plan/variables/environment.ts';
import { type Attempt, MARKER_VARIABLE, type MarkerOf, type PreparedRig } from '../ports/work.ts';

/** What runs commands; a {@link ShellPool} does. */
export type CommandRunner = Pick<ShellPool, 'run' | 'adopt'>;

/** What checks need besides the attempt. */
export interface CheckSettings {
  readonly pool: CommandRunner;
  readonly marker: MarkerOf;
  /** Between the polite and the firm stop. */
  readonly graceMs: number;
  /** Absolute, real path. */
  readonly projectRoot: string;
}

/** One check that ran to its end. */
export interface CheckResult {
  readonly command: string;
  readonly exit: number;
  /** Absolute path. */
  readonly log: string;
}

/** How a check ended: with a result, stopped as asked for, or not at all. */
export type CheckEnd =
  | { readonly type: 'ended'; readonly result: CheckResult }
  | { readonly type: 'stopped' }
  | { readonly type: 'lost' }
  | { readonly type: 'unable'; readonly what: string };

/** A check that is lost this often takes its attempt with it. */
const MOST_ROUNDS = 3;

/** Runs check number `number` (from 1) of an attempt. */
export async function runCheck(
  command: string,
  number: number,
  attempt: Attempt,
  rig: PreparedRig,
  key: EffectKey,
  signal: AbortSignal,
  settings: CheckSettings,
): Promise<CheckEnd> {
  const { pool, graceMs } = settings;
  const folder = resolve(attempt.folder);
  const log = join(folder, `check-${number}.log`);
  const nameOf = (round: number): string => `check-${number}.${round}`;
  const recordOf = (round: number): string => join(folder, `${nameOf(round)}.record`);
  let round = 1;
  // A driver that died may have left this check running or ended. Its result counts; only a check that left none, or
  // was stopped with that driver, is run again.
  for (; exists(recordOf(round)); round += 1) {
    const left = await pool.adopt(
      { record: recordOf(round), marker: `${MARKER_VARIABLE}=${settings.marker(key, nameOf(round))}` },
      signal,
      graceMs,
    );
    if (left?.type === 'exited') return { type: 'ended', result: { command, exit: left.status, log } };
    if (signal.aborted) return { type: 'stopped' };
  }
  const end = await pool.run(
    {
      work: { type: 'shell', command },
      directory: rig.directory,
      base: rig,
      variables: {
        ...valueEnvironment(attempt.formula, attempt.bead),
        GASTOWN_RUN: attempt.run,
        GASTOWN_BEAD: attempt.bead.id,
        GASTOWN_ATTEMPT: String(attempt.number),
        GASTOWN_ATTEMPT_DIR: folder,
        GASTOWN_PROJECT: settings.projectRoot,
        GASTOWN_RIG: rig.settings.name,
        [MARKER_VARIABLE]: settings.marker(key, nameOf(round)),
      },
      marker: MARKER_VARIABLE,
      record: recordOf(round),
      log,
      input: undefined,
    },
    signal,
    graceMs,
  );
  // A driver that was taken for dead woke up and was faster: what it began is followed. And what was lost is the check, not the
  // work: that is not done again for it.
  const isAgain = end.type === 'refused' || (end.type === 'lost' && round < MOST_ROUNDS);
  if (isAgain && exists(recordOf(round)))
    return runCheck(command, number, attempt, rig, key, signal, settings);
  return checkEnd(end, command, log);
}

function checkEnd(end: ShellEnd, command: string, log: string): CheckEnd {
  switch (end.type) {
    case 'exited':
      return { type: 'ended', result: { command, exit: end.status, log } };
    case 'stopped':
    case 'lost':
      return { type: end.type };
    case 'refused':
      return { type: 'unable', what: 'its record was taken by somebody else' };
    case 'unable':
      return { type: 'unable', what: `its ${end.what} cannot be opened` };
    default:
      return unreachable(end);
  }
}
