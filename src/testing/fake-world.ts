/**
 * Agents, rigs and a verifier without processes, on virtual time: what the real world does to an engine, as a script.
 *
 * Owns: the processes that "run", which outlive the driver that started them. Every effect is judged by its key alone,
 * so the same run meets the same fate however often its driver dies.
 * I1  Work with one key begins at most once: beginning it again throws, as no real adapter would allow it.
 * I2  The adapters of a dead driver (after {@link FakeWorld.crash}: of all there were) neither answer nor act.
 */
import { type EffectKey, effectKey } from '../core/ids.ts';
import { invariant } from '../core/invariant.ts';
import type { Bead } from '../core/plan.ts';
import { DEFAULT_RIG } from '../plan/settings-load.ts';
import type { Clock, Evidence, Performers, PreparedRig, StepEnd, WorkReport } from '../ports/work.ts';
import { proposalOf } from './random-bead-plan.ts';

/** What becomes of an effect, and after how long; `dies` is a process that vanishes without leaving a result. */
export interface Fate {
  readonly afterMs: number;
  readonly end: 'succeeds' | 'fails' | 'dies';
}

interface Process {
  readonly endsAt: number;
  /** What it leaves if it succeeds. */
  readonly report: WorkReport;
  readonly fate: Fate;
  /** The record that a real helper leaves. */
  result: StepEnd<WorkReport> | undefined;
  isStopped: boolean;
}

export class FakeWorld {
  readonly #clock: Clock;
  readonly #fateOf: (key: EffectKey, bead: Bead) => Fate;
  readonly #processes = new Map<EffectKey, Process>();
  /** Keys whose record was made void: they can never begin. */
  readonly #void = new Set<EffectKey>();
  #generation = 0;

  constructor(clock: Clock, fateOf: (key: EffectKey, bead: Bead) => Fate) {
    this.#clock = clock;
    this.#fateOf = fateOf;
  }

  /** Keys of effects that are alive now. */
  alive(): EffectKey[] {
    return [...this.#processes].filter(([, process]) => this.#lives(process)).map(([key]) => key);
  }

  /** Keys of all effects that ever began, and whether it came to a good end. */
  began(): ReadonlyMap<EffectKey, boolean> {
    return new Map([...this.#processes].map(([key, { result }]) => [key, result?.type === 'succeeded']));
  }

  /** The driver is gone: its adapters are, too, but what it started goes on. */
  crash(): void {
    this.#generation += 1;
  }

  /** The machine is gone: nothing that ran is there any more, and what had not ended left no result. */
  reboot(): void {
    this.crash();
    for (const process of this.#processes.values()) if (this.#lives(process)) process.isStopped = true;
  }

  /** `isDead`: the driver that these adapters belong to is gone, while others live. */
  performers(isDead = (): boolean => false): Performers {
    const generation = this.#generation;
    const rig: PreparedRig = { settings: DEFAULT_RIG, directory: '/', env: {}, secretValues: [] };
    const isGone = (): boolean => generation !== this.#generation || isDead();
    const end = (promise: Promise<StepEnd<WorkReport> | undefined>) =>
      promise.then((value) => (isGone() ? new Promise<never>(() => {}) : value));
    return {
      rig: () => ({
        settings: DEFAULT_RIG,
        rig: {
          open: () => rig,
          prepare: async (attempt, key, signal) => {
            const ended = (await end(this.#command(key, attempt.bead, signal, isGone))) ?? lost;
            return ended.type === 'succeeded' ? { type: 'succeeded', report: undefined } : ended;
          },
        },
      }),
      agent: () => ({
        settings: undefined,
        agent: {
          work: async (attempt, _rig, key, signal) => {
            invariant(!isGone(), `a dead driver starts ${key}`);
            invariant(!this.#processes.has(key), `${key} begins twice`);
            invariant(!this.#void.has(key), `${key} begins after it was given up`);
            const process = this.#start(key, attempt.bead);
            return (await end(this.#follow(process, signal, isGone))) ?? lost;
          },
          adopt: (_attempt, _rig, key, signal) => end(this.#adopt(key, signal, isGone)),
        },
      }),
      verifier: {
        verify: async (attempt, _rig, key, signal) => {
          const ended = (await end(this.#command(key, attempt.bead, signal, isGone))) ?? lost;
          const report: Evidence = { artifacts: [], checks: [], criteria: [], sharedTree: true };
          return ended.type === 'succeeded' ? { type: 'succeeded', report } : ended;
        },
      },
      settle: async (run, node, attempt, step) => {
        const key = effectKey(run, node, attempt, step);
        const stopped = AbortSignal.abort();
        if (step === 'work') await end(this.#adopt(key, stopped, isGone));
        else {
          const process = this.#processes.get(key);
          if (process !== undefined) await end(this.#follow(process, stopped, isGone));
        }
      },
      spawned: () => [],
      propose: ({ node }) => proposalOf(node),
      sweepRun: async () => [],
      sweep: async () => [],
    };
  }

  #finish(process: Process): void {
    if (process.isStopped) return;
    if (process.fate.end === 'succeeds') process.result = { type: 'succeeded', report: process.report };
    else if (process.fate.end === 'fails')
      process.result = { type: 'failed', failure: { class: 'task', code: 'exit', message: 'exit status 1' } };
    else process.isStopped = true;
  }

  async #adopt(
    key: EffectKey,
    signal: AbortSignal,
    isGone: () => boolean,
  ): Promise<StepEnd<WorkReport> | undefined> {
    const process = this.#processes.get(key);
    if (process === undefined) {
      this.#void.add(key);
      return undefined;
    }
    return this.#follow(process, signal, isGone);
  }

  /** Answers when the process has ended, or has been stopped; undefined when it died without a result. */
  async #follow(
    process: Process,
    signal: AbortSignal,
    isGone: () => boolean,
  ): Promise<StepEnd<WorkReport> | undefined> {
    if (this.#lives(process))
      await new Promise<void>((resolve) => {
        const timer = this.#clock.after(process.endsAt - this.#clock.now(), resolve);
        const stop = (): void => {
          if (isGone()) return;
          timer[Symbol.dispose]();
          if (process.result === undefined) process.isStopped = true;
          // Between the polite stop and the proof that nothing is left, time passes.
          this.#clock.after(50, resolve);
        };
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      });
    if (process.result !== undefined) return process.result;
    return signal.aborted ? { type: 'stopped' } : undefined;
  }

  /** Checks and setups outlive their driver, too; beginning one again follows what is left of it. */
  async #command(
    key: EffectKey,
    bead: Bead,
    signal: AbortSignal,
    isGone: () => boolean,
  ): Promise<StepEnd<WorkReport>> {
    const process = this.#processes.get(key);
    const isLeft = process !== undefined && !process.isStopped;
    return (await this.#follow(isLeft ? process : this.#start(key, bead), signal, isGone)) ?? lost;
  }

  #start(key: EffectKey, bead: Bead): Process {
    const fate = this.#fateOf(key, bead);
    const process: Process = {
      fate,
      endsAt: this.#clock.now() + fate.afterMs,
      report: reportOf(bead),
      result: undefined,
      isStopped: false,
    };
    this.#processes.set(key, process);
    this.#clock.after(fate.afterMs, () => this.#finish(process));
    return process;
  }

  #lives(process: Process): boolean {
    return !process.isStopped && process.result === undefined;
  }
}

/** A bead of the plan that may add beads does: which ones is up to {@link proposalOf}. */
function reportOf({ spawns, parent }: Bead): WorkReport {
  if (spawns === undefined || parent !== undefined) return { exit: 0 };
  return { exit: 0, output: { spawns }, spawned: [{ name: 'more.toml', path: 'more.toml', text: '' }] };
}

const lost: StepEnd<never> = {
  type: 'failed',
  failure: { class: 'lost', code: 'lost', message: 'the process died and left no result' },
};
