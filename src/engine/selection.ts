/** What becomes of the beads that one terminal asked for: how they stand, and what keeps them from ever starting. */
import { isUnhandled } from '../core/failures.ts';
import type { NodeId } from '../core/ids.ts';
import { invariant } from '../core/invariant.ts';
import { isSettled, isUnsuccessful, type NodeState } from '../core/state.ts';
import type { Store } from '../core/store.ts';

/** Beads by name, or every bead there is. */
export type Selection = readonly NodeId[] | 'all';

/** `open`: some are not settled. */
export type Standing = 'done' | 'failed' | 'open';

/** How the beads of a selection stand, all together. */
export function standingOf(store: Store, selection: Selection): Standing {
  let isFailed = false;
  for (const node of nodesOf(store, selection)) {
    const { spec, phase } = node;
    if (spec.kind === 'sync') continue;
    if (!isSettled(phase)) return 'open';
    isFailed ||= isUnsuccessful(phase) || isUnhandled(store, node);
  }
  return isFailed ? 'failed' : 'done';
}

/** Everything the run was asked for, by whichever terminal. */
export const askedFor = ({ run }: Store): Selection => (run.asked === 'all' ? 'all' : [...run.asked]);

/** Beads that did not make it, whatever for. */
export function unsuccessfulOf(store: Store, selection: Selection): NodeId[] {
  return nodesOf(store, selection).flatMap(({ spec, phase }) =>
    spec.kind === 'bead' && isUnsuccessful(phase) ? [spec.id] : [],
  );
}

/** What beads of a selection require that did not make it, and that nobody asks for. */
export function lostRequirements(store: Store, selection: Selection): NodeId[] {
  const lost = new Set<NodeId>();
  for (const node of nodesOf(store, selection)) {
    if (node.phase.phase === 'done') continue;
    for (const need of node.spec.needs) {
      const { selected, phase, spec } = store.node(need.node);
      if (!selected && isUnsuccessful(phase) && !isIn(selection, spec.id)) lost.add(spec.id);
    }
  }
  return [...lost];
}

/**
 * Beads of a selection that cannot start because they require, directly or not, what nobody asks for; each with what that is, where it
 * is direct.
 */
export function unmetOf(store: Store, selection: Selection): Map<NodeId, NodeId[]> {
  const unmet = new Map<NodeId, NodeId[]>();
  if (selection === 'all' || store.run.asked === 'all') return unmet;
  for (let before = -1; before < unmet.size; ) {
    before = unmet.size;
    for (const id of selection) {
      if (unmet.has(id)) continue;
      const missing = missingOf(store, store.node(id), unmet);
      if (missing !== undefined) unmet.set(id, missing);
    }
  }
  return unmet;
}

/** Undefined when the bead may still start. */
function missingOf(store: Store, node: NodeState, unmet: ReadonlyMap<NodeId, unknown>): NodeId[] | undefined {
  const { spec, phase } = node;
  if (spec.kind === 'sync' || phase.phase !== 'waiting') return undefined;
  const missing: NodeId[] = [];
  let hopeless = 0;
  for (const { node: id, on } of spec.needs) {
    const source = store.node(id);
    if (on === 'settled' || isSettled(source.phase)) continue;
    if (!source.selected) missing.push(id);
    if (!source.selected || unmet.has(id)) hopeless += 1;
  }
  if (hopeless === 0) return undefined;
  // What was left out counts only beside something that is done.
  const possible = node.met + node.open - hopeless;
  return possible === 0 || possible + node.excused < needed(node) ? missing : undefined;
}

function needed({ spec, met, excused, open, broken, barred }: NodeState): number {
  invariant(spec.kind === 'bead', `${spec.id} is a bead`);
  switch (spec.join.type) {
    case 'all':
      return met + excused + open + broken + barred;
    case 'any':
      return 1;
    case 'quorum':
      return spec.join.atLeast;
  }
}

const isIn = (selection: Selection, id: NodeId): boolean => selection === 'all' || selection.includes(id);

const nodesOf = (store: Store, selection: Selection): NodeState[] =>
  selection === 'all' ? [...store.nodes.values()] : selection.map((id) => store.node(id));
