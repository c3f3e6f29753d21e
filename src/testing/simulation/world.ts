/**
 * Processes that are none, on virtual time: what the real world does to an engine, as a script.
 *
 * Owns: the processes that "run", which outlive the driver that asked for them, and their records. What becomes of a
 * process follows from its key alone, so the same run meets the same fate however often its driver dies.
 * I1  What was given up never begins.
 * I2  Nothing is stopped by a driver that does not hold the lease: that is reported.
 * Not here: processes that other machines cannot see. Whoever steals a lease is believed that its holder is dead.
 */
import type { EffectKey, NodeId } from '../../core/ids.ts';
import type { Bead } from '../../core/plan.ts';
import type { Clock, StepEnd, WorkReport } from '../../ports/work.ts';

/** What becomes of an effect, and after how long; `dies` is a process that vanishes without leaving a result. */
export interface Fate {
  readonly afterMs: number;
  readonly end: 'succeeds' | 'fails' | 'dies';
  /** How long a helper takes to read what it was asked; default 0. */
  readonly startMs?: number;
  /** How long it takes to die when it is stopped; default 50. */
  readonly stopMs?: number;
}

/** A driver as the world knows it. */
export interface Driver {
  readonly isDead: boolean;
  readonly holdsLease: boolean;
  /** It is about to ask for an effect: resolves when it really does, which for the dead is never. */
  asks(): Promise<void>;
  /** The same where it goes on in the turn in which it decided to: it may die here, not sleep. */
  asksAtOnce(): Promise<void> | undefined;
  /** It has asked. */
  asked(): void;
  /** It waits for an answer: the same, if and when it hears it. */
  hears<Answer>(answer: Promise<Answer>): Promise<Answer>;
  /** What it does after a time, if it still can. */
  later(ms: number, call: () => void): void;
}

/** One process, from the request in its helper's pipe to whatever it leaves in its record. */
export interface Process {
  readonly key: EffectKey;
  readonly node: NodeId;
  phase: 'asked' | 'lives' | 'gone';
  /** Its record says that it is being stopped: whatever it leaves now is no result. */
  isStopped: boolean;
  result: StepEnd<WorkReport> | undefined;
  readonly fate: Fate;
  readonly report: WorkReport;
  readonly waiting: (() => void)[];
}

/** Who looks at what happens in a world. */
export interface WorldWatch {
  begins(process: Process): void;
  /** Somebody does what no driver may. */
  reports(what: string): void;
}

export class SimulatedWorld {
  /** Keys in the order in which something of them began; a check that is begun again is here again. */
  readonly begun: EffectKey[] = [];
  readonly #clock: Clock;
  readonly #fateOf: (key: EffectKey, bead: Bead) => Fate;
  readonly #watch: WorldWatch;
  readonly #processes = new Map<EffectKey, Process>();
  readonly #living = new Set<Process>();
  /** Keys whose record was made void before anybody asked for them. */
  readonly #void = new Set<EffectKey>();

  constructor(clock: Clock, fateOf: (key: EffectKey, bead: Bead) => Fate, watch: WorldWatch) {
    this.#clock = clock;
    this.#fateOf = fateOf;
    this.#watch = watch;
  }

  get living(): ReadonlySet<Process> {
    return this.#living;
  }

  /** Keys of effects that are alive now. */
  alive(): EffectKey[] {
    return [...this.#living].map(({ key }) => key);
  }

  /** Whether somebody asked for this key, or made sure that it never begins. */
  knows(key: EffectKey): boolean {
    return this.#processes.has(key) || this.#void.has(key);
  }

  process(key: EffectKey): Process | undefined {
    return this.#processes.get(key);
  }

  /** Keys of all effects that were ever asked for, and whether they came to a good end. */
  began(): ReadonlyMap<EffectKey, boolean> {
    return new Map([...this.#processes].map(([key, { result }]) => [key, result?.type === 'succeeded']));
  }

  /** The machine is gone, and with it everything that runs or was to. */
  reboot(): void {
    for (const process of this.#processes.values()) this.#end(process);
  }

  /** One of the processes that live is killed, its helper with it. */
  kill(which: number): void {
    const process = [...this.#living][which % Math.max(1, this.#living.size)];
    if (process !== undefined) this.#end(process);
  }

  /** What was never asked for, or not read yet, never begins; answers what there is else. */
  giveUp(key: EffectKey): Process | undefined {
    const process = this.#processes.get(key);
    if (process === undefined) this.#void.add(key);
    else if (process.phase === 'asked') this.#end(process);
    return process;
  }

  isVoid(key: EffectKey): boolean {
    return this.#void.has(key);
  }

  /** Somebody does what no driver may. */
  report(what: string): void {
    this.#watch.reports(what);
  }

  /** Answers when nothing of the process lives; undefined when it left no result. */
  async follow(
    process: Process,
    signal: AbortSignal,
    driver: Driver,
  ): Promise<StepEnd<WorkReport> | undefined> {
    const stop = (): void => this.#stop(process, driver);
    if (process.phase !== 'gone') {
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    }
    if (process.phase !== 'gone') await new Promise<void>((resolve) => process.waiting.push(resolve));
    if (process.result !== undefined) return process.result;
    return process.isStopped ? { type: 'stopped' } : undefined;
  }

  /** Politely, then firmly, as long as the driver that wants it lives. */
  #stop(process: Process, driver: Driver): void {
    if (driver.isDead || process.phase === 'gone') return;
    if (!driver.holdsLease)
      this.#watch.reports(`${process.key} is stopped by a driver that has no say any more`);
    process.isStopped = true;
    if (process.phase === 'asked') this.#end(process);
    else driver.later(process.fate.stopMs ?? 50, () => this.#end(process));
  }

  /** A request in the pipe of a helper. */
  ask(key: EffectKey, bead: Bead): Process {
    const process: Process = {
      key,
      node: bead.id,
      phase: 'asked',
      isStopped: false,
      result: undefined,
      fate: this.#fateOf(key, bead),
      report: reportOf(bead),
      waiting: [],
    };
    this.#processes.set(key, process);
    const { startMs = 0 } = process.fate;
    if (startMs === 0) this.#begin(process);
    else this.#clock.after(startMs, () => this.#begin(process));
    return process;
  }

  #begin(process: Process): void {
    if (process.phase !== 'asked') return;
    process.phase = 'lives';
    this.#living.add(process);
    this.begun.push(process.key);
    this.#watch.begins(process);
    this.#clock.after(process.fate.afterMs, () => {
      if (process.phase === 'lives' && !process.isStopped) process.result = resultOf(process);
      this.#end(process);
    });
  }

  #end(process: Process): void {
    if (process.phase === 'gone') return;
    process.phase = 'gone';
    this.#living.delete(process);
    for (const hear of process.waiting.splice(0)) hear();
  }
}

/** A bead of the plan that may add beads does: which ones is up to whoever reads its report. */
function reportOf({ spawns, parent }: Bead): WorkReport {
  if (spawns === undefined || parent !== undefined) return { exit: 0 };
  return { exit: 0, output: { spawns }, spawned: [{ name: 'more.toml', path: 'more.toml', text: '' }] };
}

function resultOf({ fate, report }: Process): StepEnd<WorkReport> | undefined {
  switch (fate.end) {
    case 'succeeds':
      return { type: 'succeeded', report };
    case 'fails':
      return { type: 'failed', failure: { class: 'task', code: 'exit', message: 'exit status 1' } };
    case 'dies':
      return undefined;
  }
}
