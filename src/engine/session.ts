/**
 * One `gastown run`, from taking the lease to giving it back. Owns: the order of those steps, and that the lease and the
 * inbox are looked after however the run ends. Does not own: adapters, which it is given.
 */

import { decide } from '../core/decide.ts';
import type { Event } from '../core/events.ts';
import type { NodeId, Step } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import { invariant } from '../core/invariant.ts';
import type { Bead, Plan } from '../core/plan.ts';
import { isInWork, isSettled, isUnsuccessful, type NodeState, type RunPhase } from '../core/state.ts';
import {
  type BeadRow,
  isFenced,
  isJournalProblem,
  type Journal,
  type JournalProblem,
  type Lease,
  type ProcessIdentity,
  type RunHeader,
  type RunRow,
} from '../ports/journal.ts';
import type { Clock, Performers } from '../ports/work.ts';
import { Crew } from './crew.ts';
import { Driver } from './driver.ts';
import { replayMachine } from './history.ts';
import { claim } from './lease.ts';
import { dismissStale } from './message.ts';
import { type Opening, open, type RunRequest, unmetRequirements } from './opening.ts';
import type { Stall } from './stall-watch.ts';

/** What a session is made from. */
export interface SessionParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly self: ProcessIdentity;
  readonly isAlive: (identity: ProcessIdentity) => boolean;
  /** Take the lease of a holder on another machine, which cannot be judged from here. */
  readonly steal: boolean;
  /** Adapters for a run; its id is known only when the lease is held. */
  readonly performers: (run: RunHeader) => Performers;
  readonly folder: (run: RunHeader, bead: NodeId, attempt: number) => string;
  readonly isStillThere: (bead: Bead) => boolean;
  /** See {@link DriverParts.judge}. */
  readonly judge: (plan: Plan, run: Pick<Opening, 'store' | 'roster'>, node: NodeState) => Input;
  /** See {@link DriverParts.onStall}. */
  readonly onStall: (run: RunHeader, stall: Stall) => void;
  /** See {@link DriverParts.leavesPeople}. */
  readonly leavesPeople: boolean;
  /** Rings when somebody wrote into the inbox. */
  readonly listen: (onRing: () => void) => Disposable;
  readonly observer: SessionObserver;
}

/** Who is told how a session goes; must not throw. */
export interface SessionObserver {
  /** Before anything starts: which run this is and what is left of it. */
  opened(opening: Opening, rows: readonly BeadRow[]): void;
  committed(run: RunRow, changed: readonly BeadRow[], events: readonly Event[]): void;
  /** Beads that left processes behind, which were killed. */
  swept(leftovers: readonly { readonly node: NodeId; readonly processes: number }[]): void;
}

/** How a session ended. */
export type SessionEnd =
  | { readonly type: 'ended'; readonly run: RunHeader; readonly phase: RunPhase }
  /** The journal could not be written any more: everything was stopped, and what it holds is safe. */
  | { readonly type: 'cut-off'; readonly run: RunHeader; readonly problem: JournalProblem }
  | { readonly type: 'nothing-to-do'; readonly run: RunHeader }
  /** Selected beads and the requirements that neither are done nor selected. */
  | { readonly type: 'unmet'; readonly requirements: ReadonlyMap<NodeId, readonly NodeId[]> }
  | { readonly type: 'held-by-another'; readonly lease: Lease; readonly judged: 'alive' | 'elsewhere' };

/** A running session, for the signals of its own terminal. */
export interface SessionHandle {
  /** Stops what works politely; the run can be resumed. Does nothing before it drives or after. */
  halt(by: string): void;
}

/**
 * Runs what is asked until it is settled or paused. Throws what the journal throws ({@link Fenced} included) after
 * everything it started has been stopped.
 */
export async function runSession(
  parts: SessionParts,
  request: RunRequest,
  onHandle: (handle: SessionHandle) => void,
): Promise<SessionEnd> {
  const { journal, clock, self, isAlive, steal } = parts;
  const stale = journal.inbox();
  // A lease that was never given back: its holder died, perhaps before it looked for what ended attempts left behind.
  const hasDied = journal.lease() !== undefined;
  const claimed = claim({ journal, self, now: clock.now(), isAlive, steal });
  if (claimed.type === 'held-by-another') return claimed;
  const { epoch } = claimed.lease;
  try {
    dismissStale(journal, epoch, stale);
    const opening = open(journal, request, clock.now(), parts.isStillThere);
    if (typeof request.select !== 'string') {
      const requirements = unmetRequirements(opening, request.plan, request.select);
      if (requirements.size > 0) return { type: 'unmet', requirements };
    }
    if (isFinished(opening, request)) return { type: 'nothing-to-do', run: opening.header };
    if (hasDied && !opening.isNew) await sweepRun(parts, opening);
    return await drive(parts, request, opening, epoch, onHandle);
  } finally {
    releaseUnlessFenced(journal, epoch);
  }
}

async function sweepRun({ performers, observer }: SessionParts, { header, store }: Opening): Promise<void> {
  const inWork = new Map<string, Step>();
  for (const id of store.inWork) {
    const { phase } = store.node(id);
    if (isInWork(phase)) inWork.set(`${id}.${phase.attempt}`, phase.step);
  }
  const leftovers = await performers(header).sweepRun(header.run, inWork);
  if (leftovers.length > 0) observer.swept(leftovers);
}

async function drive(
  parts: SessionParts,
  request: RunRequest,
  opening: Opening,
  epoch: number,
  onHandle: (handle: SessionHandle) => void,
): Promise<SessionEnd> {
  const { journal, clock, observer } = parts;
  const { header, store, chronicle, isNew } = opening;
  const performers = parts.performers(header);
  const sweeper = new Sweeper(performers, observer);
  const crew = new Crew({
    run: header.run,
    formula: request.plan.formula,
    roster: opening.roster,
    store,
    performers,
    sweep: () => sweeper.sweepNow(),
    folder: (bead, attempt) => parts.folder(header, bead, attempt),
  });
  const driver = new Driver({
    store,
    chronicle,
    journal,
    epoch,
    clock,
    crew,
    judge: (node) => parts.judge(request.plan, opening, node),
    onStall: (stall) => parts.onStall(header, stall),
    leavesPeople: parts.leavesPeople,
    observe: (run, changed, events) => {
      if (events.some((event) => event.type === 'step-succeeded' || event.type === 'attempt-failed'))
        sweeper.ask(clock);
      observer.committed(run, changed, events);
    },
  });
  if (isNew) {
    await abandonLatest(parts, request, epoch);
    journal.createRun(epoch, header);
  }
  const rows = [...store.nodes.values()].flatMap((node) =>
    node.spec.kind === 'bead' ? [chronicle.row(store, node)] : [],
  );
  observer.opened(opening, rows);
  const halt = (by: string): void => driver.tell({ type: 'halt', by });
  onHandle({ halt });
  const readInbox = (): void => {
    try {
      for (const message of journal.inbox()) driver.ask(message);
      for (const addition of crew.liveAdditions()) driver.tell(addition);
    } catch (error) {
      driver.breakOff(error);
    }
  };
  using _doorbell = parts.listen(readInbox);
  // A message may have come after the lease and before the doorbell was heard.
  readInbox();
  let isOurs = true;
  try {
    return { type: 'ended', run: header, phase: await driver.drive(opening.input) };
  } catch (error) {
    if (isFenced(error)) isOurs = false;
    if (isJournalProblem(error)) return { type: 'cut-off', run: header, problem: error };
    throw error;
  } finally {
    // A fenced driver touches nothing: what is there belongs to its successor.
    if (isOurs) await sweeper.sweepNow();
    else sweeper.forget();
  }
}

/** The selected beads of a run with the same plan are done, and nobody asks for them again. */
function isFinished(opening: Opening, request: RunRequest): boolean {
  if (request.rerun || opening.isNew) return false;
  const { nodes } = opening.store;
  const selected =
    request.select === 'all'
      ? [...nodes.values()]
      : request.select === 'same'
        ? [...nodes.values()].filter((node) => node.selected)
        : request.select.map((id) => opening.store.node(id));
  return selected.every(({ phase }) => isSettled(phase) && !isUnsuccessful(phase));
}

/**
 * The formula's latest run is not gone on with: work of it that outlived its driver would go on beside the new run, and
 * nobody would ever take its result.
 */
async function abandonLatest(parts: SessionParts, request: RunRequest, epoch: number): Promise<void> {
  const { journal, clock } = parts;
  const latest = journal.latestRun(request.plan.formula.file);
  if (latest === undefined) return;
  const store = replayMachine(journal, latest.run);
  if (store.inWork.size === 0) return;
  const performers = parts.performers(latest);
  const inputs: Input[] = [{ type: 'halt', by: `a new run of ${request.by}` }];
  for (const id of store.inWork) {
    const { phase } = store.node(id);
    invariant(isInWork(phase), `${id} is in work`);
    const { attempt, step } = phase;
    await performers.settle(latest.run, id, attempt, step);
    inputs.push({ type: 'step-stopped', effect: { node: id, attempt, step } });
  }
  const now = Math.max(clock.now(), store.run.lastAt);
  const events = inputs.flatMap((input) => decide(store, input, now));
  journal.append(epoch, latest.run, events, {
    run: { ...latest, phase: 'paused', note: 'given up for a newer run', updatedAt: now },
    beads: [],
  });
}

function releaseUnlessFenced(journal: Journal, epoch: number): void {
  try {
    journal.release(epoch);
  } catch (error) {
    // The successor holds the lease already; and a disk that cannot be written was reported by the run itself. A lease
    // that is not given back is taken over as soon as this process is gone.
    if (!isFenced(error) && !isJournalProblem(error)) throw error;
  }
}

const SWEEP_EVERY_MS = 200;

/** Looks for leftovers of ended attempts, at most every {@link SWEEP_EVERY_MS}, and once at the end. */
class Sweeper {
  readonly #performers: Performers;
  readonly #observer: SessionObserver;
  #timer: Disposable | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(performers: Performers, observer: SessionObserver) {
    this.#performers = performers;
    this.#observer = observer;
  }

  ask(clock: Clock): void {
    this.#timer ??= clock.after(SWEEP_EVERY_MS, () => {
      this.#timer = undefined;
      this.#sweep();
    });
  }

  async sweepNow(): Promise<void> {
    this.forget();
    this.#sweep();
    await this.#sweeping;
  }

  /** What was asked for is not done any more. */
  forget(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #sweep(): void {
    this.#sweeping = this.#sweeping.then(async () => {
      const leftovers = await this.#performers.sweep();
      if (leftovers.length > 0) this.#observer.swept(leftovers);
    });
  }
}
