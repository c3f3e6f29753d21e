/** In which order beads are meant to run: the author's list, and what is made of it. */
import type { Collector } from '../../diagnostic/collector.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import type { FormulaDraft } from '../dialects/formula-draft.ts';
import type { Located } from '../dialects/schema.ts';
import { similar } from '../similar.ts';
import { stableOrder } from './graph.ts';
import { entryFor, type Graph } from './resolve.ts';

/** Beads that the author listed come in that order, all others share the place after them. */
export function authorRanks(
  formula: FormulaDraft,
  graph: Graph,
  broken: ReadonlySet<string>,
  collector: Collector,
): readonly number[] {
  const { order } = formula;
  const ranks = graph.beads.map(() => Number.MAX_SAFE_INTEGER);
  if (order === undefined) return ranks;
  const first = new Map<string, Located<string>>();
  order.forEach((entry, position) => {
    const before = first.get(entry.value);
    const node = graph.index.get(entry.value);
    if (before !== undefined) {
      collector.report('plan/order-repeated', `the order lists ${quote(entry.value)} twice`, {
        span: formula.source.span(entry),
        related: [{ span: formula.source.span(before), label: 'first listed here' }],
      });
      return;
    }
    first.set(entry.value, entry);
    if (node !== undefined) ranks[node] = position;
    else if (!broken.has(entry.value)) unknownEntry(entry, formula, graph, collector);
  });
  for (const bead of graph.beads) {
    if (first.has(bead.id)) continue;
    collector.report(
      'plan/order-unlisted',
      `bead ${quote(bead.id)} is not in the order of the formula: it comes last`,
      {
        span: bead.source.span(bead.idPlace),
      },
    );
  }
  return ranks;
}

function unknownEntry(
  entry: Located<string>,
  formula: FormulaDraft,
  graph: Graph,
  collector: Collector,
): void {
  const near = similar(entry.value, graph.index.keys(), collector.patience);
  collector.report('plan/order-unknown', `the order lists ${quote(entry.value)}, but no bead has that id`, {
    span: formula.source.span(entry),
    hints: near === undefined ? [] : [`did you mean "${near}"?`],
  });
}

/** Total ranks for a workflow: without a list, priority and then the file name decide. */
export function sequenceRanks(ranks: readonly number[], graph: Graph): readonly number[] {
  const nodes = graph.beads.map((_, node) => node);
  nodes.sort((a, b) => {
    const byRank = (ranks[a] ?? 0) - (ranks[b] ?? 0);
    if (byRank !== 0) return byRank;
    const byPriority = priorityOf(graph, a) - priorityOf(graph, b);
    return byPriority !== 0 ? byPriority : a - b;
  });
  const total = ranks.map(() => 0);
  nodes.forEach((node, position) => {
    total[node] = position;
  });
  return total;
}

/** The sequence of a workflow: the author's, as far as the requirements allow. */
export function sequence(
  formula: FormulaDraft,
  graph: Graph,
  ranks: readonly number[],
  collector: Collector,
): readonly number[] {
  const total = sequenceRanks(ranks, graph);
  if (formula.order !== undefined) {
    graph.requires.forEach((needs, node) => {
      for (const need of needs) {
        const isListed =
          (ranks[node] ?? 0) !== Number.MAX_SAFE_INTEGER && (ranks[need] ?? 0) !== Number.MAX_SAFE_INTEGER;
        const listed = formula.order?.[ranks[node] ?? 0];
        if (isListed && listed !== undefined && (ranks[need] ?? 0) > (ranks[node] ?? 0)) {
          contradiction(formula, graph, listed, node, need, collector);
        }
      }
    });
  }
  return stableOrder(graph.requires, total);
}

function contradiction(
  formula: FormulaDraft,
  graph: Graph,
  listed: Located<string>,
  node: number,
  need: number,
  collector: Collector,
): void {
  const bead = graph.beads[node];
  const required = graph.beads[need];
  if (bead === undefined || required === undefined) return;
  const cause = entryFor(bead, required.id);
  collector.report(
    'plan/order-contradiction',
    `the order lists ${quote(bead.id)} before ${quote(required.id)}, which it requires: the requirement wins`,
    {
      span: formula.source.span(listed),
      related: cause === undefined ? [] : [{ span: bead.source.span(cause), label: 'required here' }],
    },
  );
}

/** Of beads that do not say it. */
export const DEFAULT_PRIORITY = 5;

const priorityOf = (graph: Graph, node: number): number => graph.beads[node]?.priority ?? DEFAULT_PRIORITY;
