/**
 * The plan model: what every input dialect lowers to, as plain JSON-able data. A plan is journaled whole with the
 * run that executes it, so a run can be continued and shown after its files have changed.
 * Paths are POSIX, relative to the project root.
 */
import type { NodeId, Step } from './ids.ts';

/** What kind of plan a formula is; lowered to edges, so nothing after the loader asks. */
export type FormulaType = 'convoy' | 'workflow' | 'expansion';
/** What happens when a bead has used up its retries. */
export type OnFailure = 'pause' | 'skip' | 'abort';
/** When a convoy level with failures may pass its sync point. */
export type Quorum = 'all' | 'majority' | 'any';

/** The plan as a whole. */
export interface Formula {
  readonly name: string;
  readonly type: FormulaType;
  readonly version: string | undefined;
  readonly file: string;
  /** Where beads are executed that name no rig, and the checks of sync points. */
  readonly rig: string;
  /** Context documents by key (`spec`, `mrd`, …): resolved path, or undefined when the file was not found. */
  readonly context: Readonly<Record<string, string | undefined>>;
  /** Beads in work at once, ≥ 1. */
  readonly parallel: number;
  /** Wall-clock limit of one run, also the upper bound of one attempt. */
  readonly timeoutMs: number | undefined;
  readonly sync: 'level' | 'none';
  /** The sync points were left out for one run, by whoever started it. */
  readonly isEager?: true;
  readonly quorum: Quorum;
  /** Commands that run at every sync point, on the combined tree. */
  readonly syncChecks?: readonly string[];
  /** Values of the formula's variables, filled in already where texts use them; conditions and commands see them, too. */
  readonly vars?: Readonly<Record<string, VariableValue>>;
  /** Names of environment variables that conditions may read. */
  readonly env?: readonly string[];
  /** Whether and how much beads may add while the run goes on; undefined: not at all. */
  readonly spawn?: SpawnLimits;
}

/** What a variable can hold. */
export type VariableValue = string | number | boolean;

/** How far a run may grow beyond its plan. */
export interface SpawnLimits {
  /** Generations below a bead of the plan. */
  readonly depth: number;
  /** Beads that one bead may add, over all its attempts. */
  readonly children: number;
  /** Beads in the run, those of the plan included. */
  readonly total: number;
  /** A person looks at every addition first. */
  readonly approval: boolean;
}

/** One line of acceptance. */
export interface Criterion {
  readonly text: string;
  /** A shell command that decides the criterion (exit 0: verified); without one it is prose. */
  readonly check: string | undefined;
}

/** A reference such as `from_spec = ["architecture.api_layer"]`, resolved against the document's heading tree. */
export interface ContextRef {
  /** Key of the document in {@link Formula.context}. */
  readonly document: string;
  readonly ref: string;
  /** 1-based, inclusive line range in the document; undefined when the section or document is missing. */
  readonly lines: { readonly from: number; readonly to: number } | undefined;
}

/**
 * One task of the plan, as its author wrote it and as agents read it. It may look up a field when it is asked for it: whoever
 * makes another bead of it names what it takes, and spreads none.
 */
export interface Bead {
  readonly id: NodeId;
  readonly name: string;
  readonly file: string;
  readonly description: string;
  readonly requires: readonly NodeId[];
  /** `bead.dependencies.on_failure_of`: the bead runs only when these failed for good. */
  readonly onFailureOf?: readonly NodeId[];
  /** 1 is highest. */
  readonly priority: number;
  /** Longest distance from a root over `requires` and `onFailureOf`, 0-based. */
  readonly level: number;
  /** Paths or globs, relative to the rig's root; checked never to leave it by spelling. */
  readonly artifacts: readonly string[];
  readonly criteria: readonly Criterion[];
  /** Shell commands that must all exit 0 (`acceptance.checks`). */
  readonly checks: readonly string[];
  readonly context: readonly ContextRef[];
  /** The shell command that is the work (`bead.task.run`); undefined when an agent reads the description. */
  readonly run: string | undefined;
  /** `bead.when`: a condition over what happened before; the bead runs only where it holds. */
  readonly when?: string;
  /** `bead.gate`: what a person is asked to approve before the bead starts; may be empty. */
  readonly gate?: string;
  /** `bead.for_each`: the bead is a template, worked on once for each item of a list. */
  readonly forEach?: ForEach;
  /** Inputs of a library bead, and the item of a template: commands see them as `GASTOWN_VAR_*`. */
  readonly inputs?: Readonly<Record<string, VariableValue>>;
  /** Whether its work may add beads, and when they join the run: after it, or at once. */
  readonly spawns?: 'after' | 'live';
  /** The bead that added this one; undefined for a bead of the plan. */
  readonly parent?: NodeId;
  /** Name of the agent in the settings, or `shell`; undefined: the rig's, else the project's only agent. */
  readonly agent: string | undefined;
  readonly rig: string;
  /** The time limit of one attempt. */
  readonly timeoutMs: number | undefined;
  /** The source file said `status = "done"` when it was first loaded. */
  readonly declaredDone: boolean;
  /** 1-based line of the `status` key in the source file, when it carries one (then it is written back). */
  readonly statusLine: number | undefined;
  /** Hash of everything that decides what the work is: definition without status, text of the referenced sections. */
  readonly key: string;
}

/** A template's list, and what its item is called in texts. */
export interface ForEach {
  /** An expression that gives a list. */
  readonly in: string;
  /** Texts use the item as `{{as}}` and `{{as.key}}`. */
  readonly as: string;
  /** A text with templates that gives the last part of a child's id; undefined: from the item itself. */
  readonly id: string | undefined;
}

/**
 * `succeeded`: the node is done. `settled`: it is done, skipped, cancelled or failed for good. `failed`: it failed for good.
 * `worked`: its own work is done, though beads that it added may not be.
 */
export type EdgeOn = 'succeeded' | 'settled' | 'failed' | 'worked';

/** An edge of the lowered graph, seen from the node that needs. */
export interface Need {
  readonly node: NodeId;
  readonly on: EdgeOn;
}

/** How many needs must be met: every one, at least one, or at least `atLeast`. */
export type Join =
  | { readonly type: 'all' }
  | { readonly type: 'any' }
  | { readonly type: 'quorum'; readonly atLeast: number };

/** What a bead may spend and what its end means; shared by many nodes. */
export interface Policy {
  /** Further attempts after the first. */
  readonly retries: number;
  readonly timeoutMs: number | undefined;
  readonly onFailure: OnFailure;
}

interface NodeBase {
  readonly id: NodeId;
  readonly needs: readonly Need[];
  readonly level: number;
}

/** A bead as the scheduler sees it. */
export interface BeadNode extends NodeBase {
  readonly kind: 'bead';
  readonly join: Join;
  readonly priority: number;
  /** Place in the author's order, the last one for beads that it leaves out: breaks ties of priority. */
  readonly order: number;
  /** Weight of the longest remaining path, this node included; breaks ties of order. In a run, by known durations. */
  readonly tail: number;
  readonly policy: Policy;
  /** Beads of one lane share a rig and an agent; limits apply per lane's rig and agent. */
  readonly rig: string;
  readonly agent: string;
  /** Names held while the bead runs; two beads that declare the same artifact share one. */
  readonly locks: readonly string[];
  /** {@link Bead.key}: runs credit each other's work by it. */
  readonly key: string;
  /** What one attempt goes through, in this order; always contains `work`, except where `forEach` makes beads of it. */
  readonly steps: readonly Step[];
  /** Text of {@link Bead.when}; judged once, when every need is met. */
  readonly condition?: string;
  /** Text of {@link ForEach.in}: instead of working, the node adds one bead for each item. */
  readonly forEach?: string;
  /** {@link Bead.gate}. */
  readonly gate?: string;
  readonly spawns?: 'after' | 'live';
  /** The node that added this one, which is not done before this one is. */
  readonly parent?: NodeId;
  /** Generations below a bead of the plan; absent: 0. */
  readonly depth?: number;
}

/** The barrier after a level of a convoy; its needs are the level's beads, on `settled`. */
export interface SyncNode extends NodeBase {
  readonly kind: 'sync';
  readonly quorum: Quorum;
  /** It runs the formula's sync checks before it passes. */
  readonly checks?: true;
  /** What a person is asked to approve before it passes; may be empty. */
  readonly gate?: string;
}

/** A node of the lowered graph. */
export type NodeSpec = BeadNode | SyncNode;

/** What one attempt at a node goes through; a sync point's is the verification of the combined tree. */
export const stepsOf = (spec: NodeSpec): readonly Step[] => (spec.kind === 'bead' ? spec.steps : SYNC_STEPS);

const SYNC_STEPS: readonly Step[] = ['verify'];

/** Everything a run executes. */
export interface Plan {
  /** Hash over everything in this plan but itself and what the engine writes back (`declaredDone`, `statusLine`). */
  readonly hash: string;
  readonly formula: Formula;
  /** By the author's order, then the longest remaining path, then the id; a workflow in its sequence. */
  readonly beads: readonly Bead[];
  /** The lowered graph; a node comes after everything it needs. */
  readonly nodes: readonly NodeSpec[];
}
