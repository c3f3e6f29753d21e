/** The shell agent: the bead's own command is the work. */
import type { EffectKey } from '../core/ids.ts';
import type { Agent, Attempt, PreparedRig, WorkEnd } from '../ports/work.ts';
import { adoptWork, runWork, type WorkerSettings } from './worker.ts';

/** Runs `bead.run` with the POSIX shell, in the rig. */
export class ShellAgent implements Agent {
  readonly #settings: WorkerSettings;

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
  }

  async work(attempt: Attempt, rig: PreparedRig, key: EffectKey, signal: AbortSignal): Promise<WorkEnd> {
    const command = attempt.bead.run;
    if (command === undefined) {
      const message = `bead ${attempt.bead.id} has no command: give it bead.task.run, or an agent that reads its description`;
      return { type: 'failed', failure: { class: 'infrastructure', code: 'agent-missing', message } };
    }
    // The rig itself is the base: the same object for all its attempts.
    const program = { work: { type: 'shell', command }, base: rig, input: undefined } as const;
    return runWork(this.#settings, program, attempt, rig, key, signal);
  }

  async adopt(
    attempt: Attempt,
    rig: PreparedRig,
    key: EffectKey,
    signal: AbortSignal,
  ): Promise<WorkEnd | undefined> {
    return adoptWork(this.#settings, attempt, rig, key, signal);
  }
}
