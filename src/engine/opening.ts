/**
 * What a `run` means for the journal: go on with the formula's latest run when its plan is still the same, else make a
 * new one that is credited with every piece of finished work that has not changed. Finished work is paid for once.
 */
import type { RunLimits } from '../core/events.ts';
import type { NodeId } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import { invariant } from '../core/invariant.ts';
import type { Bead, Plan } from '../core/plan.ts';
import { Store } from '../core/store.ts';
import type { Journal, JournalReader, RunHeader } from '../ports/journal.ts';
import { Chronicle } from './chronicle.ts';
import { inheritedBy } from './credits.ts';
import { knownDurations } from './durations.ts';
import { replay } from './history.ts';
import { Roster } from './roster.ts';
import { askedFor, type Selection } from './selection.ts';
import { weighed } from './tails.ts';

/** What somebody wants run. */
export interface RunRequest {
  readonly plan: Plan;
  readonly limits: RunLimits;
  /** `same`: what the latest run was asked to do, if it can be gone on with. */
  readonly select: readonly NodeId[] | 'all' | 'same';
  /** Run again what is done: the selected beads, or everything, from scratch. */
  readonly rerun: boolean;
  /** How long selected beads wait for another terminal to ask for what they require. */
  readonly waitMs: number;
  /** Who asks, for the journal. */
  readonly by: string;
}

/** Which terminal opens a run. */
export interface Opener {
  readonly terminal: string;
  /** It goes on for a driver that is gone: what was asked for stands, and what failed has failed. */
  readonly takesOver: boolean;
}

/** A run, made ready to be driven. */
export interface Opening {
  readonly header: RunHeader;
  readonly store: Store;
  readonly chronicle: Chronicle;
  readonly roster: Roster;
  /** What the driver is told first; a new run's header is made when it is. */
  readonly input: Input;
  /** What this terminal asks for. */
  readonly selection: Selection;
  readonly isNew: boolean;
  readonly credited: number;
  /** See {@link History}. */
  readonly seen: number;
  readonly kept: number;
}

/** The run in which everything is done that anybody could ask for: seen at a glance, without looking at its beads. */
export function finishedRun(journal: JournalReader, { plan, rerun }: RunRequest): RunHeader | undefined {
  const latest = journal.latestRun(plan.formula.file);
  if (latest === undefined || latest.planHash !== plan.hash || rerun || latest.phase !== 'settled')
    return undefined;
  const { done, 'not-taken': notTaken, ...others } = latest.counts;
  return Object.values(others).every((count) => count === 0) ? latest : undefined;
}

/**
 * Reads only; nothing is written before the driver commits `input`.
 * `isStillThere`: whether the artifacts of a bead that an earlier run finished are in the tree.
 */
export function open(
  journal: Journal,
  request: RunRequest,
  now: number,
  isStillThere: (bead: Bead) => boolean,
  { terminal, takesOver }: Opener,
): Opening {
  const { plan, limits, select, rerun, by } = request;
  const latest = journal.latestRun(plan.formula.file);
  if (latest !== undefined && latest.planHash === plan.hash && !(rerun && select === 'all')) {
    const history = replay(journal, latest, plan);
    const selection = select === 'same' ? askedFor(history.store) : select;
    const reopen = rerun && typeof select !== 'string' ? select : 'failed';
    const input: Input = takesOver
      ? takenOver(history.store, by)
      : { type: 'resume', by, limits, select: selection, reopen, terminal };
    return { header: latest, ...history, input, selection, isNew: false, credited: 0 };
  }
  const run = journal.nextRunId();
  const header: RunHeader = {
    run,
    formula: plan.formula.name,
    formulaFile: plan.formula.file,
    planHash: plan.hash,
    ...(plan.formula.vars === undefined ? {} : { vars: plan.formula.vars }),
    ...(plan.formula.isEager === true ? { isEager: true } : {}),
    createdAt: now,
  };
  const again = new Set(
    rerun ? (typeof select === 'string' ? plan.beads.map((bead) => bead.id) : select) : [],
  );
  const { credits, growth } = inheritedBy(plan, journal, isStillThere, again);
  const durations = knownDurations(journal, plan.formula.file, {
    wanted: plan.beads.map((bead) => bead.id),
  });
  const input: Extract<Input, { type: 'create' }> = {
    type: 'create',
    run,
    planHash: plan.hash,
    seed: seedOf(plan.hash, run),
    limits,
    nodes: weighed(plan.nodes, durations),
    credits,
    ...(growth === undefined || growth.length === 0 ? {} : { growth }),
    select: select === 'same' ? 'all' : select,
    terminal,
  };
  const roster = new Roster(plan.beads);
  return {
    header,
    store: new Store(),
    chronicle: new Chronicle(header, roster),
    roster,
    input,
    selection: input.select,
    isNew: true,
    credited: credits.length,
    seen: 0,
    kept: 0,
  };
}

/**
 * What was asked for stands, and what failed has failed; only a run that stood still, which somebody wants to go on, gets new
 * budgets. One that is being cancelled is brought to its end.
 */
function takenOver({ run }: Store, by: string): Input {
  const { phase, limits } = run;
  const isCancelled = phase.phase === 'settled' && phase.outcome === 'aborted';
  if (phase.phase === 'aborting' || isCancelled) return { type: 'tick' };
  const reopen = phase.phase === 'paused' ? 'failed' : [];
  return { type: 'resume', by, limits, select: undefined, reopen, isTakeOver: true };
}

/** Different for every run, the same for every replay. */
function seedOf(hash: string, run: string): number {
  let seed = 0;
  for (const char of hash + run) seed = (Math.imul(seed, 31) + char.charCodeAt(0)) >>> 0;
  return seed;
}

/** What is done as the run opens. */
export function doneAtOpening({ store, input }: Opening): ReadonlySet<NodeId> {
  const done = new Set<NodeId>();
  for (const node of store.nodes.values()) if (node.phase.phase === 'done') done.add(node.spec.id);
  if (input.type === 'create') for (const credit of input.credits) done.add(credit.node);
  return done;
}

/** Requirements of selected beads that are neither met nor selected; such a selection could not move by itself. */
export function unmetRequirements(
  plan: Plan,
  select: readonly NodeId[],
  isMet: (bead: NodeId) => boolean,
): Map<NodeId, NodeId[]> {
  const selected = new Set(select);
  const beads = new Map(plan.beads.map((bead) => [bead.id, bead]));
  const unmet = new Map<NodeId, NodeId[]>();
  for (const id of select) {
    const bead = beads.get(id);
    invariant(bead !== undefined, `bead ${id} is in the plan`);
    const missing = isMet(id) ? [] : bead.requires.filter((need) => !isMet(need) && !selected.has(need));
    if (missing.length > 0) unmet.set(id, missing);
  }
  return unmet;
}

/** The selected beads and everything they require, directly or not. */
export function withDependencies(plan: Plan, select: readonly NodeId[]): NodeId[] {
  const beads = new Map(plan.beads.map((bead) => [bead.id, bead]));
  const chosen = new Set<NodeId>();
  const pending = [...select];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (chosen.has(id)) continue;
    chosen.add(id);
    pending.push(...(beads.get(id)?.requires ?? []));
  }
  return [...chosen];
}
