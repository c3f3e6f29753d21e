/**
 * Following a run that another `gastown` drives: say what is wanted, read what happens, end when it is settled, take over when
 * nobody drives it any more.
 * Owns: what was said to which driver. Does not own: the run, which it only reads.
 * I1  A wish is never lost: it is said to every driver anew, until the run holds it.
 * I2  What is read of the run is at least as new as the lease and the reply that were read before it.
 */
import type { Event } from '../core/events.ts';
import type { NodeId } from '../core/ids.ts';
import type { RunPhase } from '../core/state.ts';
import type { BeadRow, Journal, Lease, Reply, RunHeader, RunRow } from '../ports/journal.ts';
import type { Clock } from '../ports/work.ts';
import { catchUp, type History, replay } from './history.ts';
import { OTHER_PLAN, type SelectMessage, type WithdrawMessage } from './join-message.ts';
import type { RequestBody } from './message.ts';
import { type RunRequest, unmetRequirements } from './opening.ts';
import { askedFor, type Selection, type Standing, standingOf } from './selection.ts';
import type { Unmet, Wish } from './wish.ts';

/** How often a follower looks. */
const LOOK_EVERY_MS = 150;

export interface FollowerParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly request: RunRequest;
  readonly wish: Wish;
  /** Whether whoever holds the lease lives, here. */
  readonly holds: (lease: Lease) => boolean;
  /** Makes whoever drives look into the inbox. */
  readonly ring: () => void;
  readonly onJoined: (run: JoinedRun, rows: Iterable<BeadRow>) => void;
  readonly onFollowed: (run: RunRow, changed: readonly BeadRow[], events: readonly Event[]) => void;
  /** Aborted when this terminal wants to go. */
  readonly interruption: AbortSignal;
}

/** What a terminal is told of the run that it joins. */
export interface JoinedRun {
  readonly header: RunHeader;
  readonly lease: Lease;
  /** What the driver's limit is, whatever this terminal would have liked. */
  readonly parallel: number;
}

/** How following came to its end; `vacant`: nobody drives, and somebody should. */
export type FollowEnd =
  | { readonly type: 'vacant' }
  | { readonly type: 'interrupted' }
  | { readonly type: 'nothing-to-do'; readonly run: RunHeader }
  | { readonly type: 'ended'; readonly run: RunHeader; readonly phase: RunPhase; readonly standing: Standing }
  | { readonly type: 'unmet'; readonly requirements: Unmet }
  | { readonly type: 'refused'; readonly lease: Lease; readonly why: string };

interface View extends History {
  readonly header: RunHeader;
}

export class Follower {
  readonly #parts: FollowerParts;
  #view: View | undefined;
  /** What was said last: to which driver, and the key of the message. */
  #told: { readonly epoch: number; readonly type: 'select' | 'withdraw'; readonly key: string } | undefined;
  #messages = 0;
  /** The run held the wish once. */
  #wasTaken = false;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
  }

  /** Follows until there is nothing to follow. */
  async follow(): Promise<FollowEnd> {
    for (;;) {
      const end = this.#look();
      if (end !== undefined) return end;
      await pause(this.#parts.clock, LOOK_EVERY_MS, this.#parts.interruption);
    }
  }

  #look(): FollowEnd | undefined {
    const { journal, holds, interruption, wish } = this.#parts;
    const lease = journal.lease();
    const driven = lease !== undefined && holds(lease) ? lease : undefined;
    const reply = this.#told && journal.replyTo(this.#told.key);
    this.#read(driven);
    if (interruption.aborted) return this.#go(driven, reply) ? { type: 'interrupted' } : undefined;
    const end = this.#judge(driven !== undefined);
    if (end !== undefined) return end;
    if (wish.givenUp !== undefined && wish.selection?.length === 0)
      return this.#go(driven, reply) ? { type: 'unmet', requirements: wish.givenUp } : undefined;
    if (driven === undefined) return { type: 'vacant' };
    if (this.#told?.epoch !== driven.epoch) return this.#ask(driven);
    if (reply?.type === 'refused') return { type: 'refused', lease: driven, why: reply.sentence };
    if (this.#isHeld()) this.#wait(driven);
    return undefined;
  }

  /** Whether the run holds the wish. */
  #isHeld(): boolean {
    return this.#view?.store.run.selections.has(this.#parts.wish.terminal) === true;
  }

  /** Takes in what has happened, in the newest run of the plan. */
  #read(driven: Lease | undefined): void {
    const { journal, request, wish, onJoined, onFollowed } = this.#parts;
    const { plan } = request;
    const latest = journal.latestRun(plan.formula.file);
    if (latest === undefined || latest.planHash !== plan.hash) return;
    if (this.#view?.header.run !== latest.run) {
      const history = replay(journal, latest, plan);
      const { store, chronicle } = history;
      this.#view = { header: latest, ...history };
      wish.selection ??= askedFor(store);
      const { parallel } = store.run.limits;
      if (driven !== undefined) onJoined({ header: latest, lease: driven, parallel }, chronicle.rows(store));
    } else {
      const { store, chronicle } = this.#view;
      const events = catchUp(journal, latest.run, this.#view);
      if (events.length === 0) return;
      const { run, beads } = chronicle.project(store, store.takeChanged());
      if (run !== undefined) onFollowed(run, beads, events);
    }
    this.#wasTaken ||= this.#isHeld();
    if (this.#wasTaken) wish.isNew = false;
  }

  /** Whether there is nothing to wait for. */
  #judge(isDriven: boolean): FollowEnd | undefined {
    const { wish } = this.#parts;
    if (this.#view === undefined || wish.selection === undefined) return undefined;
    const { store, header } = this.#view;
    const standing = standingOf(store, wish.selection);
    if (this.#told === undefined)
      return standing === 'done' ? { type: 'nothing-to-do', run: header } : undefined;
    if (!this.#wasTaken) return undefined;
    const { phase } = store.run;
    const isOver = standing === 'done' || (standing === 'failed' && phase.phase !== 'aborting');
    // What runs in a paused run is finished first, as long as somebody is there to finish it.
    const isStuck = phase.phase === 'paused' && !isDriven;
    if (!isOver && !isStuck) return undefined;
    if (wish.givenUp !== undefined)
      return wish.selection.length === 0 ? undefined : { type: 'unmet', requirements: wish.givenUp };
    return { type: 'ended', run: header, phase, standing };
  }

  /** Says to a driver what is wanted, unless that is in vain. */
  #ask(driven: Lease): FollowEnd | undefined {
    const { wish, request } = this.#parts;
    const { plan, select, waitMs } = request;
    // What `resume` goes on with is known only from the run; without it, another plan is driven.
    if (wish.selection === undefined) return { type: 'refused', lease: driven, why: OTHER_PLAN };
    if (this.#view !== undefined && waitMs === 0 && wish.isNew && wish.selection !== 'all') {
      const { store } = this.#view;
      const isMet = (id: NodeId): boolean => {
        const { phase, selected } = store.node(id);
        return phase.phase === 'done' || selected;
      };
      const requirements = unmetRequirements(plan, wish.selection, isMet);
      if (requirements.size > 0) return { type: 'unmet', requirements };
    }
    if (select === 'same' && this.#view?.store.run.phase.phase === 'paused')
      this.#post(driven, 'request', { type: 'unpause', run: this.#view.header.run } satisfies RequestBody);
    this.#select(driven, wish.selection);
    return undefined;
  }

  /** While others work: gives up what waits in vain for what nobody asks for. */
  #wait(driven: Lease): void {
    const { wish, clock } = this.#parts;
    const store = this.#view?.store;
    if (store === undefined || store.run.phase.phase !== 'active') return;
    const hasShrunk = wish.weigh(store, clock.now()) === 'smaller';
    if (hasShrunk && wish.selection !== undefined && wish.selection.length > 0)
      this.#select(driven, wish.selection);
  }

  /** Whether this terminal may go: whoever drives knows that it does, or nobody drives. */
  #go(driven: Lease | undefined, reply: Reply | undefined): boolean {
    if (this.#told === undefined || driven === undefined) return true;
    const { epoch } = driven;
    if (this.#told.type === 'withdraw' && this.#told.epoch === epoch) return reply !== undefined;
    const body: WithdrawMessage = { terminal: this.#parts.wish.terminal };
    this.#told = { epoch, type: 'withdraw', key: this.#post(driven, 'withdraw', body) };
    return false;
  }

  #select(driven: Lease, selection: Selection): void {
    const { terminal, isNew } = this.#parts.wish;
    const { formula, hash } = this.#parts.request.plan;
    const body: SelectMessage = { terminal, selection, isNew, formulaFile: formula.file, planHash: hash };
    this.#told = { epoch: driven.epoch, type: 'select', key: this.#post(driven, 'select', body) };
  }

  #post({ epoch }: Lease, type: string, body: unknown): string {
    const { journal, clock, wish, request, ring } = this.#parts;
    this.#messages += 1;
    const key = `${type} ${wish.terminal} ${epoch} ${this.#messages}`;
    journal.post({ key, type, body, from: request.by, at: clock.now() });
    ring();
    return key;
  }
}

/** Waits; what happens meanwhile ends the wait early, once. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const isOver = signal.aborted;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.after(ms, end);
    if (!isOver) signal.addEventListener('abort', end, { once: true });
  });
}
