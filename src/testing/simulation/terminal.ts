/**
 * One `gastown run` as a process: alive, frozen or dead. Owns: what reaches it and what it reaches.
 * I1  The dead do nothing: no timer, no answer, no write.
 * I2  What comes to a frozen process waits until it wakes up. What it was doing at that instant (one turn of its event loop)
 *     it finishes first: nothing of JavaScript can be stopped half-way, except before a write, where others come first.
 */
import type { RunId } from '../../core/ids.ts';
import type { RunRequest } from '../../engine/opening.ts';
import type { SessionEnd, SessionHandle } from '../../engine/session.ts';
import { JournalProblem, type ProcessIdentity } from '../../ports/journal.ts';
import type { Clock } from '../../ports/work.ts';
import { type JournalWrite, type MemoryDisk, MemoryJournal } from '../memory-journal.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { type Fault, type Harm, Places } from './faults.ts';
import type { Driver } from './world.ts';

/** What one terminal asks for and when, and what happens to it. */
export interface Script {
  readonly select: RunRequest['select'];
  readonly afterMs: number;
  readonly waitMs: number;
  readonly faults: readonly Fault[];
  /** It runs on another machine, which sees the same folder. */
  readonly isElsewhere?: true;
  /** It says `--steal`. */
  readonly steals?: true;
  /** It runs everything again. */
  readonly isRerun?: true;
}

/** What a terminal is part of. */
export interface Surroundings {
  readonly clock: VirtualClock;
  readonly disk: MemoryDisk;
  readonly bootId: string;
  /** What the wall clock is ahead by as it begins. */
  readonly aheadMs: number;
  /** Does to a terminal, or to its world, what harms it; `isBetween`: right before a write. */
  readonly strike: (terminal: SimulatedTerminal, harm: Harm, isBetween: boolean) => void;
}

export class SimulatedTerminal implements Driver {
  readonly script: Script;
  readonly identity: ProcessIdentity;
  readonly clock: Clock;
  readonly journal: MemoryJournal;
  isInterrupted = false;
  /** It was frozen at some time. */
  wasFrozen = false;
  handle: SessionHandle | undefined;
  end: SessionEnd | undefined;
  /** What it ended with instead: it was fenced, or could not write. */
  error: unknown;
  /** The latest run when this terminal ended, and how many events it had. */
  runAtEnd: { readonly run: RunId; readonly events: number } | undefined;
  /** What the wall clock was set forward by since it began. */
  #aheadMs: number;
  readonly #around: Surroundings;
  readonly #places: Places;
  #life: 'alive' | 'frozen' | 'dead' | 'over' = 'alive';
  #seems: 'alive' | 'dead' = 'alive';
  #cannotWrite = 0;
  readonly #held: (() => void)[] = [];

  constructor(script: Script, pid: number, around: Surroundings) {
    this.script = script;
    this.#around = around;
    this.#aheadMs = around.aheadMs;
    const host = script.isElsewhere === true ? 'elsewhere' : 'here';
    this.identity = { host, bootId: around.bootId, pidNamespace: 'n', pid, startTime: `at ${pid}` };
    this.#places = new Places(script.faults);
    this.journal = new MemoryJournal(around.disk, {
      beforeCommit: (write) => this.#write(write, 'before'),
      afterCommit: (write) => this.#write(write, 'after'),
    });
    this.clock = {
      now: () => around.clock.now() + this.#aheadMs,
      soon: (call) => around.clock.soon(() => this.#reach(call)),
      after: (ms, call) => around.clock.after(ms, () => this.#reach(call)),
    };
    for (const { place, harm } of script.faults)
      if (place.at === 'time') around.clock.after(place.ms, () => this.#strike(harm));
  }

  get pid(): number {
    return this.identity.pid;
  }

  get isDead(): boolean {
    return this.#life === 'dead';
  }

  get holdsLease(): boolean {
    return this.#around.disk.lease?.holder.pid === this.pid;
  }

  /** It has not come to its end, and can. */
  get isAlive(): boolean {
    return this.#life === 'alive' || this.#life === 'frozen';
  }

  /** What others of its machine think. */
  get seemsAlive(): boolean {
    return this.#life === 'alive' || (this.#life === 'frozen' && this.#seems === 'alive');
  }

  /** It came to its end by itself. */
  isOver(): void {
    if (this.isAlive) this.#life = 'over';
  }

  die(): void {
    if (this.isAlive) this.#life = 'dead';
    this.#held.length = 0;
  }

  freeze(forMs: number, seems: 'alive' | 'dead'): void {
    if (this.#life !== 'alive') return;
    this.#life = 'frozen';
    this.#seems = seems;
    this.wasFrozen = true;
    this.#around.clock.after(forMs, () => this.#wake());
  }

  #wake(): void {
    if (this.#life !== 'frozen') return;
    this.#life = 'alive';
    // One after the other, each followed by what comes of it, as an event loop does.
    for (const call of this.#held.splice(0)) this.#around.clock.soon(() => this.#reach(call));
  }

  setForward(byMs: number): void {
    this.#aheadMs += byMs;
  }

  cannotWrite(times: number): void {
    this.#cannotWrite = times;
  }

  /** Something comes to it from outside: at once, when it wakes up, or never. */
  hear(call: () => void): void {
    this.#reach(call);
  }

  async asks(): Promise<void> {
    this.#pass('request', 'before');
    await this.#awake();
  }

  asksAtOnce(): Promise<void> | undefined {
    this.#pass('request', 'before');
    return this.isDead ? new Promise(() => undefined) : undefined;
  }

  asked(): void {
    this.#pass('request', 'after');
  }

  async hears<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const value = await answer;
    this.#pass('answer', 'before');
    await this.#awake();
    return value;
  }

  later(ms: number, call: () => void): void {
    this.clock.after(ms, call);
  }

  /** For the living: now. For the frozen: then. For the dead: never. */
  #awake(): Promise<void> | undefined {
    if (this.#life === 'alive' || this.#life === 'over') return undefined;
    return new Promise((resolve) => this.#reach(resolve));
  }

  #reach(call: () => void): void {
    if (this.#life === 'frozen') this.#held.push(call);
    else if (this.#life !== 'dead') call();
  }

  #pass(here: 'request' | 'answer', side: 'before' | 'after'): void {
    for (const harm of this.#places.pass(here, side)) this.#strike(harm);
  }

  #write({ type }: JournalWrite, side: 'before' | 'after'): void {
    if (this.isDead) throw new Error('killed');
    for (const harm of this.#places.pass(type, side)) this.#strike(harm, side === 'before');
    // It died here.
    if (this.isDead) throw new Error('killed');
    if (side === 'after' || this.#cannotWrite === 0) return;
    this.#cannotWrite -= 1;
    throw new JournalProblem('full', 'the disk is full');
  }

  #strike(harm: Harm, isBetween = false): void {
    if (this.isAlive) this.#around.strike(this, harm, isBetween);
  }
}
