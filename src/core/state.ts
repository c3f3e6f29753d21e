/**
 * Where a run and its nodes are. Owns: the shapes. Does not own: how they change (`evolve.ts`) or who may change
 * them (only `evolve.ts`, through `transition.ts`).
 */
import type { Outcome, PauseReason, Proposal, RunLimits, StopReason } from './events.ts';
import type { Failure } from './failure.ts';
import type { NodeId, RunId, Step } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { EdgeOn, NodeSpec } from './plan.ts';

/** Where a node is. */
export type NodePhase =
  | { readonly phase: 'waiting' }
  /** All needs are met; its condition, or the list of its template, is to be judged before anything else happens. */
  | { readonly phase: 'judging' }
  /** A person has to approve: that it starts, or (a sync point) that the next level does. */
  | { readonly phase: 'gated' }
  /** Nothing holds it back and it is selected; in the ready queue or parked at a lock. */
  | { readonly phase: 'ready' }
  /** Between a failed attempt and the next; `until` is epoch ms. */
  | { readonly phase: 'delayed'; readonly until: number }
  /** `startedAt` is when this step started: every step has the attempt's whole time limit. */
  | { readonly phase: 'running'; readonly attempt: number; readonly step: Step; readonly startedAt: number }
  /** Its effect is being stopped; the slot is held until nothing of it is left. */
  | {
      readonly phase: 'stopping';
      readonly attempt: number;
      readonly step: Step;
      readonly startedAt: number;
      readonly reason: StopReason;
    }
  /** Its attempt ended with a question; the next one starts when a person has answered. */
  | { readonly phase: 'asking'; readonly attempt: number; readonly question: string }
  /** Its own work is done; a person has to approve the beads that it wants to add. */
  | { readonly phase: 'proposing'; readonly attempt: number }
  /** Its own work is done; it waits for the beads that it added. Holds no slot and no lock. */
  | { readonly phase: 'expanding'; readonly attempt: number }
  | { readonly phase: 'done'; readonly how: 'worked' | 'declared' | 'earlier-run' | 'passed' }
  | { readonly phase: 'failed'; readonly standing: 'held' | 'deferred' | 'accepted' | 'handled' }
  | { readonly phase: 'skipped'; readonly because: NodeId; readonly how: SkipCause }
  | { readonly phase: 'cancelled' };

/**
 * Why a node was left out: a requirement did not succeed; a condition (its own, or of what it would follow) did not hold;
 * a person said so.
 */
export type SkipCause = 'requirement' | 'condition' | 'person';

/** An edge, seen from the node it starts at. */
export interface OutEdge {
  readonly to: NodeId;
  readonly on: EdgeOn;
}

/** One node of the run. Mutable, by `evolve.ts` and `transition.ts` only. */
export interface NodeState {
  /** Replaced only while nothing of the node was started. */
  spec: NodeSpec;
  /** The other end of every edge that starts here; grows when nodes are added. */
  outs: OutEdge[];
  phase: NodePhase;
  selected: boolean;
  /** Needs on `settled` that are not met: sequence and barriers, which no join can do without. */
  owed: number;
  /** The other needs, which the join judges, by how they stand ({@link Resolution}). */
  open: number;
  met: number;
  broken: number;
  excused: number;
  barred: number;
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
  /** Its condition was judged and holds. */
  isJudged: boolean;
  /** A person approved its gate; for a sync point after its checks. */
  isApproved: boolean;
  /** A sync point's checks passed on the present tree. */
  isChecked: boolean;
  /** The attempt whose own work is done, where beads that it added are not; 0 for a template. */
  worked: number | undefined;
  /** Beads that joined the run below this one, and how many of them are not done yet, or lost. */
  children: NodeId[];
  childrenOpen: number;
  childrenLost: number;
  /** What its last successful work left for others. */
  output: JsonObject | undefined;
  /** Beads that its present attempt wants to add once its own work is done. */
  proposal: Proposal | undefined;
  /** What people answered to questions of its attempts, oldest first. */
  answers: readonly { readonly question: string; readonly answer: string }[];
}

/** A node of which nothing is known but its definition; every node is made here, so that all have one shape. */
export const newNode = (spec: NodeSpec): NodeState => ({
  spec,
  outs: NONE,
  phase: WAITING,
  selected: false,
  owed: 0,
  open: 0,
  met: 0,
  broken: 0,
  excused: 0,
  barred: 0,
  attempts: 0,
  taskFailures: 0,
  infrastructureFailures: 0,
  losses: 0,
  lastFailure: undefined,
  membersDone: 0,
  membersLost: 0,
  isJudged: false,
  isApproved: false,
  isChecked: false,
  worked: undefined,
  children: NONE,
  childrenOpen: 0,
  childrenLost: 0,
  output: undefined,
  proposal: undefined,
  answers: NONE,
});

const WAITING: NodePhase = { phase: 'waiting' };
/** In place of a list of its own for each of a million nodes. */
const NONE: never[] = [];
Object.freeze(NONE);

/** Where a run is. */
export type RunPhase =
  | { readonly phase: 'active' }
  | { readonly phase: 'paused'; readonly reason: PauseReason; readonly halted: boolean }
  /** Stopping everything, because a bead's policy is `abort` or a person cancelled the run. */
  | { readonly phase: 'aborting'; readonly node: NodeId | undefined }
  | { readonly phase: 'settled'; readonly outcome: Outcome };

/** Counters and facts of the whole run. Mutable, by `evolve.ts` and `transition.ts` only. */
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
  /** Beads that are failed, skipped or cancelled among the selected; not those that a condition or a person left out. */
  unsuccessful: number;
  /** What each terminal asked for; the run does all of it. */
  readonly selections: Map<string, readonly NodeId[] | 'all'>;
  /** All of {@link selections} together. */
  asked: ReadonlySet<NodeId> | 'all';
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

/** Left out without anybody having failed: what follows may go on without it. */
export function isExcused(phase: NodePhase): boolean {
  return phase.phase === 'skipped' && phase.how !== 'requirement';
}

/** Settled, and not for the good of the run. A failure that its branch handles is judged by what becomes of the branch. */
export function isUnsuccessful(phase: NodePhase): boolean {
  switch (phase.phase) {
    case 'failed':
      return phase.standing !== 'handled';
    case 'skipped':
      return phase.how === 'requirement';
    default:
      return phase.phase === 'cancelled';
  }
}

/** A run that goes on would wait for this failure, which nobody is asked to see to. */
export const holdsRun = ({ selected, phase }: NodeState): boolean =>
  selected && phase.phase === 'failed' && phase.standing === 'held';

/** Nothing goes on before a person has spoken. */
export function needsPerson(phase: NodePhase): boolean {
  return phase.phase === 'gated' || phase.phase === 'asking' || phase.phase === 'proposing';
}

/** Nodes in work hold a slot, their locks and their artifacts. */
export function isInWork(phase: NodePhase): phase is Extract<NodePhase, { step: Step }> {
  return phase.phase === 'running' || phase.phase === 'stopping';
}

/** Halted runs want no effects alive; merely paused ones let what works finish. */
export function isHalted(run: RunState): boolean {
  return run.phase.phase === 'aborting' || (run.phase.phase === 'paused' && run.phase.halted);
}
