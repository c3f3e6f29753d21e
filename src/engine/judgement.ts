/**
 * Answers what a node that is `judging` waits for: whether its condition holds, and what its template makes of its list.
 * Only looks; the answer becomes an event in the same transaction as what raised the question, so it is asked once.
 */
import type { Proposal } from '../core/events.ts';
import { type NodeId, nodeId } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import { invariant } from '../core/invariant.ts';
import type { Bead, BeadNode, Formula } from '../core/plan.ts';
import type { NodeState } from '../core/state.ts';
import { statusOf } from '../core/status.ts';
import type { Store } from '../core/store.ts';
import { beadsNamed, evaluateCondition, evaluateList } from '../plan/expressions/evaluate.ts';
import type { BeadFacts, Facts } from '../plan/expressions/facts.ts';
import { OUTCOMES, type Outcome } from '../plan/expressions/scope.ts';
import type { Roster } from './roster.ts';

/** What judging looks at besides the run. */
export interface Surroundings {
  /** Value of an environment variable; asked only for those that the formula lists. */
  readonly env: (name: string) => string | undefined;
  /** Whether a path, relative to the project root, names a file inside it. */
  readonly fileExists: (path: string) => boolean;
  /** The beads that a template makes of its items, or why it cannot. */
  readonly fromItems: (template: Bead, node: BeadNode, items: readonly unknown[]) => Proposal | string;
}

/** A run as its judge sees it. */
export interface Judged {
  readonly formula: Formula;
  readonly store: Store;
  readonly roster: Roster;
}

/** The answer for one node. */
export function judge(run: Judged, surroundings: Surroundings, node: NodeState): Input {
  const { spec, isJudged } = node;
  invariant(spec.kind === 'bead', `${spec.id} has nothing to judge`);
  if (spec.condition !== undefined && !isJudged) {
    const found = evaluateCondition(spec.condition, factsFor(run, surroundings, spec.condition));
    if (found.type === 'value') return condition(spec.id, found.value ? 'holds' : 'fails', undefined);
    return condition(spec.id, 'error', `the condition ${found.message}`);
  }
  invariant(spec.forEach !== undefined, `${spec.id} has nothing to judge`);
  const found = evaluateList(spec.forEach, factsFor(run, surroundings, spec.forEach));
  const proposal =
    found.type === 'error'
      ? `the list ${found.message}`
      : surroundings.fromItems(run.roster.get(spec.id), spec, found.value);
  return { type: 'items-judged', node: spec.id, proposal };
}

const condition = (
  node: NodeId,
  verdict: 'holds' | 'fails' | 'error',
  message: string | undefined,
): Input => ({
  type: 'condition-judged',
  node,
  verdict,
  message,
});

function factsFor({ formula, store, roster }: Judged, surroundings: Surroundings, text: string): Facts {
  const beads: Record<string, BeadFacts> = Object.create(null);
  for (const name of beadsNamed(text)) {
    const bead = roster.find(nodeId(name));
    const node = bead === undefined ? undefined : store.nodes.get(bead.id);
    if (bead === undefined || node === undefined) continue;
    beads[name] = { outcome: outcomeOf(store, node), outputs: node.output ?? {}, artifacts: bead.artifacts };
  }
  const env: Record<string, string> = Object.create(null);
  for (const name of formula.env ?? []) env[name] = surroundings.env(name) ?? '';
  return { beads, vars: formula.vars ?? {}, env, fileExists: surroundings.fileExists };
}

/** The status of a settled bead, which is one of the words that conditions know. */
const outcomeOf = ({ run }: Store, node: NodeState): Outcome => {
  const status = statusOf(run, node);
  return OUTCOMES.find((outcome) => outcome === status) ?? 'pending';
};
