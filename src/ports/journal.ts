/**
 * The journal: every fact of every run of one project, in order, durable before anything acts on it.
 * One driver appends (guarded by the lease's epoch); anybody reads; anybody posts to the inbox.
 */
import type { Event } from '../core/events.ts';
import type { NodeId, RunId } from '../core/ids.ts';
import type { VariableValue } from '../core/plan.ts';
import type { NodeStatus, StatusCounts } from '../core/status.ts';

/** A process that can be told apart from every other one, also after a reboot (docs/decisions, process identity). */
export interface ProcessIdentity {
  /** Host name: a process of another host is never judged by its pid. */
  readonly host: string;
  readonly bootId: string;
  readonly pidNamespace: string;
  readonly pid: number;
  /** Field 22 of `/proc/<pid>/stat`, in clock ticks since boot. */
  readonly startTime: string;
}

/** Who may append to the journal. */
export interface Lease {
  /** Grows by one with every acquisition; every append is checked against it. */
  readonly epoch: number;
  readonly holder: ProcessIdentity;
  readonly acquiredAt: number;
}

/** What a run is, for good. */
export interface RunHeader {
  readonly run: RunId;
  readonly formula: string;
  readonly formulaFile: string;
  readonly planHash: string;
  /** Values of the formula's variables; absent when it declares none. */
  readonly vars?: Readonly<Record<string, VariableValue>>;
  /** It does without the sync points of its formula. */
  readonly isEager?: true;
  readonly createdAt: number;
}

/** One bead as readers see it: a projection kept in the same transaction as the events it follows from. */
export interface BeadRow {
  readonly id: NodeId;
  readonly name: string;
  readonly level: number;
  readonly requires: readonly NodeId[];
  readonly status: NodeStatus;
  /** How many attempts were started, over all runs of this journal's run. */
  readonly attempts: number;
  /** Epoch ms of the latest attempt's start and of the settling; undefined before. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** One sentence on the present status: why it failed, was skipped, waits. */
  readonly note: string | undefined;
  /** No terminal asked for it. */
  readonly isUnasked?: true;
  /** The bead that added it; absent: it is in the plan. */
  readonly parent?: NodeId;
}

/** What cannot go on before a person has spoken. */
export interface PersonNeeded {
  readonly node: NodeId;
  /** What commands call it. */
  readonly name: string;
  readonly wants: 'approval' | 'answer';
  /** One sentence; may hold outside text. */
  readonly note: string;
}

/** A run as readers see it. */
export interface RunRow extends RunHeader {
  readonly phase: 'active' | 'paused' | 'settled';
  readonly outcome: string | undefined;
  readonly note: string | undefined;
  readonly updatedAt: number;
  /** Time in which at least one attempt was working, ms. */
  readonly workedMs: number;
  readonly parallel: number;
  /** How many beads have each status: a glance at a large run needs no rows. */
  readonly counts: StatusCounts;
  /** What waits for a person, where something does: beads and sync points, at most some. */
  readonly people?: readonly PersonNeeded[] | undefined;
  /** Sync points stand between its levels. */
  readonly hasSync?: true;
}

/** What one commit changes for readers. */
export interface Projection {
  readonly run: RunRow | undefined;
  readonly beads: readonly BeadRow[];
}

/** What somebody asks of the driver. */
export interface InboxMessage {
  readonly id: number;
  readonly type: string;
  readonly body: unknown;
  readonly from: string;
  readonly at: number;
}

/** What came of a message: whether it was accepted, and in one sentence what that means, or why not. */
export interface Reply {
  readonly type: 'accepted' | 'refused';
  /** May hold outside text. */
  readonly sentence: string;
}

/** A message that is handled, and what came of it. */
export interface Answered {
  readonly id: number;
  readonly reply: Reply;
}

/**
 * What folding the first `events` events of a run gives, kept to save folding them. A copy: whoever finds none, folds.
 */
export interface RunSnapshot {
  readonly events: number;
  /** JSON; its shape belongs to whoever made it. */
  readonly body: unknown;
}

/** Reads the journal without disturbing whoever drives. */
export interface JournalReader extends Disposable {
  runs(): readonly RunRow[];
  /** The newest run of a formula file; of any formula when none is given. */
  latestRun(formulaFile?: string): RunRow | undefined;
  beads(run: RunId): readonly BeadRow[];
  /** The first `limit` beads that are done, in order. */
  finished(run: RunId, limit: number): readonly BeadRow[];
  /** The first `limit` beads that are not done, in order. */
  unfinished(run: RunId, limit: number): readonly BeadRow[];
  bead(run: RunId, id: NodeId): BeadRow | undefined;
  /** In order; decoded and upcast. `after`: without the first so many, for those who follow a run. */
  events(run: RunId, after?: number): Iterable<Event>;
  /** The latest snapshot of a run that this build of the program made; undefined where there is none. */
  snapshot(run: RunId): RunSnapshot | undefined;
  lease(): Lease | undefined;
  /** What `init` chose; undefined before. */
  setting(key: string): string | undefined;
}

/** The whole journal, for whoever drives. */
export interface Journal extends JournalReader {
  /**
   * Takes the lease when it is free or `mayTake(holder)` says that its holder is dead; else returns the holder.
   */
  acquire(
    self: ProcessIdentity,
    at: number,
    mayTake: (holder: Lease) => boolean,
  ): Lease | { readonly heldBy: Lease };
  /**
   * Gives the lease back when it is still ours; says whether it did. `inbox-empty`: only if nothing waits in the
   * inbox, in the same transaction, so that no message is left with nobody to read it.
   */
  release(epoch: number, when?: 'always' | 'inbox-empty'): boolean;
  /**
   * Makes a run's header; its events follow with {@link Journal.append}. Readers see the run from its first commit on,
   * which must carry its {@link RunRow}.
   */
  createRun(epoch: number, header: RunHeader): void;
  /** The next unused run id (`r1`, `r2`, …). */
  nextRunId(): RunId;
  /**
   * One transaction: events, projection and what the messages that led to them come to, or nothing. Throws
   * {@link Fenced} when the epoch is no longer ours.
   */
  append(
    epoch: number,
    run: RunId,
    events: readonly Event[],
    projection: Projection,
    answered?: readonly Answered[],
  ): void;
  /** Keeps a snapshot in the place of every earlier one; says whether it did: not when the epoch is no longer ours. */
  keepSnapshot(epoch: number, run: RunId, snapshot: RunSnapshot): boolean;
  post(message: {
    readonly key: string;
    readonly type: string;
    readonly body: unknown;
    readonly from: string;
    readonly at: number;
  }): void;
  /** Unhandled messages, oldest first. What they hold is data: anybody who may write the file can have put it there. */
  inbox(): readonly InboxMessage[];
  /** Marks one message as handled, and says to whoever posted it what came of it. */
  handled(epoch: number, id: number, reply: Reply): void;
  /** What came of the message that was posted with this key; undefined while it is not handled. */
  replyTo(key: string): Reply | undefined;
  setSetting(key: string, value: string): void;
}

/** Another driver holds the lease now: stop, touch nothing. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}

/** The journal cannot be opened, read or written; `message` is a sentence for people with what to do. */
export class JournalProblem extends Error {
  override readonly name = 'JournalProblem';
  readonly reason: 'newer' | 'damaged' | 'full' | 'read-only' | 'unusable';
  constructor(reason: JournalProblem['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/** By name, because the program is several bundles, each with a copy of the class. */
export const isJournalProblem = (error: unknown): error is JournalProblem =>
  error instanceof Error && error.name === 'JournalProblem';

/** By name, like {@link isJournalProblem}. */
export const isFenced = (error: unknown): error is Fenced =>
  error instanceof Error && error.name === 'Fenced';
