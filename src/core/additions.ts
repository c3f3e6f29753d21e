/**
 * Beads that join a run while it goes on. An addition is admitted as a whole or not at all, and adding the same beads
 * again changes nothing: a bead is known by its id, its work by its key.
 */
import type { AddedBy, Emit, Proposal } from './events.ts';
import type { NodeId } from './ids.ts';
import { invariant } from './invariant.ts';
import type { BeadNode } from './plan.ts';
import { isSettled, type NodeState } from './state.ts';
import type { Store } from './store.ts';

/** What a proposal comes to: what has to be added or replaced, or why it is refused. */
export type Admission =
  | {
      readonly type: 'admitted';
      readonly proposal: Proposal;
      /** Beads with another definition than proposed, kept because they were started. */
      readonly kept: readonly NodeId[];
    }
  | { readonly type: 'refused'; readonly why: string };

/** Judges a proposal below `parent`: limits, unknown requirements, cycles. Cost: what it adds, and what follows `parent`. */
export function admit(store: Store, parent: NodeState, proposal: Proposal): Admission {
  const { spawn } = store.run.limits;
  if (spawn === undefined) return refused('this formula does not allow beads to add beads');
  const fresh: BeadNode[] = [];
  const kept: NodeId[] = [];
  let added = 0;
  for (const node of proposal.nodes) {
    if (node.parent !== parent.spec.id)
      return refused(`"${node.id}" does not belong below "${parent.spec.id}"`);
    const known = store.nodes.get(node.id);
    if (known === undefined) {
      added += 1;
      fresh.push(node);
    } else if (known.spec.kind === 'bead' && known.spec.key !== node.key) {
      if (known.attempts === 0 && known.worked === undefined && !isSettled(known.phase)) fresh.push(node);
      else kept.push(node.id);
    }
  }
  const depth = (parent.spec.kind === 'bead' ? (parent.spec.depth ?? 0) : 0) + 1;
  if (added > 0 && depth > spawn.depth)
    return refused(`beads may be added ${times(spawn.depth)} deep, and these would be ${depth} deep`);
  if (parent.children.length + added > spawn.children)
    return refused(
      `one bead may add ${spawn.children} beads, and "${parent.spec.id}" would have ${parent.children.length + added}`,
    );
  if (added > 0 && store.beads + added > spawn.total)
    return refused(`a run may have ${spawn.total} beads, and would have ${store.beads + added}`);
  const wrong = wrongNeed(store, parent, fresh);
  if (wrong !== undefined) return refused(wrong);
  const ids = new Set(fresh.map(({ id }) => id));
  return {
    type: 'admitted',
    proposal: { nodes: fresh, beads: proposal.beads.filter(({ id }) => ids.has(id)) },
    kept,
  };
}

/** Adds what an admission lets in. */
export function add(
  parent: NodeId,
  by: AddedBy,
  admission: Admission & { type: 'admitted' },
  emit: Emit,
): void {
  if (admission.proposal.nodes.length > 0) emit({ type: 'beads-added', parent, by, ...admission.proposal });
}

const refused = (why: string): Admission => ({ type: 'refused', why });
const times = (count: number): string => (count === 1 ? '1 level' : `${count} levels`);

function wrongNeed(store: Store, parent: NodeState, nodes: readonly BeadNode[]): string | undefined {
  const earlier = new Set<NodeId>();
  let following: ReadonlySet<NodeId> | undefined;
  for (const node of nodes) {
    for (const need of node.needs) {
      if (earlier.has(need.node)) continue;
      if (!store.nodes.has(need.node)) return `"${node.id}" requires "${need.node}", and no bead has that id`;
      if (need.on === 'worked') continue;
      following ??= followersOf(store, parent);
      if (following.has(need.node))
        return `Circular dependency detected: "${node.id}" requires "${need.node}", which waits for "${parent.spec.id}", which is not done before "${node.id}" is`;
    }
    earlier.add(node.id);
  }
  const circular = nodes.find(({ id }) => store.nodes.has(id) && waitsForItself(store, id, nodes));
  return circular && `Circular dependency detected: "${circular.id}" would wait for itself`;
}

/** Whether a bead that is replaced would come before itself, through beads of the run and others of the proposal. */
function waitsForItself(store: Store, id: NodeId, proposed: readonly BeadNode[]): boolean {
  const fresh = new Map(proposed.map((node) => [node.id, node]));
  const before = (of: NodeId): NodeId[] => {
    const node = store.nodes.get(of);
    const needs = fresh.get(of)?.needs ?? node?.spec.needs ?? [];
    const own = proposed.filter(({ parent }) => parent === of).map((child) => child.id);
    return [
      ...needs.filter(({ on }) => on !== 'worked').map((need) => need.node),
      ...own,
      ...(node?.children ?? []),
    ];
  };
  const seen = new Set<NodeId>();
  const open = before(id);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === id) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...before(next));
  }
  return false;
}

/** The node itself, and everything that cannot be settled before it is. */
function followersOf(store: Store, first: NodeState): ReadonlySet<NodeId> {
  const found = new Set([first.spec.id]);
  const open = [first];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { spec } = node;
    const next = node.outs.map(({ to }) => to);
    if (spec.kind === 'bead' && spec.parent !== undefined) next.push(spec.parent);
    for (const id of next) {
      if (found.has(id)) continue;
      found.add(id);
      open.push(store.node(id));
    }
  }
  return found;
}

/** Own work is done: what it wants to add joins the run, or waits for a person; without anything the bead is done. */
export function conclude(store: Store, node: NodeState, attempt: number, emit: Emit): string | undefined {
  const { id } = node.spec;
  const { proposal } = node;
  if (proposal !== undefined && proposal.nodes.length > 0) {
    const admission = admit(store, node, proposal);
    if (admission.type === 'refused') return admission.why;
    if (store.run.limits.spawn?.approval === true && admission.proposal.nodes.length > 0) {
      emit({ type: 'approval-requested', node: id, about: 'addition' });
      return undefined;
    }
    add(id, { type: 'attempt', attempt }, admission, emit);
  }
  close(node, attempt, emit);
  return undefined;
}

/** Waits for the added beads, if there are any that are not done. */
export function close(node: NodeState, attempt: number, emit: Emit): void {
  if (node.childrenOpen + node.childrenLost > 0 || attempt === 0)
    emit({ type: 'bead-worked', node: node.spec.id, attempt });
  if (node.childrenOpen + node.childrenLost === 0) emit({ type: 'bead-done', node: node.spec.id, attempt });
}

/** What a person approved joins the run. The proposal was admitted before; the run may have grown since. */
export function grant(store: Store, node: NodeState, emit: Emit): string | undefined {
  const { phase, proposal } = node;
  invariant(phase.phase === 'proposing' && proposal !== undefined, `${node.spec.id} proposes nothing`);
  const admission = admit(store, node, proposal);
  if (admission.type === 'refused') return admission.why;
  const by: AddedBy =
    phase.attempt === 0 ? { type: 'template' } : { type: 'attempt', attempt: phase.attempt };
  add(node.spec.id, by, admission, emit);
  close(node, phase.attempt, emit);
  return undefined;
}
