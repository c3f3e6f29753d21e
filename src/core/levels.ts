/** Sync points: whether a level may pass, and what that means for those of its beads that failed. */
import { quorumOf } from './edges.ts';
import type { Emit, PauseReason } from './events.ts';
import { invariant } from './invariant.ts';
import type { NodeState } from './state.ts';
import type { Store } from './store.ts';

/** The sync point that will judge this bead's failure, where its quorum leaves room for one and it has not passed yet. */
export function judgeOf(store: Store, node: NodeState): NodeState | undefined {
  for (const edge of node.outs) {
    const target = store.node(edge.to);
    const { spec, phase, selected } = target;
    if (spec.kind === 'sync' && selected && spec.quorum !== 'all' && phase.phase === 'waiting') return target;
  }
  return undefined;
}

/** Whether the quorum can still be reached; what was left out by a condition is no member. */
export function quorumIsPossible(sync: NodeState): boolean {
  invariant(sync.spec.kind === 'sync', `${sync.spec.id} is no sync point`);
  const members = sync.membersDone + sync.membersLost + sync.owed;
  return sync.membersDone + sync.owed >= quorumOf(sync.spec.quorum, members);
}

/** A level is settled and its checks, if any, have passed: it passes, waits for a person, or returns why it cannot. */
export function passLevel(store: Store, sync: NodeState, emit: Emit): PauseReason | undefined {
  const { spec } = sync;
  invariant(spec.kind === 'sync', `${spec.id} is no sync point`);
  if (spec.quorum !== 'all' && !quorumIsPossible(sync)) return { type: 'quorum-unreachable', node: spec.id };
  if (spec.gate !== undefined && !sync.isApproved) {
    emit({ type: 'approval-requested', node: spec.id, about: 'sync' });
    return undefined;
  }
  for (const need of spec.needs) {
    const member = store.node(need.node);
    if (member.phase.phase === 'failed' && member.phase.standing === 'deferred')
      emit({ type: 'failure-accepted', node: need.node });
  }
  emit({ type: 'sync-passed', node: spec.id });
  return undefined;
}
