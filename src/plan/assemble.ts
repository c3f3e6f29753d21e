/** The last step of loading: from checked drafts to the plan. */
import type { NodeId } from '../core/ids.ts';
import type { Bead, Plan, VariableValue } from '../core/plan.ts';
import type { Collector } from '../diagnostic/collector.ts';
import type { Assignment } from './assignments.ts';
import { checkAncestry } from './conditions.ts';
import type { Section } from './context.ts';
import type { BeadDraft } from './dialects/bead-draft.ts';
import type { FormulaDraft } from './dialects/formula-draft.ts';
import { beadExtras, type Expressions } from './graph/extras.ts';
import { findLocks } from './graph/locks.ts';
import { lower, nodeSpecs, planFormula, timeoutOf } from './graph/lower.ts';
import { DEFAULT_PRIORITY, sequence } from './graph/order.ts';
import type { Graph } from './graph/resolve.ts';
import { lint } from './lint.ts';
import type { Hash } from './load-request.ts';

/** Everything that is known about a formula when its plan is made; arrays are indexed like `graph.beads`. */
export interface Parts {
  readonly hash: Hash;
  readonly formula: FormulaDraft;
  /** Values of its variables; undefined when it declares none. */
  readonly vars: Readonly<Record<string, VariableValue>> | undefined;
  readonly graph: Graph;
  readonly ranks: readonly number[];
  readonly assignments: readonly (Assignment | undefined)[];
  readonly sections: readonly (readonly Section[])[];
  readonly expressions: readonly (Expressions | undefined)[];
  /** Resolved paths of the context documents. */
  readonly context: ReadonlyMap<string, string | undefined>;
  readonly collector: Collector;
}

/** Lowers, remarks and makes the plan; undefined when there are errors or cycles. */
export function assemble(parts: Parts): Plan | undefined {
  const { formula, graph, ranks, collector } = parts;
  const levels = graph.levels.flatMap((level) => level ?? []);
  if (levels.length !== graph.beads.length) return undefined;
  const chain = formula.type === 'workflow' ? sequence(formula, graph, ranks, collector) : [];
  const lowered = lower({ formula, graph, levels, sequence: chain });
  const { locks, conflicts } = findLocks(formula, graph, levels);
  lint(graph, conflicts, collector);
  checkAncestry(parts, levels, chain, collector);
  const assignments = parts.assignments.flatMap((assignment) => assignment ?? []);
  if (collector.hasErrors || assignments.length !== graph.beads.length) return undefined;
  const scheduling = formula.type === 'workflow' ? chain : schedulingOrder(graph, ranks, lowered.tails);
  const orders = formula.type === 'workflow' ? positionsIn(chain) : placesOf(ranks, formula);
  const topological = formula.type === 'workflow' ? chain : byLevel(scheduling, levels);
  const made = graph.beads.flatMap((bead, node) => planBead(parts, bead, node, assignments[node]) ?? []);
  const keys = made.map((bead) => bead.key);
  const nodes = nodeSpecs({
    formula,
    graph,
    lowered,
    levels,
    orders,
    topological,
    assignments,
    locks,
    keys,
    expressions: parts.expressions,
  });
  const beads = scheduling.flatMap((node) => made[node] ?? []);
  const content = { formula: planFormula(formula, parts.context, parts.vars), beads, nodes };
  return { hash: planHash(content, parts.hash), ...content };
}

function positionsIn(chain: readonly number[]): readonly number[] {
  const positions = new Array<number>(chain.length).fill(0);
  chain.forEach((node, position) => {
    positions[node] = position;
  });
  return positions;
}

/** Places in the author's list; beads that it leaves out share the one after it. */
const placesOf = (ranks: readonly number[], { order = [] }: FormulaDraft): readonly number[] =>
  ranks.map((rank) => Math.min(rank, order.length));

/** The author's order, then the longest remaining path, then the id: no two beads ever share a place. */
function schedulingOrder(
  graph: Graph,
  ranks: readonly number[],
  tails: readonly number[],
): readonly number[] {
  const nodes = graph.beads.map((_, node) => node);
  return nodes.sort((a, b) => {
    const byRank = (ranks[a] ?? 0) - (ranks[b] ?? 0);
    if (byRank !== 0) return byRank;
    const byTail = (tails[b] ?? 0) - (tails[a] ?? 0);
    if (byTail !== 0) return byTail;
    return (graph.beads[a]?.id ?? '') < (graph.beads[b]?.id ?? '') ? -1 : 1;
  });
}

const byLevel = (scheduling: readonly number[], levels: readonly number[]): readonly number[] =>
  [...scheduling].sort((a, b) => (levels[a] ?? 0) - (levels[b] ?? 0));

function planBead(
  parts: Parts,
  draft: BeadDraft,
  node: number,
  assignment: Assignment | undefined,
): Bead | undefined {
  if (assignment === undefined) return undefined;
  const { beads, successes, failures, levels } = parts.graph;
  const sections = parts.sections[node] ?? NONE;
  const requires = idsOf(successes[node] ?? NONE, beads);
  const failing = idsOf(failures[node] ?? NONE, beads);
  const extras = beadExtras(draft, parts.expressions[node], failing, parts.formula);
  const { onFailureOf, forEach } = extras;
  const artifacts = draft.artifacts.length === 0 ? NONE : draft.artifacts.map((artifact) => artifact.value);
  const criteria =
    draft.criteria.length === 0 ? NONE : draft.criteria.map(({ text, check }) => ({ text, check }));
  const run = draft.run?.value;
  const { id, name, description, checks, inputs } = draft;
  const definition = { id, name, description, requires, artifacts, criteria, checks, run };
  return {
    id,
    name,
    file: draft.source.file,
    description,
    requires,
    priority: draft.priority ?? DEFAULT_PRIORITY,
    level: levels[node] ?? 0,
    artifacts,
    criteria,
    checks,
    context: sections.length === 0 ? NONE : sections.map((section) => section.ref),
    run,
    ...extras,
    ...(inputs === undefined ? {} : { inputs }),
    agent: assignment.agent,
    rig: assignment.rig.name,
    timeoutMs: timeoutOf(draft, parts.formula),
    declaredDone: draft.declaredDone,
    statusLine: draft.statusLine,
    key: beadKey(
      parts.hash,
      { ...definition, onFailureOf, forEach },
      sections,
      ...valuesSeen(draft, assignment, parts.vars),
    ),
  };
}

/** Values that are not in the texts, but within reach of the work: commands can read them all. */
function valuesSeen(
  { inputs, run, checks, criteria, forEach }: BeadDraft,
  { rig }: Assignment,
  vars: Parts['vars'],
): readonly unknown[] {
  const hasCommand =
    run !== undefined ||
    checks.length > 0 ||
    rig.checks.length > 0 ||
    criteria.some(({ check }) => check !== undefined);
  // The texts of a template are filled later.
  const seen = hasCommand || forEach !== undefined ? vars : undefined;
  return seen === undefined && inputs === undefined ? [] : [inputs ?? null, seen ?? null];
}

type Definition = Pick<
  Bead,
  'id' | 'name' | 'description' | 'requires' | 'artifacts' | 'criteria' | 'checks' | 'run'
> & { readonly [Key in 'onFailureOf' | 'forEach']?: Bead[Key] | undefined };

/** The hash of everything that decides what the work is, and of nothing else; `more` is within reach of it besides. */
export function beadKey(
  hash: Hash,
  bead: Definition,
  sections: readonly Section[],
  ...more: readonly unknown[]
): string {
  const { id, name, description, requires, artifacts, criteria, checks, run, onFailureOf, forEach } = bead;
  const definition = [
    ...[id, name, description, requires, artifacts, criteria, checks, run],
    ...(onFailureOf === undefined ? [] : [{ onFailureOf }]),
    ...(forEach === undefined ? [] : [{ forEach }]),
  ];
  const textOf = sum(sections) > MOST_TEXT ? digests(hash) : same;
  const texts = sections.map(({ ref, text }) => [ref.document, ref.ref, textOf(text)]);
  return hash(JSON.stringify([definition, texts, ...more]));
}

/** Characters of sections that go into a key as they are; of more than that their hashes do, each made once. */
const MOST_TEXT = 2 ** 20;

const sum = (sections: readonly Section[]): number =>
  sections.reduce((length, { text }) => length + text.length, 0);

const same = (text: string): string => text;

function digests(hash: Hash): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const digest = known.get(text) ?? hash(text);
    known.set(text, digest);
    return digest;
  };
}

function idsOf(nodes: readonly number[], beads: readonly BeadDraft[]): readonly NodeId[] {
  if (nodes.length === 0) return NONE;
  const ids: NodeId[] = [];
  for (const node of nodes) {
    const bead = beads[node];
    if (bead !== undefined) ids.push(bead.id);
  }
  return ids;
}

// Shared: most lists of most beads are empty.
const NONE: readonly never[] = [];

/** Leaves out what the engine itself writes back into bead files: progress must not make another plan. */
function planHash(content: Omit<Plan, 'hash'>, hash: Hash): string {
  // A bead's key stands for its definition; it is part of its node.
  const beads = content.beads.map(({ file, context, timeoutMs }) => [file, context, timeoutMs]);
  return hash(JSON.stringify([content.formula, beads, content.nodes]));
}
