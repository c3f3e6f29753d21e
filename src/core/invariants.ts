/**
 * What holds between any two decisions, recomputed from scratch: the counters that `transition.ts` keeps are a cache of this.
 * For tests and simulation; too slow for a live run.
 */
import { resolution, verdict } from './edges.ts';
import { invariant } from './invariant.ts';
import { isInWork, isSettled, isUnsuccessful, type NodeState, needsPerson } from './state.ts';
import type { Store } from './store.ts';

/** Throws a {@link Bug} naming the first invariant that does not hold. */
export function checkInvariants(store: Store): void {
  const { run } = store;
  const nodes = [...store.nodes.values()];
  const inWork = nodes.filter((node) => isInWork(node.phase));
  const selected = nodes.filter((node) => node.selected);
  invariant(inWork.length === run.working, 'I1: slots taken = beads in work');
  invariant(inWork.length <= Math.max(run.limits.parallel, run.working), 'I2: slots are never exceeded');
  invariant(store.inWork.size === inWork.length, 'I3: the set of beads in work is exact');
  invariant(
    run.unsettled === selected.filter((node) => !isSettled(node.phase)).length,
    'I4: unsettled is exact',
  );
  const unsuccessful = selected.filter((node) => isUnsuccessful(node.phase)).length;
  invariant(run.unsuccessful === unsuccessful, 'I5: unsuccessful is exact');
  const locks = inWork.flatMap((node) => (node.spec.kind === 'bead' ? node.spec.locks : []));
  invariant(
    new Set(locks).size === locks.length && locks.length === run.locks.size,
    'I6: a lock has one holder',
  );
  invariant(run.phase.phase !== 'settled' || inWork.length === 0, 'I11: nothing works in a settled run');
  const isCancelled = run.phase.phase === 'settled' && run.phase.outcome === 'aborted';
  invariant(
    !isCancelled || nodes.every(({ spec, phase }) => spec.kind === 'sync' || isSettled(phase)),
    'I15: nothing is left to do in a cancelled run',
  );
  for (const node of nodes) checkNode(store, node);
}

function checkNode(store: Store, node: NodeState): void {
  const { id, needs } = node.spec;
  const counts = { owed: 0, open: 0, met: 0, broken: 0, excused: 0, barred: 0 };
  for (const need of needs) {
    const stands = resolution(need.on, store.node(need.node));
    if (need.on !== 'settled') counts[stands] += 1;
    else if (stands === 'open') counts.owed += 1;
  }
  for (const key of ['owed', 'open', 'met', 'broken', 'excused', 'barred'] as const)
    invariant(node[key] === counts[key], `I7: ${id}: ${key} is ${node[key]}, not ${counts[key]}`);
  const stands = verdict(node);
  const { phase } = node.phase;
  if (phase === 'ready' || phase === 'judging' || phase === 'gated')
    invariant(stands === 'go' && node.selected, `I8: ${id} is ${phase}, so its needs are met`);
  if (phase === 'waiting' && node.spec.kind === 'bead')
    invariant(stands !== 'go' || !node.selected, `I9: ${id} waits, so a need is open or it is not selected`);
  invariant(store.judging.has(id) === (phase === 'judging'), `I12: ${id} is known to wait for a judgement`);
  invariant(store.people.has(id) === needsPerson(node.phase), `I14: ${id} is known to wait for a person`);
  const stand = node.children.map((child) => resolution('succeeded', store.node(child)));
  invariant(
    node.childrenOpen === stand.filter((each) => each === 'open').length &&
      node.childrenLost === stand.filter((each) => each === 'broken').length,
    `I13: what ${id} knows of the beads it added is exact`,
  );
}
