/**
 * Work that could be done and is not: never so in a correct machine, since every decision ends with starting what may
 * start. Looked for from the outside, from phases, slots and locks alone, so that a mistake in the queues is found.
 */
import type { NodeId } from './ids.ts';
import type { BeadNode } from './plan.ts';
import type { RunState } from './state.ts';
import type { Store } from './store.ts';

/** A node that nothing holds back and that nobody sees to; undefined when all is well. Cost: the nodes. */
export function stalled(store: Store): NodeId | undefined {
  const { run } = store;
  if (run.phase.phase !== 'active') return undefined;
  for (const id of store.judging) return id;
  const [undecided] = store.undecided;
  if (undecided !== undefined) return undecided;
  if (run.working >= run.limits.parallel) return undefined;
  for (const { spec, phase } of store.nodes.values())
    if (phase.phase === 'ready' && (spec.kind === 'sync' || hasRoom(run, spec))) return spec.id;
  return undefined;
}

function hasRoom(run: RunState, { rig, agent, locks }: BeadNode): boolean {
  return (
    (run.workingPerRig.get(rig) ?? 0) < (run.limits.rigs[rig] ?? Number.POSITIVE_INFINITY) &&
    (run.workingPerAgent.get(agent) ?? 0) < (run.limits.agents[agent] ?? Number.POSITIVE_INFINITY) &&
    !locks.some((lock) => run.locks.has(lock))
  );
}

/** Puts the node where the next decision will find it. An entry too many does no harm: it is checked when it is taken. */
export function remind(store: Store, id: NodeId): void {
  const { spec, phase } = store.node(id);
  if (phase.phase !== 'ready') return;
  if (spec.kind === 'bead') store.ready.offer(spec);
  else store.readySyncs.add(id);
}
