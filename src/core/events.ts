/**
 * What happened, in the past tense: the only thing a run is made of. Every choice (what was started, what was retried
 * and when, what was given up) is in an event, so folding a journal never decides anything.
 * `at` is epoch milliseconds and never decreases within a run.
 */
import type { Failure } from './failure.ts';
import type { NodeId, RunId, Step } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { Bead, BeadNode, NodeSpec, SpawnLimits } from './plan.ts';

/** Why a run starts nothing new. `halt` reasons also stop what runs. */
export type PauseReason =
  /** A bead failed for good and its policy is `pause`. */
  | { readonly type: 'bead-failed'; readonly node: NodeId }
  /** A convoy level can no longer reach its quorum. */
  | { readonly type: 'quorum-unreachable'; readonly node: NodeId }
  /** One bead was lost three times in a row. */
  | { readonly type: 'losses'; readonly node: NodeId }
  /** The run's time limit is used up; halts. */
  | { readonly type: 'timeout' }
  /** A person asked for it (Ctrl-C, `gastown stop`); halts. */
  | { readonly type: 'stop'; readonly by: string }
  /** A person asked for it (`gastown pause`); what runs finishes. */
  | { readonly type: 'pause'; readonly by: string }
  /** Only people are waited for, and whoever drives did not want to wait for them. */
  | { readonly type: 'people' };

/** Why one effect is stopped while the run goes on. */
export type StopReason =
  | 'timeout'
  /** A person left the bead out. */
  | 'skip'
  /** The terminal that had asked for it does not want it any more. */
  | 'withdrawn';

/** Beads that an attempt, a template or a person wants to add below a bead, each after what it needs. */
export interface Proposal {
  readonly beads: readonly Bead[];
  readonly nodes: readonly BeadNode[];
}

/** Who adds beads to a run. */
export type AddedBy =
  | { readonly type: 'attempt'; readonly attempt: number }
  | { readonly type: 'template' }
  | { readonly type: 'person'; readonly name: string };

/** How a settled run ended: every selected bead done, some not, or stopped for one. */
export type Outcome = 'done' | 'failed' | 'aborted';

/** Limits that hold for a whole run. */
export interface RunLimits {
  readonly parallel: number;
  readonly timeoutMs: number | undefined;
  /** Beads in work at once per rig and per agent; names that are missing have no limit. */
  readonly rigs: Readonly<Record<string, number>>;
  readonly agents: Readonly<Record<string, number>>;
  /** Absent: beads may not add beads. */
  readonly spawn?: SpawnLimits;
}

/** Everything that can have happened in a run. */
export type Event = { readonly at: number } & (
  | {
      readonly type: 'run-created';
      readonly run: RunId;
      readonly planHash: string;
      /** Source of every jitter of this run. */
      readonly seed: number;
      readonly limits: RunLimits;
    }
  | { readonly type: 'nodes-added'; readonly nodes: readonly NodeSpec[]; readonly by: 'plan' }
  /** Beads join the run below `parent`; those that are there already, unstarted, are replaced. */
  | ({ readonly type: 'beads-added'; readonly parent: NodeId; readonly by: AddedBy } & Proposal)
  /** The bead needs no work: its file said so, or an earlier run did exactly this work. */
  | {
      readonly type: 'bead-credited';
      readonly node: NodeId;
      readonly how: 'declared' | 'earlier-run';
      readonly run: RunId | undefined;
      /** What the earlier run's work left for others. */
      readonly output?: JsonObject;
    }
  /**
   * What the run is to execute from now on; sync points between selected levels come with it. With `joins`, this
   * terminal's wish is added to those of the others; without, it replaces all of them.
   */
  | {
      readonly type: 'beads-selected';
      readonly nodes: readonly NodeId[] | 'all';
      readonly terminal?: string;
      readonly joins?: true;
    }
  /** A terminal does not want any more what it had asked for. */
  | { readonly type: 'selection-withdrawn'; readonly terminal: string }
  /** A condition was evaluated, once, when everything before it was settled; `error`: the bead fails for it. */
  | {
      readonly type: 'condition-judged';
      readonly node: NodeId;
      readonly verdict: 'holds' | 'fails' | 'error';
      readonly message: string | undefined;
    }
  /** A sync point, or a bead with beads to add, has to wait for a person. */
  | {
      readonly type: 'approval-requested';
      readonly node: NodeId;
      readonly about: 'sync' | 'addition';
      /** What a template would add; what an attempt would is known from its work. */
      readonly proposal?: Proposal;
    }
  | { readonly type: 'approved'; readonly node: NodeId; readonly by: string }
  | { readonly type: 'rejected'; readonly node: NodeId; readonly by: string; readonly reason: string }
  /** An attempt ended with a question; nothing is spent. */
  | {
      readonly type: 'question-asked';
      readonly node: NodeId;
      readonly attempt: number;
      readonly question: string;
    }
  | { readonly type: 'answered'; readonly node: NodeId; readonly by: string; readonly answer: string }
  | { readonly type: 'attempt-started'; readonly node: NodeId; readonly attempt: number }
  | {
      readonly type: 'step-succeeded';
      readonly node: NodeId;
      readonly attempt: number;
      readonly step: Step;
      readonly report: unknown;
      /** Of the work: what it left for others, and beads that it wants to add. */
      readonly output?: JsonObject;
      readonly proposal?: Proposal;
    }
  /** `retryAfterMs` undefined: the bead's budget for this class of failure is used up. */
  | {
      readonly type: 'attempt-failed';
      readonly node: NodeId;
      readonly attempt: number;
      readonly step: Step;
      readonly failure: Failure;
      readonly retryAfterMs: number | undefined;
    }
  /** The delay before a retry is over. */
  | { readonly type: 'delay-ended'; readonly node: NodeId }
  | {
      readonly type: 'stop-requested';
      readonly node: NodeId;
      readonly attempt: number;
      readonly reason: StopReason;
    }
  /** Stopped because nobody wants it now; nothing is spent. */
  | { readonly type: 'attempt-cancelled'; readonly node: NodeId; readonly attempt: number }
  /**
   * Its own work is done (`attempt` 0: a template has none); it is done when the beads that it added are. `output`: what it
   * left, where an earlier run did the work.
   */
  | {
      readonly type: 'bead-worked';
      readonly node: NodeId;
      readonly attempt: number;
      readonly output?: JsonObject;
    }
  | { readonly type: 'bead-done'; readonly node: NodeId; readonly attempt: number }
  /**
   * The bead failed for good. `held`: the run pauses for it · `deferred`: its sync point will judge ·
   * `accepted`: the rest goes on without it · `handled`: its failure branch goes on for it.
   */
  | {
      readonly type: 'bead-failed';
      readonly node: NodeId;
      readonly standing: 'held' | 'deferred' | 'accepted' | 'handled';
    }
  | { readonly type: 'failure-accepted'; readonly node: NodeId }
  /** `how` absent: a requirement did not succeed. */
  | {
      readonly type: 'bead-skipped';
      readonly node: NodeId;
      readonly because: NodeId;
      readonly how?: 'condition' | 'person';
    }
  | { readonly type: 'bead-cancelled'; readonly node: NodeId }
  /**
   * Back to the beginning, with fresh budgets: a person asked for it. Own work that is done stays done, and only added
   * beads are waited for again, unless it is `afresh`.
   */
  | { readonly type: 'bead-reopened'; readonly node: NodeId; readonly afresh?: true }
  | { readonly type: 'sync-passed'; readonly node: NodeId }
  | { readonly type: 'run-paused'; readonly reason: PauseReason }
  /** `by` says who; limits that changed come with it. A take-over gives no new budgets: nobody asked for any. */
  | {
      readonly type: 'run-resumed';
      readonly by: string;
      readonly limits: RunLimits;
      readonly isTakeOver?: true;
    }
  /** A bead failed for good whose policy is `abort`, or a person cancelled the run. */
  | { readonly type: 'run-aborted'; readonly node: NodeId | undefined; readonly by?: string }
  | { readonly type: 'run-settled'; readonly outcome: Outcome }
);

export type EventType = Event['type'];

type Undated<E> = E extends Event ? Omit<E, 'at'> : never;
/** Records an event at the present date of the run and lets the store follow. */
export type Emit = (event: Undated<Event>) => void;
