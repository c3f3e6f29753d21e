/**
 * An agent without processes, for tests of whoever drives agents: outcomes are scripted and take virtual time.
 *
 * Owns: a world of made-up processes. A world outlives its agents as real processes outlive their driver: make one
 * agent per driver over the same world.
 * I1 A key is begun at most once; what was given up never begins.
 * I2 Promises of an agent that was cut off never settle (its driver is dead).
 */
import type { EffectKey } from '../core/ids.ts';
import type { Agent, Attempt, Clock, PreparedRig, StepEnd, WorkReport } from '../ports/work.ts';

/** What an attempt's made-up process does. `afterMs` undefined: it never ends by itself. */
export interface FakeWork {
  readonly afterMs: number | undefined;
  readonly end: StepEnd<WorkReport>;
  /** How long it takes to die when it is stopped; default 0. */
  readonly stopMs?: number;
}

type End = StepEnd<WorkReport> | 'died';

type FakeProcess =
  | { readonly phase: 'void' }
  | {
      readonly phase: 'alive';
      readonly work: FakeWork;
      readonly timer: Disposable | undefined;
      isStopping: boolean;
    }
  | { readonly phase: 'ended'; readonly end: End };

/** The made-up processes of all agents that share it. */
export class FakeWorld {
  /** Keys in the order in which their work began: never one twice. */
  readonly begun: EffectKey[] = [];
  /** Keys whose stop was asked for, in order. */
  readonly stopped: EffectKey[] = [];
  readonly #clock: Clock;
  readonly #script: (attempt: Attempt) => FakeWork;
  readonly #processes = new Map<EffectKey, FakeProcess>();
  readonly #watchers = new Map<EffectKey, Set<(end: End) => void>>();

  constructor(clock: Clock, script: (attempt: Attempt) => FakeWork) {
    this.#clock = clock;
    this.#script = script;
  }

  /** Keys of processes that live. */
  get alive(): EffectKey[] {
    return [...this.#processes].filter(([, process]) => process.phase === 'alive').map(([key]) => key);
  }

  /** Begins the work of a key; false when it was begun or given up before. */
  begin(key: EffectKey, attempt: Attempt): boolean {
    if (this.#processes.has(key)) return false;
    const work = this.#script(attempt);
    this.begun.push(key);
    const timer =
      work.afterMs === undefined
        ? undefined
        : this.#clock.after(work.afterMs, () => this.#finish(key, work.end));
    this.#processes.set(key, { phase: 'alive', work, timer, isStopping: false });
    return true;
  }

  /** Makes sure that a key that was not begun never will be. */
  giveUp(key: EffectKey): void {
    if (!this.#processes.has(key)) this.#processes.set(key, { phase: 'void' });
  }

  /** Kills a process as a crash of the machine would: it leaves no result. */
  kill(key: EffectKey): void {
    this.#finish(key, 'died');
  }

  stop(key: EffectKey): void {
    const process = this.#processes.get(key);
    if (process?.phase !== 'alive' || process.isStopping) return;
    process.isStopping = true;
    this.stopped.push(key);
    process.timer?.[Symbol.dispose]();
    this.#clock.after(process.work.stopMs ?? 0, () => this.#finish(key, { type: 'stopped' }));
  }

  /** Calls back with the end of a key's process, at once when it has ended; `died` also for what never began. */
  watch(key: EffectKey, onEnd: (end: End) => void): void {
    const process = this.#processes.get(key);
    if (process?.phase === 'ended') onEnd(process.end);
    else if (process?.phase !== 'alive') onEnd('died');
    else {
      const watchers = this.#watchers.get(key) ?? new Set();
      watchers.add(onEnd);
      this.#watchers.set(key, watchers);
    }
  }

  #finish(key: EffectKey, end: End): void {
    const process = this.#processes.get(key);
    if (process?.phase !== 'alive') return;
    process.timer?.[Symbol.dispose]();
    this.#processes.set(key, { phase: 'ended', end });
    const watchers = this.#watchers.get(key);
    this.#watchers.delete(key);
    for (const watcher of watchers ?? []) watcher(end);
  }
}

/** One driver's view of a world. */
export class FakeAgent implements Agent {
  readonly #world: FakeWorld;
  #isCutOff = false;

  constructor(world: FakeWorld) {
    this.#world = world;
  }

  /** The driver died: nothing is heard of this agent's calls any more, its processes live on. */
  cutOff(): void {
    this.#isCutOff = true;
  }

  async work(
    attempt: Attempt,
    _rig: PreparedRig,
    key: EffectKey,
    signal: AbortSignal,
  ): Promise<StepEnd<WorkReport>> {
    if (signal.aborted) return { type: 'stopped' };
    if (!this.#world.begin(key, attempt)) {
      const message = `${key} was begun or given up before`;
      return { type: 'failed', failure: { class: 'infrastructure', code: 'record-taken', message } };
    }
    const end = await this.#follow(key, signal);
    return end === 'died'
      ? { type: 'failed', failure: { class: 'lost', code: 'lost', message: 'its process died' } }
      : end;
  }

  async adopt(
    _attempt: Attempt,
    _rig: PreparedRig,
    key: EffectKey,
    signal: AbortSignal,
  ): Promise<StepEnd<WorkReport> | undefined> {
    this.#world.giveUp(key);
    const end = await this.#follow(key, signal);
    return end === 'died' ? undefined : end;
  }

  #follow(key: EffectKey, signal: AbortSignal): Promise<End> {
    return new Promise((resolve) => {
      const stop = (): void => {
        if (!this.#isCutOff) this.#world.stop(key);
      };
      this.#world.watch(key, (end) => {
        signal.removeEventListener('abort', stop);
        if (!this.#isCutOff) resolve(end);
      });
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
  }
}
