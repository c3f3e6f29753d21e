/**
 * What becomes of an attempt that went wrong, and of a bead that has used up its budgets. Decides; `evolve.ts` follows.
 */
import { backoffMs } from './backoff.ts';
import type { Emit, PauseReason } from './events.ts';
import type { Failure } from './failure.ts';
import type { NodeId } from './ids.ts';
import type { EffectRef } from './input.ts';
import { unreachable } from './invariant.ts';
import { judgeOf, quorumIsPossible } from './levels.ts';
import type { Policy } from './plan.ts';
import { isExcused, isInWork, isSettled, type NodeState } from './state.ts';
import type { Store } from './store.ts';
import { isAskedFor } from './transition.ts';

/** Further attempts after a rig could not be made or an agent could not start. */
const INFRASTRUCTURE_RETRIES = 3;
/** A bead lost this often in a row pauses the run. */
const LOSSES_BEFORE_PAUSE = 3;

/** The checks of a sync point belong to nobody who could try again by himself: a person mends the tree. */
const SYNC_POLICY: Policy = { retries: 0, timeoutMs: undefined, onFailure: 'pause' };

const policyOf = ({ spec }: NodeState): Policy => (spec.kind === 'bead' ? spec.policy : SYNC_POLICY);

/** An attempt failed: another one follows, or the bead is given up. */
export function fail(store: Store, node: NodeState, effect: EffectRef, failure: Failure, emit: Emit): void {
  const retryAfterMs = retryDelay(store, node, failure);
  emit({ type: 'attempt-failed', ...effect, failure, retryAfterMs });
  if (store.run.phase.phase === 'aborting') {
    if (retryAfterMs === undefined) emit({ type: 'bead-failed', node: effect.node, standing: 'accepted' });
    else emit({ type: 'bead-cancelled', node: effect.node });
    return;
  }
  if (retryAfterMs === undefined) giveUp(store, node, emit);
  // It was finished because it was begun; begun again is only what somebody wants.
  else if (isBegunOnly(store, node))
    emit({ type: 'attempt-cancelled', node: effect.node, attempt: effect.attempt });
  else if (failure.class === 'lost' && node.losses >= LOSSES_BEFORE_PAUSE)
    pause(store, { type: 'losses', node: effect.node }, emit);
}

/** Nobody asks for it any more, nor does a bead go on that added it. */
function isBegunOnly(store: Store, node: NodeState): boolean {
  const { spec } = node;
  if (spec.kind === 'sync' || isAskedFor(store, node)) return false;
  return spec.parent === undefined || !store.node(spec.parent).selected;
}

/** Undefined when the budget that pays for this class of failure is used up. */
function retryDelay(store: Store, node: NodeState, failure: Failure): number | undefined {
  const { seed } = store.run;
  switch (failure.class) {
    case 'task':
      if (node.taskFailures >= policyOf(node).retries) return undefined;
      return backoffMs(seed, node.spec.id, node.taskFailures + 1);
    case 'infrastructure':
      if (node.infrastructureFailures >= INFRASTRUCTURE_RETRIES) return undefined;
      return backoffMs(seed, node.spec.id, node.infrastructureFailures + 1);
    case 'lost':
      return 0;
    default:
      return unreachable(failure.class);
  }
}

/** The node failed for good: what its failure branch, its policy and its level's quorum make of it. */
export function giveUp(store: Store, node: NodeState, emit: Emit): void {
  const { id } = node.spec;
  if (node.outs.some((edge) => edge.on === 'failed' && store.node(edge.to).selected)) {
    emit({ type: 'bead-failed', node: id, standing: 'handled' });
    return;
  }
  const { onFailure } = policyOf(node);
  switch (onFailure) {
    case 'skip':
      emit({ type: 'bead-failed', node: id, standing: 'accepted' });
      return;
    case 'abort':
      emit({ type: 'bead-failed', node: id, standing: 'accepted' });
      abort(store, { node: id }, emit);
      return;
    case 'pause': {
      const sync = judgeOf(store, node);
      if (sync === undefined) {
        emit({ type: 'bead-failed', node: id, standing: 'held' });
        pause(store, { type: 'bead-failed', node: id }, emit);
        return;
      }
      emit({ type: 'bead-failed', node: id, standing: 'deferred' });
      if (!quorumIsPossible(sync)) pause(store, { type: 'quorum-unreachable', node: sync.spec.id }, emit);
      return;
    }
    default:
      unreachable(onFailure);
  }
}

/** Its failure branch was to handle its failure, and was left out instead; one that failed speaks for itself. */
export function isUnhandled(store: Store, { phase, outs }: NodeState): boolean {
  if (phase.phase !== 'failed' || phase.standing !== 'handled') return false;
  return outs.every(({ on, to }) => {
    if (on !== 'failed') return true;
    const branch = store.node(to);
    return !branch.selected || isExcused(branch.phase);
  });
}

/** A halt is never weakened, and a pause not announced twice; a person's outlasts what it was paused for. */
export function pause(store: Store, reason: PauseReason, emit: Emit): void {
  const { phase } = store.run;
  if (phase.phase === 'settled' || phase.phase === 'aborting') return;
  if (phase.phase === 'paused' && (phase.halted || !outranks(reason, phase.reason))) return;
  emit({ type: 'run-paused', reason });
}

const outranks = ({ type }: PauseReason, present: PauseReason): boolean =>
  type === 'stop' || type === 'timeout' || (type === 'pause' && present.type !== 'pause');

/** Stops everything for good. */
export function abort(
  store: Store,
  because: { readonly node?: NodeId; readonly by?: string },
  emit: Emit,
): void {
  const { node, by } = because;
  emit({ type: 'run-aborted', node, ...(by === undefined ? {} : { by }) });
  for (const { spec, phase } of store.nodes.values())
    if (spec.kind === 'bead' && !isSettled(phase) && !isInWork(phase))
      emit({ type: 'bead-cancelled', node: spec.id });
}
