/**
 * What happened, in the past tense: the only thing a run is made of. Every choice (what was started, what was retried
 * and when, what was given up) is in an event, so folding a journal never decides anything.
 * `at` is epoch milliseconds and never decreases within a run.
 */
import type { Failure } from './failure.ts';
import type { NodeId, RunId, Step } from './ids.ts';
import type { NodeSpec } from './plan.ts';

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
  | { readonly type: 'stop'; readonly by: string };

/** How a settled run ended: every selected bead done, some not, or stopped for one. */
export type Outcome = 'done' | 'failed' | 'aborted';

/** Limits that hold for a whole run. */
export interface RunLimits {
  readonly parallel: number;
  readonly timeoutMs: number | undefined;
  /** Beads in work at once per rig and per agent; names that are missing have no limit. */
  readonly rigs: Readonly<Record<string, number>>;
  readonly agents: Readonly<Record<string, number>>;
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
  | {
      readonly type: 'nodes-added';
      readonly nodes: readonly NodeSpec[];
      readonly by: 'plan' | { readonly node: NodeId; readonly attempt: number };
    }
  /** The bead needs no work: its file said so, or an earlier run did exactly this work. */
  | {
      readonly type: 'bead-credited';
      readonly node: NodeId;
      readonly how: 'declared' | 'earlier-run';
      readonly run: RunId | undefined;
    }
  /** What the run is to execute from now on; sync points between selected levels come with it. */
  | { readonly type: 'beads-selected'; readonly nodes: readonly NodeId[] | 'all' }
  | { readonly type: 'attempt-started'; readonly node: NodeId; readonly attempt: number }
  | {
      readonly type: 'step-succeeded';
      readonly node: NodeId;
      readonly attempt: number;
      readonly step: Step;
      readonly report: unknown;
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
      readonly reason: 'timeout';
    }
  /** Stopped because the run was halted; nothing is spent. */
  | { readonly type: 'attempt-cancelled'; readonly node: NodeId; readonly attempt: number }
  | { readonly type: 'bead-done'; readonly node: NodeId; readonly attempt: number }
  /**
   * The bead failed for good. `held`: the run pauses for it · `deferred`: its sync point will judge ·
   * `accepted`: the rest goes on without it.
   */
  | {
      readonly type: 'bead-failed';
      readonly node: NodeId;
      readonly standing: 'held' | 'deferred' | 'accepted';
    }
  | { readonly type: 'failure-accepted'; readonly node: NodeId }
  | { readonly type: 'bead-skipped'; readonly node: NodeId; readonly because: NodeId }
  | { readonly type: 'bead-cancelled'; readonly node: NodeId }
  /** Back to the beginning, with fresh budgets: a person asked for it. */
  | { readonly type: 'bead-reopened'; readonly node: NodeId }
  | { readonly type: 'sync-passed'; readonly node: NodeId }
  | { readonly type: 'run-paused'; readonly reason: PauseReason }
  /** `by` says who; a parallelism or selection that changed comes with it. */
  | { readonly type: 'run-resumed'; readonly by: string; readonly limits: RunLimits }
  /** A bead failed for good whose policy is `abort`. */
  | { readonly type: 'run-aborted'; readonly node: NodeId }
  | { readonly type: 'run-settled'; readonly outcome: Outcome }
);

export type EventType = Event['type'];

type Undated<E> = E extends Event ? Omit<E, 'at'> : never;
/** Records an event at the present date of the run and lets the store follow. */
export type Emit = (event: Undated<Event>) => void;
