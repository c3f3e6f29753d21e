/**
 * What people ask of a run, and what it means. A request that does not fit the present state changes nothing: whoever
 * passes it on says so to the person who asked (`engine/control.ts`).
 */
import { add, admit, grant } from './additions.ts';
import type { Emit } from './events.ts';
import { abort, fail, giveUp, isUnhandled, pause } from './failures.ts';
import type { NodeId } from './ids.ts';
import type { Request } from './input.ts';
import { unreachable } from './invariant.ts';
import { holdsRun, isExcused, isInWork, isSettled, isUnsuccessful, type NodeState } from './state.ts';
import type { Store } from './store.ts';

/** Decides on a request. */
export function request(store: Store, input: Request, emit: Emit): void {
  const { run } = store;
  // What is being cancelled is not argued with.
  if (run.phase.phase === 'aborting') return;
  switch (input.type) {
    case 'approve':
      approve(store, input, emit);
      return;
    case 'reject':
      reject(store, input, emit);
      return;
    case 'answer': {
      const { node, by, answer } = input;
      if (store.nodes.get(node)?.phase.phase === 'asking') emit({ type: 'answered', node, by, answer });
      return;
    }
    case 'pause':
      pause(store, { type: 'pause', by: input.by }, emit);
      return;
    case 'unpause':
      if (run.phase.phase !== 'paused') return;
      emit({ type: 'run-resumed', by: input.by, limits: run.limits });
      reopen(store, 'failed', emit);
      return;
    case 'retry': {
      const node = store.nodes.get(input.node);
      if (node === undefined || !mayRetry(node)) return;
      for (const { spec } of withFamily(store, node)) emit({ type: 'bead-reopened', node: spec.id });
      goOn(store, input.by, emit);
      return;
    }
    case 'skip':
      skip(store, input, emit);
      return;
    case 'cancel':
      if (run.phase.phase !== 'settled') abort(store, { by: input.by }, emit);
      return;
    case 'add': {
      const node = store.nodes.get(input.node);
      if (node === undefined || isSettled(node.phase)) return;
      const admission = admit(store, node, input.proposal);
      if (admission.type === 'admitted') add(input.node, { type: 'person', name: input.by }, admission, emit);
      return;
    }
    default:
      unreachable(input);
  }
}

function approve(store: Store, { node: id, by }: { node: NodeId; by: string }, emit: Emit): void {
  const node = store.nodes.get(id);
  const phase = node?.phase.phase;
  if (node === undefined || (phase !== 'gated' && phase !== 'proposing')) return;
  emit({ type: 'approved', node: id, by });
  if (phase !== 'proposing') return;
  const why = grant(store, node, emit);
  if (why === undefined) return;
  const message = `its beads cannot be added any more: ${why}`;
  const { phase: now } = node;
  if (now.phase === 'proposing' && now.attempt === 0)
    emit({ type: 'condition-judged', node: id, verdict: 'error', message });
  refuseAddition(store, node, 'addition', message, emit);
}

function reject(
  store: Store,
  { node: id, by, reason }: { node: NodeId; by: string; reason: string },
  emit: Emit,
): void {
  const node = store.nodes.get(id);
  if (node?.phase.phase === 'gated') {
    emit({ type: 'rejected', node: id, by, reason });
    giveUp(store, node, emit);
  } else if (node?.phase.phase === 'proposing') {
    emit({ type: 'rejected', node: id, by, reason });
    refuseAddition(store, node, 'rejected', `${by} rejected the beads it wanted to add: ${reason}`, emit);
  }
}

/** An addition that is refused is work to be done again, with the reason; a template has no other way. */
function refuseAddition(
  store: Store,
  node: NodeState,
  code: 'rejected' | 'addition',
  message: string,
  emit: Emit,
): void {
  const { phase } = node;
  if (phase.phase !== 'proposing') return;
  const { attempt } = phase;
  if (attempt === 0) giveUp(store, node, emit);
  else
    fail(store, node, { node: node.spec.id, attempt, step: 'work' }, { class: 'task', code, message }, emit);
}

function mayRetry({ phase }: NodeState): boolean {
  return isSettled(phase) && phase.phase !== 'done';
}

function skip(store: Store, { node: id, by }: { node: NodeId; by: string }, emit: Emit): void {
  const node = store.nodes.get(id);
  if (node === undefined || node.spec.kind !== 'bead') return;
  const { phase } = node;
  if (phase.phase === 'running')
    emit({ type: 'stop-requested', node: id, attempt: phase.attempt, reason: 'skip' });
  else if (!isInWork(phase) && phase.phase !== 'done' && !isExcused(phase)) {
    emit({ type: 'bead-skipped', node: id, because: id, how: 'person' });
    // What was skipped because of it may go on without it, and so may the bead that had added it.
    const [, ...others] = withFamily(store, node, 'above');
    for (const { spec } of others) emit({ type: 'bead-reopened', node: spec.id });
    goOn(store, by, emit);
  }
}

/**
 * A run that stood still for a failure goes on when no failure holds it any more; a settled one when there is work again, as far
 * as a failure that was there when it was cancelled lets it.
 */
function goOn(store: Store, by: string, emit: Emit): void {
  const { phase, limits, unsettled } = store.run;
  const stoodForFailure =
    phase.phase === 'paused' &&
    !phase.halted &&
    (phase.reason.type === 'bead-failed' || phase.reason.type === 'quorum-unreachable');
  const isOver = phase.phase === 'settled' && unsettled > 0;
  if (!stoodForFailure && !isOver) return;
  const holding = holdingFailure(store);
  if (holding !== undefined && stoodForFailure) return;
  emit({ type: 'run-resumed', by, limits });
  if (holding !== undefined) pause(store, { type: 'bead-failed', node: holding }, emit);
}

function holdingFailure({ nodes }: Store): NodeId | undefined {
  for (const node of nodes.values()) if (holdsRun(node)) return node.spec.id;
  return undefined;
}

/**
 * A bead and what its failure took with it: the beads it added that were lost, those that it was added by, and whatever
 * was skipped because of any of them. The bead itself comes first. `above`: not what it added itself.
 */
function withFamily(store: Store, first: NodeState, which: 'all' | 'above' = 'all'): ReadonlySet<NodeState> {
  const found = new Set([first]);
  for (const { spec, children } of found) {
    for (const id of which === 'all' ? children : []) {
      const child = store.node(id);
      if (child !== first && isUnsuccessful(child.phase)) found.add(child);
    }
    const parent = spec.kind === 'bead' && spec.parent !== undefined ? store.node(spec.parent) : undefined;
    if (parent?.phase.phase === 'failed' && parent.worked !== undefined) found.add(parent);
  }
  const causes = new Set([...found].map(({ spec }) => spec.id));
  for (const node of store.nodes.values()) {
    const { phase, selected } = node;
    if (selected && phase.phase === 'skipped' && phase.how === 'requirement' && causes.has(phase.because))
      found.add(node);
  }
  return found;
}

/**
 * Reopens beads: `failed` means all that did not make it, and what a condition left out after them, since the condition
 * may see something else now; a list means these, whatever became of them, with their own work done again, and what would
 * hold the run. What is required of a bead that is still to be done, and nobody asked for, may yet be asked for: its failure
 * decides nothing now.
 */
export function reopen(store: Store, which: 'failed' | readonly NodeId[], emit: Emit): void {
  if (which !== 'failed') {
    for (const id of which) {
      const { spec, phase } = store.node(id);
      if (spec.kind === 'bead' && isSettled(phase)) emit({ type: 'bead-reopened', node: id, afresh: true });
    }
    for (const id of holding(store)) emit({ type: 'bead-reopened', node: id });
    return;
  }
  const found = new Set<NodeState>();
  for (const node of store.nodes.values()) {
    if (!node.selected || node.phase.phase === 'done') continue;
    for (const need of node.spec.needs) {
      const required = store.node(need.node);
      if (!required.selected && isUnsuccessful(required.phase) && !isDecided(required)) found.add(required);
    }
    if (!isUnsuccessful(node.phase) && !isUnhandled(store, node)) continue;
    // A failure that its branch handled took this one with it: only another try can help.
    const cause = node.phase.phase === 'skipped' ? store.node(node.phase.because) : undefined;
    if (isDecided(node) || (cause !== undefined && isDecided(cause))) continue;
    found.add(node);
    if (cause?.phase.phase === 'failed') found.add(cause);
  }
  for (const node of found)
    for (const { to } of node.outs) {
      const target = store.node(to);
      const isStale = target.selected && target.phase.phase === 'skipped' && target.phase.how === 'condition';
      if (isStale) found.add(target);
    }
  for (const { spec } of found) emit({ type: 'bead-reopened', node: spec.id });
}

/**
 * Failures that a run which goes on would wait for, and nobody would be asked to see to: of selected beads, or of what they
 * still need and nobody asks for.
 */
function holding(store: Store): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  for (const node of store.nodes.values()) {
    const { spec, selected, phase } = node;
    if (holdsRun(node)) found.add(spec.id);
    if (!selected || isSettled(phase)) continue;
    for (const { node: id } of spec.needs) {
      const required = store.node(id);
      const isOpen =
        required.phase.phase === 'failed' && ['held', 'deferred'].includes(required.phase.standing);
      if (isOpen && !required.selected) found.add(id);
    }
  }
  return found;
}

/** A person rejected it, and the rest goes on without it: that stands until a person says otherwise. */
function isDecided({ phase, lastFailure }: NodeState): boolean {
  return phase.phase === 'failed' && phase.standing !== 'held' && lastFailure?.code === 'rejected';
}
