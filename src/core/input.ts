/**
 * What the machine is told: answers from effects, the passing of time, and what people ask.
 * Inputs are dated facts; they hold no decisions. Answers about effects that are not awaited change nothing.
 */
import type { RunLimits } from './events.ts';
import type { Failure } from './failure.ts';
import type { NodeId, RunId, Step } from './ids.ts';
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
      }[];
      readonly select: readonly NodeId[] | 'all';
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
    }
  | { readonly type: 'halt'; readonly by: string }
  | { readonly type: 'tick' }
  | { readonly type: 'step-succeeded'; readonly effect: EffectRef; readonly report: unknown }
  | { readonly type: 'step-failed'; readonly effect: EffectRef; readonly failure: Failure }
  /** The effect was stopped as wanted; nothing of it is left. */
  | { readonly type: 'step-stopped'; readonly effect: EffectRef }
  /** Proven absent: nothing of it lives and it left no result. */
  | { readonly type: 'step-lost'; readonly effect: EffectRef };
