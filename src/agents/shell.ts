/** The shell agent: the bead's own command is the work. */
import type { EffectKey } from '../core/ids.ts';
import type { Agent, Attempt, PreparedRig, StepEnd, WorkReport } from '../ports/work.ts';
import {
  attemptVariables,
  markerVariable,
  type WorkerSettings,
  workEnd,
  workLog,
  workTrace,
} from './worker.ts';

/** Runs `bead.run` with the POSIX shell, in the rig. */
export class ShellAgent implements Agent {
  readonly #settings: WorkerSettings;

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
  }

  async work(
    attempt: Attempt,
    rig: PreparedRig,
    key: EffectKey,
    signal: AbortSignal,
  ): Promise<StepEnd<WorkReport>> {
    const command = attempt.bead.run;
    if (command === undefined) {
      const message = `bead ${attempt.bead.id} has no command: give it bead.task.run, or an agent that reads its description`;
      return { type: 'failed', failure: { class: 'infrastructure', code: 'agent-missing', message } };
    }
    const { pool, projectRoot, graceMs } = this.#settings;
    const marker = this.#settings.marker(key);
    const end = await pool.run(
      {
        work: { type: 'shell', command },
        directory: rig.directory,
        // The rig itself: the same object for all its attempts, so that they share helpers.
        base: rig,
        variables: attemptVariables(attempt, rig, projectRoot, marker),
        marker: markerVariable,
        record: workTrace(attempt, marker).record,
        log: workLog(attempt),
        input: undefined,
      },
      signal,
      graceMs,
    );
    return workEnd(end, attempt, rig);
  }

  async adopt(
    attempt: Attempt,
    rig: PreparedRig,
    key: EffectKey,
    signal: AbortSignal,
  ): Promise<StepEnd<WorkReport> | undefined> {
    const end = await this.#settings.pool.adopt(
      workTrace(attempt, this.#settings.marker(key)),
      signal,
      this.#settings.graceMs,
    );
    return end === undefined ? undefined : workEnd(end, attempt, rig);
  }
}
