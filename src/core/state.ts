/**
 * Where a run and its nodes are. Owns: the shapes. Does not own: how they change (`evolve.ts`) or who may change
 * them (only `evolve.ts`).
 */
import type { Outcome, PauseReason, RunLimits } from './events.ts';
import type { Failure } from './failure.ts';
import type { NodeId, RunId, Step } from './ids.ts';
import type { EdgeOn, NodeSpec } from './plan.ts';

/** Where a node is. */
export type NodePhase =
  | { readonly phase: 'waiting' }
  /** All needs are met and it is selected; in the ready queue or parked at a lock. */
  | { readonly phase: 'ready' }
  /** Between a failed attempt and the next; `until` is epoch ms. */
  | { readonly phase: 'delayed'; readonly until: number }
  /** `startedAt` is when this step started: every step has the attempt's whole time limit. */
  | { readonly phase: 'running'; readonly attempt: number; readonly step: Step; readonly startedAt: number }
  /** Past its time limit, its effect is being stopped; the slot is held until nothing of it is left. */
  | { readonly phase: 'stopping'; readonly attempt: number; readonly step: Step; readonly startedAt: number }
  | { readonly phase: 'done'; readonly how: 'worked' | 'declared' | 'earlier-run' | 'passed' }
  | { readonly phase: 'failed'; readonly standing: 'held' | 'deferred' | 'accepted' }
  | { readonly phase: 'skipped'; readonly because: NodeId }
  | { readonly phase: 'cancelled' };

/** An edge, seen from the node it starts at. */
export interface OutEdge {
  readonly to: NodeId;
  readonly on: EdgeOn;
}

/** One node of the run. Mutable, by `evolve.ts` only. */
export interface NodeState {
  readonly spec: NodeSpec;
  /** The other end of every edge that starts here; grows when nodes are added. */
  readonly outs: OutEdge[];
  phase: NodePhase;
  selected: boolean;
  /** Needs on `settled` that are not met: sequence and barriers, which no join can do without. */
  owed: number;
  /** The other needs, which the join judges: neither met nor broken, met, broken. */
  open: number;
  met: number;
  broken: number;
  /** Attempts started, ever. */
  attempts: number;
  /** Spent from `policy.retries` since the last reopening. */
  taskFailures: number;
  infrastructureFailures: number;
  /** Losses in a row. */
  losses: number;
  lastFailure: Failure | undefined;
  /** For a sync point: selected members that are done, and that are lost to it (failed, skipped, cancelled). */
  membersDone: number;
  membersLost: number;
}

/** Where a run is. */
export type RunPhase =
  | { readonly phase: 'active' }
  | { readonly phase: 'paused'; readonly reason: PauseReason; readonly halted: boolean }
  /** Stopping everything because a bead's policy is `abort`. */
  | { readonly phase: 'aborting'; readonly node: NodeId }
  | { readonly phase: 'settled'; readonly outcome: Outcome };

/** Counters and facts of the whole run. Mutable, by `evolve.ts` only. */
export interface RunState {
  run: RunId | undefined;
  planHash: string;
  seed: number;
  limits: RunLimits;
  phase: RunPhase;
  /** Date of the last event. */
  lastAt: number;
  /** Beads in work (running or stopping): slots taken. */
  working: number;
  workingPerRig: Map<string, number>;
  workingPerAgent: Map<string, number>;
  /** Names held by beads in work. */
  locks: Map<string, NodeId>;
  /** Time in which at least one attempt was working, up to `workingSince`. */
  workedMs: number;
  workingSince: number | undefined;
  /** `workedMs` when the run was last resumed: its time limit counts from there. */
  workedMsAtResume: number;
  /** Selected nodes that are not settled. */
  unsettled: number;
  /** Beads that are failed, skipped or cancelled among the selected. */
  unsuccessful: number;
}

/** Settled nodes change only when a person reopens them. */
export function isSettled(phase: NodePhase): boolean {
  return (
    phase.phase === 'done' ||
    phase.phase === 'failed' ||
    phase.phase === 'skipped' ||
    phase.phase === 'cancelled'
  );
}

/** Nodes in work hold a slot, their locks and their artifacts. */
export function isInWork(phase: NodePhase): phase is Extract<NodePhase, { attempt: number }> {
  return phase.phase === 'running' || phase.phase === 'stopping';
}

/** Halted runs want no effects alive; merely paused ones let what works finish. */
export function isHalted(run: RunState): boolean {
  return run.phase.phase === 'aborting' || (run.phase.phase === 'paused' && run.phase.halted);
}
