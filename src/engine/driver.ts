/**
 * The loop: take what happened → decide → append events (one transaction per turn) → carry out commands.
 * Owns: the effects that are alive, and the order "journal first, act second". Does not own: any decision.
 *
 * I1  Nothing acts before the events that ask for it are durable: a failed append ends the driver, and the commands of
 *     that turn are never carried out.
 * I2  One effect per key, ever: a key is started only when nothing alive answers for it, and after a crash work is
 *     adopted, not started.
 * I3  Every effect gets exactly one answer, and counts as alive until that answer is taken.
 * I4  A message is answered in the transaction of what it led to: a driver that dies before leaves it to its successor.
 */
import { decide } from '../core/decide.ts';
import type { Event } from '../core/events.ts';
import { type EffectKey, effectKey, type Step } from '../core/ids.ts';
import type { EffectRef, Input } from '../core/input.ts';
import { invariant } from '../core/invariant.ts';
import { stalled } from '../core/stall.ts';
import type { NodeState, RunPhase } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import { nextDue } from '../core/time.ts';
import { commands } from '../core/wanted.ts';
import {
  type Answered,
  type BeadRow,
  type InboxMessage,
  isFenced,
  isJournalProblem,
  type Journal,
  type RunRow,
} from '../ports/journal.ts';
import type { Clock } from '../ports/work.ts';
import type { Chronicle } from './chronicle.ts';

import type { Beginning, Crew } from './crew.ts';
import type { Verdict } from './inbox.ts';
import { type Stall, StallWatch } from './stall-watch.ts';

/** What a driver is made from. */
export interface DriverParts {
  readonly store: Store;
  readonly chronicle: Chronicle;
  readonly journal: Journal;
  readonly epoch: number;
  readonly clock: Clock;
  readonly crew: Crew;
  /** Says what becomes of a node that is `judging`: evaluates its condition, or makes beads of its list. Only looks. */
  readonly judge: (node: NodeState) => Input;
  /** Called when work that could be done is not, which is a bug of ours. */
  readonly onStall: (stall: Stall) => void;
  /** Pause when only people are waited for. */
  readonly leavesPeople: boolean;
  /** Says what a message of the inbox comes to. `history`: the events of the run so far. Only looks. */
  readonly answer: (message: InboxMessage, history: () => Iterable<Event>) => Verdict;
  /** Called after every commit with what changed. */
  readonly observe: (run: RunRow, changed: readonly BeadRow[], events: readonly Event[]) => void;
}

/** How a driver came to its end: the run is settled or paused; or what is alive of it was left to a successor. */
export type DriveEnd = Extract<RunPhase, { phase: 'settled' | 'paused' }> | { readonly phase: 'left' };

interface Living {
  readonly step: Step;
  /** What it takes to make sure that nothing of an effect is left; nobody else could go on with that. */
  readonly isEnding: boolean;
  readonly controller: AbortController;
  readonly answer: Promise<unknown>;
}

/** What the next turn is about. */
type Told = Input | { readonly type: 'message'; readonly message: InboxMessage };

/** Drives one run to its end. */
export class Driver {
  readonly #parts: DriverParts;
  readonly #alive = new Map<EffectKey, Living>();
  /** Work that an earlier driver may have started: settled by adopting, never by starting. */
  readonly #inherited = new Set<EffectKey>();
  /** Added to the clock: a run never goes back in time, even if the wall clock did between two drivers. */
  readonly #skewMs: number;
  readonly #watch: StallWatch;
  #end!: Promise<DriveEnd>;
  #resolve!: (end: DriveEnd) => void;
  #reject!: (error: unknown) => void;
  #inputs: Told[] = [];
  /** Messages up to this one were taken, perhaps not answered yet. */
  #takenUpTo = 0;
  #turnIsDue = false;
  /** The run came to its end; what is told now waits for {@link driveOn}. */
  #isIdle = false;
  #isLeaving = false;
  /** What an earlier driver left is settled; before that, inputs wait. */
  #isInherited = false;
  #isOver = false;
  #timer: Disposable | undefined;

  constructor(parts: DriverParts) {
    this.#parts = parts;
    this.#skewMs = Math.max(0, parts.store.run.lastAt - parts.clock.now());
    const { store, clock, onStall } = parts;
    const nudge = (): void => this.tell({ type: 'tick' });
    this.#watch = new StallWatch({ store, clock, report: onStall, nudge });
    this.#begin();
  }

  /** Something was told that was not taken yet. */
  get isBehind(): boolean {
    return this.#inputs.length > 0;
  }

  /**
   * Settles what an earlier driver left, tells the machine `input`, and runs until nothing is alive and nothing will
   * start: settled, or paused; or until it has left. Rejects when the journal cannot be written or another driver took
   * over; everything that was alive is stopped by then, unless it is the other's.
   */
  async drive(input: Input): Promise<DriveEnd> {
    try {
      await this.#inherit();
      // What was asked for meanwhile (a stop, say) comes after what this run is about.
      this.#inputs.unshift(input);
      this.#isInherited = true;
      this.#askForTurn();
    } catch (error) {
      void this.#fail(error);
    }
    return this.#end;
  }

  /** Takes what was told since the run came to its end, and goes on to the next one. */
  driveOn(): Promise<DriveEnd> {
    if (this.#isIdle) {
      this.#isIdle = false;
      this.#begin();
      this.#askForTurn();
    }
    return this.#end;
  }

  /** Ends as soon as nothing is being stopped, without stopping work: somebody else will go on with it. */
  leave(): void {
    this.#isLeaving = true;
    if (this.#isInherited && !this.#isIdle) this.#askForTurn();
  }

  /** Ends the session for an error outside the loop, as {@link drive} does for one inside. */
  breakOff(error: unknown): void {
    void this.#fail(error);
  }

  /** Adds something that happened, or that somebody wants; taken in the next turn. */
  tell(input: Input): void {
    this.#take(input);
  }

  /** Takes a message of the inbox, if it was not taken before; it is answered in its turn. */
  ask(message: InboxMessage): void {
    if (this.#isOver || message.id <= this.#takenUpTo) return;
    this.#takenUpTo = message.id;
    this.#take({ type: 'message', message });
  }

  #take(told: Told): void {
    if (this.#isOver) return;
    this.#inputs.push(told);
    if (this.#isInherited && !this.#isIdle) this.#askForTurn();
  }

  #begin(): void {
    this.#end = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  #askForTurn(): void {
    if (this.#turnIsDue) return;
    this.#turnIsDue = true;
    this.#parts.clock.soon(() => this.#guard(() => this.#turn()));
  }

  /**
   * Work that nobody wants (its run was halted, its time was up) may still be alive though its driver is dead: it is ended
   * before anything else happens. Work that is wanted will be adopted when its command comes.
   */
  async #inherit(): Promise<void> {
    const { store } = this.#parts;
    if (store.run.run === undefined) return;
    const { start, settle } = commands(store, this.#alive);
    for (const [key, effect] of start) if (effect.step === 'work') this.#inherited.add(key);
    const answers = await Promise.all(
      [...settle].map(([key, effect]) => this.#parts.crew.settle(key, effect)),
    );
    this.#commit(answers);
  }

  #turn(): void {
    this.#turnIsDue = false;
    if (this.#isOver || this.#isIdle) return;
    const inputs = this.#inputs;
    this.#inputs = [];
    const due = nextDue(this.#parts.store);
    if (due !== undefined && due <= this.#now()) inputs.push({ type: 'tick' });
    const hasHappened = this.#commit(inputs);
    this.#carryOut();
    this.#arm();
    this.#watch.turned(hasHappened);
    this.#endIfIdle();
  }

  /** Decides on a batch and makes it durable; only then may anything act on it (I1). Says whether anything happened. */
  #commit(told: readonly Told[]): boolean {
    const { store, chronicle, journal, epoch, answer, observe } = this.#parts;
    const now = this.#now();
    const events: Event[] = [];
    const answered: Answered[] = [];
    const take = (input: Input): void => {
      for (const event of decide(store, input, now)) {
        chronicle.note(event);
        events.push(event);
      }
    };
    for (const input of told) {
      if (input.type === 'message') {
        const { message } = input;
        const { inputs, reply } = answer(message, () => this.#history(events));
        for (const one of inputs) take(one);
        answered.push({ id: message.id, reply });
        continue;
      }
      take(input);
      if ('effect' in input) this.#alive.delete(this.#keyOf(input.effect));
    }
    // Questions that need only a look are answered in the same transaction as what raised them.
    while (store.judging.size > 0 && store.run.phase.phase === 'active')
      for (const id of [...store.judging]) take(this.#parts.judge(store.node(id)));
    if (events.length > 0) {
      const projection = chronicle.project(store, store.takeChanged());
      invariant(store.run.run !== undefined && projection.run !== undefined, 'a run has been created');
      journal.append(epoch, store.run.run, events, projection, answered);
      observe(projection.run, projection.beads, events);
    } else for (const { id, reply } of answered) journal.handled(epoch, id, reply);
    return events.length > 0;
  }

  /** The run's events, those that are about to be committed included. */
  *#history(fresh: readonly Event[]): Iterable<Event> {
    const { journal, store } = this.#parts;
    if (store.run.run !== undefined) yield* journal.events(store.run.run);
    yield* fresh;
  }

  #carryOut(): void {
    const { start, stop, settle } = commands(this.#parts.store, this.#alive);
    for (const key of stop) this.#alive.get(key)?.controller.abort();
    for (const [key, effect] of settle) {
      const answer = this.#parts.crew.settle(key, effect);
      this.#await(key, { step: effect.step, isEnding: true, controller: new AbortController() }, answer);
    }
    for (const [key, effect] of start) {
      const controller = new AbortController();
      const beginning = this.#inherited.delete(key) ? 'adopt' : 'start';
      const answer = this.#perform(key, effect, beginning, controller.signal);
      this.#await(key, { step: effect.step, isEnding: false, controller }, answer);
    }
  }

  #await(key: EffectKey, living: Omit<Living, 'answer'>, performance: Promise<Input>): void {
    const answer = performance.then(
      (input) => this.tell(input),
      (error: unknown) => void this.#fail(error),
    );
    this.#alive.set(key, { ...living, answer });
  }

  #perform(key: EffectKey, effect: EffectRef, beginning: Beginning, signal: AbortSignal): Promise<Input> {
    const { crew, store } = this.#parts;
    return crew.perform(key, effect, beginning, store.node(effect.node).lastFailure, signal);
  }

  /** Sees to it that the next deadline or delay gets its turn. */
  #arm(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const due = nextDue(this.#parts.store);
    if (due === undefined) return;
    const waitMs = Math.max(0, due - this.#now());
    this.#timer = this.#parts.clock.after(waitMs, () => this.tell({ type: 'tick' }));
  }

  #endIfIdle(): void {
    const { phase } = this.#parts.store.run;
    if (this.#inputs.length > 0 || phase.phase === 'aborting') return;
    if (this.#isLeaving && phase.phase === 'active') {
      const isEnding = [...this.#alive.values()].some((one) => one.isEnding || one.controller.signal.aborted);
      if (!isEnding) void this.#handOver();
      return;
    }
    if (this.#alive.size > 0) return;
    if (phase.phase === 'active') {
      const isStuck = !this.#isWaiting();
      // What is stalled is not waiting either: the watch will see to it.
      if (isStuck) invariant(stalled(this.#parts.store) !== undefined, 'an active run waits for something');
      else if (this.#parts.leavesPeople && this.#waitsForPeople()) this.tell({ type: 'leave' });
      return;
    }
    this.#isIdle = true;
    this.#disarm();
    this.#resolve(phase);
  }

  /**
   * Leaves work alive, to be adopted. Setups and checks are sequences that only this process could go on with: they are
   * stopped and their answers are not taken, so that the successor begins them again.
   */
  async #handOver(): Promise<void> {
    this.#close();
    const sequences = [...this.#alive.values()].filter(({ step }) => step !== 'work');
    for (const { controller } of sequences) controller.abort();
    await Promise.all(sequences.map(({ answer }) => answer));
    this.#resolve({ phase: 'left' });
  }

  /** Whether there is something from outside that an idle run waits for. */
  #isWaiting(): boolean {
    const { store } = this.#parts;
    if (nextDue(store) !== undefined || store.people.size > 0) return true;
    // Beads that require what nobody asked for wait for another terminal.
    for (const { selected, phase } of store.nodes.values())
      if (selected && phase.phase === 'waiting') return true;
    return false;
  }

  #waitsForPeople(): boolean {
    const { store } = this.#parts;
    return store.people.size > 0 && nextDue(store) === undefined;
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      void this.#fail(error);
    }
  }

  /**
   * Stops everything that is alive, then gives the error to whoever waits for the end. A fenced driver touches nothing:
   * what is alive belongs to its successor.
   */
  async #fail(error: unknown): Promise<void> {
    if (this.#isOver) return;
    this.#close();
    if (!this.#isSuperseded(error)) {
      for (const { controller } of this.#alive.values()) controller.abort();
      await Promise.all([...this.#alive.values()].map(({ answer }) => answer));
    }
    this.#reject(error);
  }

  /** Another driver holds the lease, whatever went wrong here first. */
  #isSuperseded(error: unknown): boolean {
    if (isFenced(error)) return true;
    const { journal, epoch } = this.#parts;
    try {
      return journal.lease()?.epoch !== epoch;
    } catch (unreadable) {
      if (isJournalProblem(unreadable)) return false;
      throw unreadable;
    }
  }

  #close(): void {
    this.#isOver = true;
    this.#disarm();
  }

  #disarm(): void {
    this.#watch[Symbol.dispose]();
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #keyOf(effect: EffectRef): EffectKey {
    const { run } = this.#parts.store.run;
    invariant(run !== undefined, 'a run has been created');
    return effectKey(run, effect.node, effect.attempt, effect.step);
  }

  #now(): number {
    return this.#parts.clock.now() + this.#skewMs;
  }
}
