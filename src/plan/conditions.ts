/** The expressions of a plan's beads: checked against the formula, with every fault at its place in the file. */
import type { Collector } from '../diagnostic/collector.ts';
import { quote } from '../diagnostic/neutralise.ts';
import type { BeadDraft } from './dialects/bead-draft.ts';
import type { FormulaDraft } from './dialects/formula-draft.ts';
import type { Located } from './dialects/schema.ts';
import { ExpressionCheck, type Wanted } from './expressions/check.ts';
import type { Declared } from './expressions/types.ts';
import { Ancestry } from './graph/ancestry.ts';
import type { Expression, Expressions } from './graph/extras.ts';
import type { Graph } from './graph/resolve.ts';
import { placesInString } from './toml/string-place.ts';

/** Checks all expressions, whatever the graph looks like; by bead, undefined where a bead has none. */
export function checkExpressions(
  formula: Pick<FormulaDraft, 'env'>,
  graph: Graph,
  vars: Declared,
  collector: Collector,
): readonly (Expressions | undefined)[] {
  const check = new ExpressionCheck(graph.index, vars, formula.env);
  return graph.beads.map((bead) => {
    const { when, forEach } = bead;
    if (when === undefined && forEach === undefined) return undefined;
    return {
      when: checked(check, bead, when, 'bead.when', 'bool', collector),
      forEach: checked(check, bead, forEach?.in, 'bead.for_each', 'list', collector),
    };
  });
}

function checked(
  check: ExpressionCheck,
  bead: BeadDraft,
  text: Located<string> | undefined,
  key: string,
  wanted: Wanted,
  collector: Collector,
): Expression | undefined {
  if (text === undefined) return undefined;
  const placeOf = placesInString(bead.source, text);
  const result = check.check(text.value, wanted);
  if (result.type === 'checked')
    return {
      text: result.text,
      beads: result.beads.map(({ id, place }) => ({ value: id, ...placeOf(place) })),
    };
  for (const { code, message, place, hints } of result.faults)
    collector.report(code, `\`${key}\` ${message}`, { span: bead.source.span(placeOf(place)), hints });
  return undefined;
}

/** Whatever an expression reads must be settled when it is evaluated. `sequence` is that of a workflow. */
export function checkAncestry(
  parts: {
    readonly formula: FormulaDraft;
    readonly graph: Graph;
    readonly expressions: readonly (Expressions | undefined)[];
  },
  levels: readonly number[],
  sequence: readonly number[],
  collector: Collector,
): void {
  const { formula, graph, expressions } = parts;
  const ancestry = new Ancestry(formula, graph, levels, sequence);
  expressions.forEach((both, node) => {
    const bead = graph.beads[node];
    if (both === undefined || bead === undefined) return;
    for (const [key, expression] of [
      ['bead.when', both.when] as const,
      ['bead.for_each', both.forEach] as const,
    ]) {
      for (const named of expression?.beads ?? []) {
        const other = graph.index.get(named.value);
        if (other !== undefined && !ancestry.comesBefore(other, node))
          notBefore(
            bead,
            key,
            named,
            formula,
            ancestry.comesBefore(node, other) || other === node,
            collector,
          );
      }
    }
  });
}

function notBefore(
  bead: BeadDraft,
  key: string,
  named: Located<string>,
  { type }: FormulaDraft,
  comesAfter: boolean,
  collector: Collector,
): void {
  const own = quote(bead.id);
  const other = quote(named.value);
  const message =
    named.value === bead.id
      ? `reads the bead ${own} itself, before it has run`
      : comesAfter
        ? `reads the bead ${other}, which comes after ${own}`
        : `reads the bead ${other}, which need not come before ${own}`;
  const way =
    type === 'workflow'
      ? `list ${other} earlier in formula.beads.order, or add it to requires`
      : `add ${other} to requires in [bead.dependencies], or to on_failure_of`;
  collector.report('condition/not-before', `\`${key}\` ${message}`, {
    span: bead.source.span(named),
    hints: comesAfter && type !== 'workflow' ? [] : [way],
  });
}

/** Templates and spawning, where the formula does not allow them. */
export function checkSpawning(formula: FormulaDraft, graph: Graph, collector: Collector): void {
  if (formula.spawn !== undefined) return;
  for (const bead of graph.beads) {
    const { spawn, forEach } = bead;
    const wishes = [
      ...(forEach === undefined ? [] : [{ key: 'bead.for_each', place: forEach }]),
      ...(spawn === undefined || spawn.value === false ? [] : [{ key: 'bead.spawn', place: spawn }]),
    ];
    for (const { key, place } of wishes)
      collector.report('plan/spawn-not-allowed', `\`${key}\` adds beads, which the formula does not allow`, {
        span: bead.source.span(place),
        hints: ['allow it: allowed = true in [formula.spawn]'],
      });
  }
}

/** What is asked for at sync points, where there are none. */
export function checkSyncWishes(formula: FormulaDraft, hasSync: boolean, collector: Collector): void {
  if (hasSync) return;
  const why =
    formula.type === 'convoy'
      ? formula.isEager
        ? 'a convoy that is run with --eager'
        : 'a convoy with mode = "none"'
      : `${formula.type === 'expansion' ? 'an' : 'a'} ${formula.type}`;
  for (const wish of formula.syncWishes)
    collector.report(
      'plan/no-sync-points',
      `\`formula.sync.${wish.key}\` has no effect: ${why} has no sync points`,
      { span: formula.source.span(wish) },
    );
}
