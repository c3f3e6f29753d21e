/** What most beads do not have: conditions, gates, templates, failure branches. Absent parts are left out, not undefined. */
import type { NodeId } from '../../core/ids.ts';
import type { Bead, BeadNode } from '../../core/plan.ts';
import type { BeadDraft } from '../dialects/bead-draft.ts';
import type { FormulaDraft } from '../dialects/formula-draft.ts';
import type { Located } from '../dialects/schema.ts';

/** An expression that is sound in itself. */
export interface Expression {
  /** What the plan holds: the author's text, with aliases written out. */
  readonly text: string;
  /** The beads that it names. */
  readonly beads: readonly Located<string>[];
}

/** The expressions of one bead. */
export interface Expressions {
  readonly when: Expression | undefined;
  readonly forEach: Expression | undefined;
}

/** For the bead as agents read it. */
export function beadExtras(
  draft: BeadDraft,
  expressions: Expressions | undefined,
  onFailureOf: readonly NodeId[],
  formula: FormulaDraft,
): Pick<Bead, 'onFailureOf' | 'when' | 'gate' | 'forEach' | 'spawns'> {
  const { forEach } = draft;
  const list = expressions?.forEach;
  const spawns = spawnsOf(draft, formula);
  return {
    ...(onFailureOf.length === 0 ? {} : { onFailureOf }),
    ...(expressions?.when === undefined ? {} : { when: expressions.when.text }),
    ...(draft.gate === undefined ? {} : { gate: draft.gate }),
    ...(list === undefined || forEach === undefined
      ? {}
      : { forEach: { in: list.text, as: forEach.as, id: forEach.id } }),
    ...(spawns === undefined ? {} : { spawns }),
  };
}

/** For the bead as the scheduler sees it. */
export function nodeExtras(
  draft: BeadDraft,
  expressions: Expressions | undefined,
  formula: FormulaDraft,
): Pick<BeadNode, 'condition' | 'forEach' | 'gate' | 'spawns'> {
  const spawns = spawnsOf(draft, formula);
  return {
    ...(expressions?.when === undefined ? {} : { condition: expressions.when.text }),
    ...(expressions?.forEach === undefined ? {} : { forEach: expressions.forEach.text }),
    ...(draft.gate === undefined ? {} : { gate: draft.gate }),
    ...(spawns === undefined ? {} : { spawns }),
  };
}

/** Whether a bead may add others: where the formula allows it, unless it says no; a template has no work that could. */
function spawnsOf(draft: BeadDraft, formula: FormulaDraft): 'after' | 'live' | undefined {
  if (formula.spawn === undefined || draft.forEach !== undefined || draft.spawn?.value === false)
    return undefined;
  return draft.spawn?.value ?? 'after';
}
