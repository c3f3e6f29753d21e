/**
 * What the machine is told: answers from effects, the passing of time, and what people ask.
 * Inputs are dated facts; they hold no decisions. Answers about effects that are not awaited change nothing.
 */
import type { AddedBy, Proposal, RunLimits } from './events.ts';
import type { Failure } from './failure.ts';
import type { NodeId, RunId, Step } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { NodeSpec } from './plan.ts';

/** Which effect an answer belongs to. */
export interface EffectRef {
  readonly node: NodeId;
  readonly attempt: number;
  readonly step: Step;
}

/** Everything the machine can be told. */
export type Input =
  | {
      readonly type: 'create';
      readonly run: RunId;
      readonly planHash: string;
      readonly seed: number;
      readonly limits: RunLimits;
      readonly nodes: readonly NodeSpec[];
      /** Beads that need no work. */
      readonly credits: readonly {
        readonly node: NodeId;
        readonly how: 'declared' | 'earlier-run';
        readonly run: RunId | undefined;
        readonly output?: JsonObject;
      }[];
      /**
       * Beads that joined an earlier run below beads of this plan or of each other, parents first; `worked`: the attempt in
       * which their parent's own work was done there, which stands.
       */
      readonly growth?: readonly ({
        readonly parent: NodeId;
        readonly by: AddedBy;
        readonly worked?: { readonly attempt: number; readonly output?: JsonObject };
      } & Proposal)[];
      readonly select: readonly NodeId[] | 'all';
      /** Which terminal asks. */
      readonly terminal?: string;
    }
  /**
   * Go on: after a crash, a stop, a pause, or with more work than before. `reopen`: `failed` gives beads that did
   * not make it new budgets; a list names beads to run again whatever became of them.
   */
  | {
      readonly type: 'resume';
      readonly by: string;
      readonly limits: RunLimits;
      readonly select: readonly NodeId[] | 'all' | undefined;
      readonly reopen: 'failed' | readonly NodeId[];
      readonly terminal?: string;
      /** Nobody asked for it: another driver goes on with a run that its driver left. */
      readonly isTakeOver?: true;
    }
  | { readonly type: 'halt'; readonly by: string }
  /** Only people are waited for, and whoever drives does not want to wait for them. */
  | { readonly type: 'leave' }
  | { readonly type: 'tick' }
  | {
      readonly type: 'step-succeeded';
      readonly effect: EffectRef;
      readonly report: unknown;
      readonly output?: JsonObject;
      readonly proposal?: Proposal;
    }
  /** The attempt needs to know something from a person before it can go on; nothing of it is left. */
  | { readonly type: 'step-asked'; readonly effect: EffectRef; readonly question: string }
  | { readonly type: 'step-failed'; readonly effect: EffectRef; readonly failure: Failure }
  /** The effect was stopped as wanted; nothing of it is left. */
  | { readonly type: 'step-stopped'; readonly effect: EffectRef }
  /** Proven absent: nothing of it lives and it left no result. */
  | { readonly type: 'step-lost'; readonly effect: EffectRef }
  /** What became of the condition of a node that is `judging`. */
  | {
      readonly type: 'condition-judged';
      readonly node: NodeId;
      readonly verdict: 'holds' | 'fails' | 'error';
      readonly message: string | undefined;
    }
  /** What a template that is `judging` makes of its list; a text: why it cannot be made. */
  | { readonly type: 'items-judged'; readonly node: NodeId; readonly proposal: Proposal | string }
  /** Beads that an attempt wants to add while it works (`spawns: 'live'`). */
  | {
      readonly type: 'spawn';
      readonly node: NodeId;
      readonly attempt: number;
      readonly proposal: Proposal;
    }
  | Request
  | Joining;

/** What a person asks of a run; `by` says who. */
export type Request =
  | { readonly type: 'approve'; readonly node: NodeId; readonly by: string }
  | { readonly type: 'reject'; readonly node: NodeId; readonly by: string; readonly reason: string }
  | { readonly type: 'answer'; readonly node: NodeId; readonly by: string; readonly answer: string }
  /** Start nothing new; what runs finishes. */
  | { readonly type: 'pause'; readonly by: string }
  /** Go on with a paused run that is still driven. */
  | { readonly type: 'unpause'; readonly by: string }
  /** Give a bead that did not make it, and what was skipped because of it, new budgets. */
  | { readonly type: 'retry'; readonly node: NodeId; readonly by: string }
  /** Leave a bead out, as if its condition did not hold; one in work is stopped first. */
  | { readonly type: 'skip'; readonly node: NodeId; readonly by: string }
  /** Stop everything for good. */
  | { readonly type: 'cancel'; readonly by: string }
  /** A person adds beads below one that is not settled. */
  | { readonly type: 'add'; readonly node: NodeId; readonly by: string; readonly proposal: Proposal };

/** What terminals that share a run want of it. */
export type Joining =
  /** Another terminal wants these, too. */
  | { readonly type: 'select'; readonly terminal: string; readonly nodes: readonly NodeId[] | 'all' }
  /** A terminal goes; what only it had asked for is stopped. */
  | { readonly type: 'withdraw'; readonly terminal: string };
