/** The last step of loading: from checked drafts to the plan. */
import type { Bead, Plan } from '../core/plan.ts';
import type { Collector } from '../diagnostic/collector.ts';
import type { BeadDraft } from './bead-draft.ts';
import type { Section } from './context.ts';
import type { Assignment } from './crew.ts';
import type { FormulaDraft } from './formula-draft.ts';
import { lint } from './lint.ts';
import type { Hash } from './load-request.ts';
import { findLocks } from './locks.ts';
import { lower, nodeSpecs, planFormula, timeoutOf } from './lower.ts';
import { DEFAULT_PRIORITY, sequence } from './order.ts';
import type { Graph } from './resolve.ts';

/** Everything that is known about a formula when its plan is made; arrays are indexed like `graph.beads`. */
export interface Parts {
  readonly hash: Hash;
  readonly formula: FormulaDraft;
  readonly graph: Graph;
  readonly ranks: readonly number[];
  readonly assignments: readonly (Assignment | undefined)[];
  readonly sections: readonly (readonly Section[])[];
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
  const assignments = parts.assignments.flatMap((assignment) => assignment ?? []);
  if (collector.hasErrors || assignments.length !== graph.beads.length) return undefined;
  const scheduling = formula.type === 'workflow' ? chain : schedulingOrder(graph, ranks, lowered.tails);
  const positions = new Array<number>(graph.beads.length).fill(0);
  scheduling.forEach((node, position) => {
    positions[node] = position;
  });
  const topological = formula.type === 'workflow' ? chain : byLevel(scheduling, levels);
  const made = graph.beads.flatMap((bead, node) => planBead(parts, bead, node, assignments[node]) ?? []);
  const keys = made.map((bead) => bead.key);
  const nodes = nodeSpecs({
    formula,
    graph,
    lowered,
    levels,
    positions,
    topological,
    assignments,
    locks,
    keys,
  });
  const beads = scheduling.flatMap((node) => made[node] ?? []);
  const content = { formula: planFormula(formula, parts.context), beads, nodes };
  return { hash: planHash(content, parts.hash), ...content };
}

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
  const sections = parts.sections[node] ?? [];
  const work = {
    id: draft.id,
    name: draft.name,
    description: draft.description,
    requires: (parts.graph.requires[node] ?? []).flatMap((need) => parts.graph.beads[need]?.id ?? []),
    artifacts: draft.artifacts.map((artifact) => artifact.value),
    criteria: draft.criteria.map(({ text, check }) => ({ text, check })),
    checks: draft.checks,
    run: draft.run?.value,
  };
  return {
    id: work.id,
    name: work.name,
    file: draft.source.file,
    description: work.description,
    requires: work.requires,
    priority: draft.priority ?? DEFAULT_PRIORITY,
    level: parts.graph.levels[node] ?? 0,
    artifacts: work.artifacts,
    criteria: work.criteria,
    checks: work.checks,
    context: sections.map((section) => section.ref),
    run: work.run,
    agent: assignment.agent,
    rig: assignment.rig.name,
    timeoutMs: timeoutOf(draft, parts.formula),
    declaredDone: draft.declaredDone,
    statusLine: draft.statusLine,
    key: parts.hash(JSON.stringify([work, sections.map(({ ref, text }) => [ref.document, ref.ref, text])])),
  };
}

/** Leaves out what the engine itself writes back into bead files: progress must not make another plan. */
function planHash(content: Omit<Plan, 'hash'>, hash: Hash): string {
  // A bead's key stands for its definition.
  const beads = content.beads.map(({ key, file, context, timeoutMs }) => [key, file, context, timeoutMs]);
  return hash(JSON.stringify([content.formula, beads, content.nodes]));
}
