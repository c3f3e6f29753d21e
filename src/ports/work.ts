/**
 * Who performs the steps of an attempt. All of them take an AbortSignal (stop politely, then firmly, leave nothing behind)
 * and resolve when everything they started is gone. They may throw: the engine turns that into an `infrastructure` failure.
 */
import type { Proposal } from '../core/events.ts';
import type { Failure } from '../core/failure.ts';
import type { EffectKey, NodeId, RunId, Step } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { Bead, BeadNode, Formula } from '../core/plan.ts';
import type { AgentSettings, RigSettings } from '../plan/settings.ts';

/** One try at a bead, as its performers see it. */
export interface Attempt {
  readonly run: RunId;
  readonly bead: Bead;
  readonly formula: Formula;
  /** 1, 2, …: never reused for the same bead of the same run. */
  readonly number: number;
  /** Why the previous attempt failed; undefined for the first. */
  readonly previous: Failure | undefined;
  /** The beads that this one requires, in its order. */
  readonly required: readonly Bead[];
  /** What those of them that left something left for others. */
  readonly outputs: ReadonlyMap<NodeId, JsonObject>;
  /** What earlier attempts asked, and what people answered; oldest first. */
  readonly answers: readonly { readonly question: string; readonly answer: string }[];
  /** Absolute folder of this attempt under the state folder: log, record, prompt, scratch. */
  readonly folder: string;
}

/** A rig made ready for one attempt. */
export interface PreparedRig {
  readonly settings: RigSettings;
  /** Absolute, real path the work runs in. */
  readonly directory: string;
  /** The whole environment for programs in the rig, secrets included. */
  readonly env: Readonly<Record<string, string>>;
  /** Values (not names) to redact wherever output is kept or shown. */
  readonly secretValues: readonly string[];
}

/** How a step of an attempt ended. */
export type StepEnd<Report> =
  | { readonly type: 'succeeded'; readonly report: Report }
  | { readonly type: 'failed'; readonly failure: Failure }
  /** Stopped because the signal asked for it; everything is gone. */
  | { readonly type: 'stopped' };

/** Where beads are worked on. */
export interface Rig {
  /** What every attempt in this rig gets; cheap and idempotent for a directory. */
  open(settings: RigSettings): PreparedRig;
  /** The `prepare` step: run the rig's setup commands. Only called where the plan has that step. */
  prepare(attempt: Attempt, key: EffectKey, signal: AbortSignal): Promise<StepEnd<undefined>>;
}

/** A spawn file as it was found: its name, where it is kept, and its text. */
export interface SpawnFile {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** What a worker left besides the files of its tree. */
export interface WorkReport {
  /** Exit status of the worker's process. */
  readonly exit: number;
  /** What it left for the beads that require its own. */
  readonly output?: JsonObject;
  /** Descriptions of beads that it wants to add; nothing in them has been checked. */
  readonly spawned?: readonly SpawnFile[];
}

/** How work ended: like every step, or with a question to a person. */
export type WorkEnd = StepEnd<WorkReport> | { readonly type: 'asked'; readonly question: string };

/** Who does the work of a bead. */
export interface Agent {
  /** The `work` step. Journaled as started before this is called; must never run twice for the same key. */
  work(attempt: Attempt, rig: PreparedRig, key: EffectKey, signal: AbortSignal): Promise<WorkEnd>;
  /**
   * After a crash: settles what an earlier driver's call with this key left. Follows it if it lives, reads its result if
   * it ended, and answers `undefined` only when it is proven that nothing of it lives or will start.
   */
  adopt(
    attempt: Attempt,
    rig: PreparedRig,
    key: EffectKey,
    signal: AbortSignal,
  ): Promise<WorkEnd | undefined>;
}

/** How one criterion ended. */
export interface CriterionVerdict {
  readonly text: string;
  readonly verdict: 'verified' | 'claimed' | 'unmet';
  /** What it rests on: a check's command and exit, or that the worker said so. */
  readonly evidence: string;
}

/** Why a bead is believed to be done. */
export interface Evidence {
  readonly artifacts: readonly {
    readonly pattern: string;
    readonly files: number;
    readonly warning: string | undefined;
  }[];
  readonly checks: readonly { readonly command: string; readonly exit: number; readonly log: string }[];
  readonly criteria: readonly CriterionVerdict[];
  /** True in a directory rig: the tree is shared with other beads. */
  readonly sharedTree: boolean;
}

/** Who believes a worker, or does not. */
export interface Verifier {
  /** The `verify` step: artifacts, checks, criteria; a failed one is a `task` failure. */
  verify(attempt: Attempt, rig: PreparedRig, key: EffectKey, signal: AbortSignal): Promise<StepEnd<Evidence>>;
}

/** The variable in the environment of everything an attempt starts: leftovers are found by its value. */
export const MARKER_VARIABLE = 'GASTOWN_MARKER';

/** The exit status by which a command says that not the work but its surroundings failed. */
export const INFRASTRUCTURE_STATUS = 75;

/** The exit status by which work says that it needs an answer before it can go on. */
export const QUESTION_STATUS = 76;

/**
 * The marker's value for one command of an effect, e.g. its second check: known to this project's drivers only, and
 * different for every command, so that looking for the leftovers of one never finds another.
 */
export type MarkerOf = (key: EffectKey, command: string) => string;

/** What an attempt, or a person, wants to add, and where. */
export interface Spawn {
  /** The bead whose work it is, as its author wrote it and as it is scheduled. */
  readonly bead: Bead;
  readonly node: BeadNode;
  readonly files: readonly SpawnFile[];
  /** A person wrote them, and may bring commands. */
  readonly isByPerson: boolean;
  /** The beads of the run. */
  readonly find: (id: NodeId) => Bead | undefined;
}

/** Gives the adapters for a bead; made once per run in `compose.ts`. */
export interface Performers {
  rig(bead: Bead): { readonly rig: Rig; readonly settings: RigSettings };
  agent(bead: Bead): { readonly agent: Agent; readonly settings: AgentSettings | undefined };
  readonly verifier: Verifier;
  /** What an attempt that works has put into its spawn folder so far; a text: why that cannot be read. */
  spawned(attempt: Pick<Attempt, 'bead' | 'folder'>, rig: PreparedRig): readonly SpawnFile[] | string;
  /** Makes beads of descriptions; a text: what is wrong with them. Runs nothing. */
  propose(spawn: Spawn): Proposal | string;
  /**
   * Makes sure that nothing of an effect that nobody wants any more lives or will start, whoever began it; whatever
   * result it left is too late.
   */
  settle(run: RunId, node: NodeId, attempt: number, step: Step): Promise<void>;
  /**
   * Kills what ended attempts of a run left behind, where an earlier driver died before it looked for that. `inWork`:
   * steps by `BEAD.N` that are adopted instead.
   */
  sweepRun(
    run: RunId,
    inWork: ReadonlyMap<string, Step>,
  ): Promise<readonly { readonly node: NodeId; readonly processes: number }[]>;
  /** Kills what attempts left behind; called in batches after attempts ended and once at the end. Returns what it found. */
  sweep(): Promise<readonly { readonly node: NodeId; readonly processes: number }[]>;
}

/** Epoch ms and timers, virtual in tests. Never goes back while a process lives, whatever is done to the wall clock. */
export interface Clock {
  now(): number;
  /** Calls back after everything that has already happened was heard of: one turn of the event loop. */
  soon(call: () => void): void;
  /** Calls back once after `ms`; disposing cancels. */
  after(ms: number, call: () => void): Disposable;
}
