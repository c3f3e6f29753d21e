/**
 * Lowers the three formula types to plain edges, so that nothing downstream knows which type a plan came from.
 *
 * - convoy with sync points: a bead of level L needs `~sync/(L-1)` settled; `~sync/L` needs the beads of level L settled. No
 *   sync point after the last level.
 * - workflow: each bead needs the one before it in the sequence settled.
 * - convoy without sync points, and expansion: requirements only.
 *
 * Requirements are always needs on `succeeded` (or `failed`, for a failure branch), sequence and barriers on `settled`: a
 * join counts only the former.
 */
import { type NodeId, type Step, syncId } from '../../core/ids.ts';
import type { Bead, BeadNode, Formula, Join, Need, NodeSpec, Policy } from '../../core/plan.ts';
import type { Assignment } from '../assignments.ts';
import type { BeadDraft } from '../dialects/bead-draft.ts';
import type { FormulaDraft } from '../dialects/formula-draft.ts';
import type { RigSettings } from '../settings.ts';
import { type Expressions, nodeExtras } from './extras.ts';
import { DEFAULT_PRIORITY } from './order.ts';
import type { Graph } from './resolve.ts';

/** What lowering works on; arrays are indexed like `graph.beads`. */
export interface LowerInput {
  readonly formula: FormulaDraft;
  readonly graph: Graph;
  readonly levels: readonly number[];
  /** The sequence of a workflow; ignored otherwise. */
  readonly sequence: readonly number[];
}

/** The lowered graph: needs by bead, and the sync points. */
export interface Lowered {
  readonly needs: readonly (readonly Need[])[];
  /** Members by level: one sync point for each, except for the last. Empty when there are none. */
  readonly syncLevels: readonly (readonly number[])[];
  /** Weight of the longest remaining path, the bead itself included. */
  readonly tails: readonly number[];
}

/** Whether a formula has sync points. */
export const hasSync = (formula: Pick<FormulaDraft, 'type' | 'sync'>): boolean =>
  formula.type === 'convoy' && formula.sync === 'level';

/** Makes the edges. */
export function lower(input: LowerInput): Lowered {
  const { formula, graph, levels } = input;
  const explicit = graph.requires.map((needs, node) => {
    const failures = graph.failures[node] ?? [];
    return needs.map(
      (need): Need => ({ node: idOf(graph, need), on: failures.includes(need) ? 'failed' : 'succeeded' }),
    );
  });
  const byLevel: number[][] = [];
  levels.forEach((level, node) => {
    byLevel[level] ??= [];
    byLevel[level]?.push(node);
  });
  if (formula.type === 'workflow') {
    const needs = chained(explicit, input);
    return { needs, syncLevels: [], tails: tailsOfSequence(input) };
  }
  if (!hasSync(formula)) return { needs: explicit, syncLevels: [], tails: tailsOfGraph(input, byLevel) };
  const needs = explicit.map((own, node) => {
    const level = levels[node] ?? 0;
    if (level === 0) return own;
    return [{ node: syncId(level - 1), on: 'settled' } satisfies Need, ...own];
  });
  // A sync point weighs one, too; every bead of a level has the same rest before it.
  const tails = levels.map((level) => 1 + 2 * (byLevel.length - 1 - level));
  return { needs, syncLevels: byLevel.slice(0, -1), tails };
}

function chained(
  explicit: readonly (readonly Need[])[],
  { graph, sequence }: LowerInput,
): readonly (readonly Need[])[] {
  const needs = [...explicit];
  sequence.forEach((node, position) => {
    const before = sequence[position - 1];
    if (before === undefined) return;
    const own = explicit[node] ?? [];
    // A requirement that every start waits for is sequence enough.
    const isRequired = graph.requires[node]?.includes(before) === true && !hasOwnJoin(graph, node);
    if (!isRequired) needs[node] = [{ node: idOf(graph, before), on: 'settled' }, ...own];
  });
  return needs;
}

function tailsOfSequence({ graph, sequence }: LowerInput): readonly number[] {
  const tails = graph.beads.map(() => 1);
  sequence.forEach((node, position) => {
    tails[node] = sequence.length - position;
  });
  return tails;
}

function tailsOfGraph({ graph }: LowerInput, byLevel: readonly (readonly number[])[]): readonly number[] {
  const tails = graph.beads.map(() => 1);
  for (const members of [...byLevel].reverse()) {
    for (const node of members) {
      for (const need of graph.requires[node] ?? [])
        tails[need] = Math.max(tails[need] ?? 1, (tails[node] ?? 1) + 1);
    }
  }
  return tails;
}

/** What a node needs besides its edges. */
export interface NodeParts {
  readonly formula: FormulaDraft;
  readonly graph: Graph;
  readonly lowered: Lowered;
  readonly levels: readonly number[];
  /** Place of each bead in the author's order; in a workflow, in the sequence. */
  readonly orders: readonly number[];
  /** Beads in an order in which each comes after everything it needs. */
  readonly topological: readonly number[];
  readonly assignments: readonly Assignment[];
  readonly locks: readonly (readonly string[])[];
  readonly keys: readonly string[];
  readonly expressions: readonly (Expressions | undefined)[];
}

/** The nodes of the plan, each after everything it needs. */
export function nodeSpecs(parts: NodeParts): readonly NodeSpec[] {
  const { formula, graph, lowered, levels } = parts;
  const policies = new Map<string, Policy>();
  const nodes: NodeSpec[] = [];
  let level = 0;
  const closeLevels = (upTo: number): void => {
    for (; level < upTo; level++) {
      const members = lowered.syncLevels[level];
      if (members === undefined) continue;
      const needs = members.map((member): Need => ({ node: idOf(graph, member), on: 'settled' }));
      nodes.push({
        kind: 'sync',
        id: syncId(level),
        needs,
        level,
        quorum: formula.quorum,
        ...(formula.syncChecks.length > 0 ? { checks: true } : {}),
        ...(formula.syncGate === undefined ? {} : { gate: formula.syncGate }),
      });
    }
  };
  for (const node of parts.topological) {
    const bead = graph.beads[node];
    const assignment = parts.assignments[node];
    if (bead === undefined || assignment === undefined) continue;
    if (hasSync(formula)) closeLevels(levels[node] ?? 0);
    nodes.push(beadNode(bead, assignment, node, parts, policyOf(bead, formula, policies)));
  }
  return nodes;
}

function beadNode(
  bead: BeadDraft,
  assignment: Assignment,
  node: number,
  parts: NodeParts,
  policy: Policy,
): BeadNode {
  return {
    kind: 'bead',
    id: bead.id,
    needs: parts.lowered.needs[node] ?? [],
    level: parts.levels[node] ?? 0,
    join: joinOf(bead),
    // In a workflow the sequence alone decides; a bead that is free early must not overtake it.
    priority: parts.formula.type === 'workflow' ? 1 : (bead.priority ?? DEFAULT_PRIORITY),
    order: parts.orders[node] ?? 0,
    tail: parts.lowered.tails[node] ?? 1,
    policy,
    rig: assignment.rig.name,
    agent: assignment.agent ?? NO_AGENT,
    locks: parts.locks[node] ?? [],
    key: parts.keys[node] ?? '',
    // Beads made from a template do the work.
    steps: bead.forEach === undefined ? stepsOf(bead, assignment.rig) : NO_STEPS,
    ...nodeExtras(bead, parts.expressions[node], parts.formula),
  };
}

const NO_STEPS: readonly Step[] = [];

/** `BeadNode.agent` where nobody is there to do the work: such a plan is valid, but is not run. */
export const NO_AGENT = '';

/** The time limit of one attempt: the smaller one of the bead's and the run's. */
export function timeoutOf(bead: BeadDraft, formula: FormulaDraft): number | undefined {
  if (bead.timeoutMs === undefined) return formula.timeoutMs;
  return formula.timeoutMs === undefined ? bead.timeoutMs : Math.min(bead.timeoutMs, formula.timeoutMs);
}

function policyOf(bead: BeadDraft, formula: FormulaDraft, known: Map<string, Policy>): Policy {
  const retries = bead.retries ?? formula.retries;
  const onFailure = bead.onFailure ?? formula.onFailure;
  const timeoutMs = timeoutOf(bead, formula);
  const key = `${retries} ${onFailure} ${timeoutMs}`;
  const policy = known.get(key) ?? { retries, timeoutMs, onFailure };
  known.set(key, policy);
  return policy;
}

/** What one attempt goes through. */
export function stepsOf(
  bead: Pick<Bead | BeadDraft, 'artifacts' | 'checks' | 'criteria'>,
  rig: Pick<RigSettings, 'setup' | 'checks'>,
): readonly Step[] {
  const isVerified =
    bead.artifacts.length > 0 || bead.checks.length > 0 || bead.criteria.length > 0 || rig.checks.length > 0;
  return STEPS[rig.setup.length > 0 ? (isVerified ? 'both' : 'prepared') : isVerified ? 'verified' : 'plain'];
}

// Shared, so that ten thousand beads do not carry ten thousand equal lists.
const STEPS: Readonly<Record<'both' | 'prepared' | 'verified' | 'plain', readonly Step[]>> = {
  both: ['prepare', 'work', 'verify'],
  prepared: ['prepare', 'work'],
  verified: ['work', 'verify'],
  plain: ['work'],
};

/** How many requirements must be met. */
export function joinOf({ join, requires, onFailureOf }: BeadDraft): Join {
  if (join === undefined || join.value === 'all' || requires.length + onFailureOf.length === 0) return ALL;
  return join.value === 'any' ? ANY : { type: 'quorum', atLeast: join.value };
}

const ALL: Join = { type: 'all' };
const ANY: Join = { type: 'any' };

const hasOwnJoin = (graph: Graph, node: number): boolean => {
  const bead = graph.beads[node];
  return bead !== undefined && joinOf(bead).type !== 'all';
};

function idOf(graph: Graph, node: number): NodeId {
  const bead = graph.beads[node];
  if (bead === undefined) throw new RangeError(`no bead ${node}`);
  return bead.id;
}

/** The formula as the plan holds it. */
export function planFormula(
  draft: FormulaDraft,
  context: ReadonlyMap<string, string | undefined>,
  vars: Formula['vars'],
): Formula {
  return {
    name: draft.name,
    type: draft.type,
    version: draft.version,
    file: draft.source.file,
    rig: draft.rig?.value ?? 'default',
    context: Object.fromEntries(context),
    parallel: draft.type === 'workflow' ? 1 : draft.parallel,
    timeoutMs: draft.timeoutMs,
    sync: hasSync(draft) ? 'level' : 'none',
    ...(draft.isEager ? { isEager: true } : {}),
    quorum: draft.quorum,
    ...(draft.syncChecks.length > 0 ? { syncChecks: draft.syncChecks } : {}),
    ...(draft.env.length > 0 ? { env: draft.env } : {}),
    ...(draft.spawn === undefined ? {} : { spawn: draft.spawn }),
    ...(vars === undefined ? {} : { vars }),
  };
}
