/** What a session is made from, whom it tells, and what it can come to. */
import type { Event } from '../core/events.ts';
import type { NodeId } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import type { Bead, Plan } from '../core/plan.ts';
import type { NodeState, RunPhase } from '../core/state.ts';
import type {
  BeadRow,
  InboxMessage,
  Journal,
  JournalProblem,
  Lease,
  ProcessIdentity,
  RunHeader,
  RunRow,
} from '../ports/journal.ts';
import type { Clock, Performers } from '../ports/work.ts';
import type { JoinedRun } from './join.ts';
import type { Opening } from './opening.ts';
import type { Standing } from './selection.ts';
import type { Stall } from './stall-watch.ts';
import type { Leftovers } from './sweeper.ts';
import type { Terminals } from './terminals.ts';
import type { Unmet, Wish } from './wish.ts';

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
  /** See {@link SnapshotKeeperParts.after}; small for tests. */
  readonly snapshotAfter?: number;
  /** Rings when somebody wrote into the inbox. */
  readonly listen: (onRing: () => void) => Disposable;
  /** Makes whoever listens look into the inbox. */
  readonly ring: () => void;
  readonly observer: SessionObserver;
}

/** Who is told how a session goes; must not throw. */
export interface SessionObserver {
  /** Before this terminal starts anything: which run this is and what is left of it. */
  opened(opening: Opening, rows: Iterable<BeadRow>): void;
  committed(run: RunRow, changed: readonly BeadRow[], events: readonly Event[]): void;
  /** Another terminal drives; this one follows. */
  joined(run: JoinedRun, rows: Iterable<BeadRow>): void;
  /** What another terminal committed. */
  followed(run: RunRow, changed: readonly BeadRow[], events: readonly Event[]): void;
  /** Beads wait for another terminal to ask for what they require. */
  waits(unmet: Unmet, waitMs: number): void;
  /** Beads that left processes behind, which were killed. */
  swept(leftovers: Leftovers): void;
}

/** How a session ended. */
export type SessionEnd =
  /** `standing`: of what this terminal asked for, whatever else the run is about. */
  | { readonly type: 'ended'; readonly run: RunHeader; readonly phase: RunPhase; readonly standing: Standing }
  /** This terminal wanted to go, and others go on with the run. */
  | { readonly type: 'interrupted' }
  /** The journal could not be written any more: everything was stopped, and what it holds is safe. */
  | { readonly type: 'cut-off'; readonly run: RunHeader; readonly problem: JournalProblem }
  | { readonly type: 'nothing-to-do'; readonly run: RunHeader }
  /** Selected beads and the requirements that neither are done nor asked for by anybody. */
  | { readonly type: 'unmet'; readonly requirements: Unmet }
  /** A live run is not asked to do everything again. */
  | { readonly type: 'rerun-of-live'; readonly lease: Lease }
  /** Whoever drives is at work on something else: another formula, other variables; `why` may hold outside text. */
  | { readonly type: 'refused'; readonly lease: Lease; readonly why: string }
  | { readonly type: 'held-elsewhere'; readonly lease: Lease };

/** A running session, for the signals of its own terminal. */
export interface SessionHandle {
  /**
   * This terminal wants to go. What only it had asked for is stopped politely; where others want something, they go on
   * with the run, else it can be resumed.
   */
  interrupt(by: string): void;
}

/** What stays the same while a terminal drives or follows. */
export interface Here {
  readonly terminals: Terminals;
  readonly wish: Wish;
  readonly interruption: AbortSignal;
  /** What was in the inbox before this terminal came. */
  readonly stale: readonly InboxMessage[];
}
