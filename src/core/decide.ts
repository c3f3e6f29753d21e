/**
 * Turns what happened into events. Every choice of a run is made here (and in `schedule.ts`), from the store alone: no
 * clock, no chance. The store advances while decisions are made; the events returned are exactly what `evolve` needs to
 * do the same again.
 *
 * Answers about effects that nobody awaits change nothing: a late answer must never start, finish or fail anything.
 */
import { backoffMs } from './backoff.ts';
import { quorumOf, verdict } from './edges.ts';
import type { Emit, Event, PauseReason } from './events.ts';
import { evolve } from './evolve.ts';
import type { Failure } from './failure.ts';
import type { NodeId } from './ids.ts';
import type { EffectRef, Input } from './input.ts';
import { invariant, unreachable } from './invariant.ts';
import type { BeadNode } from './plan.ts';
import { schedule } from './schedule.ts';
import { isHalted, isInWork, isSettled, type NodeState } from './state.ts';
import type { Store } from './store.ts';
import { dueTimers, runDeadline } from './time.ts';

/** Further attempts after a rig could not be made or an agent could not start. */
const INFRASTRUCTURE_RETRIES = 3;
/** A bead lost this often in a row pauses the run. */
const LOSSES_BEFORE_PAUSE = 3;

/** Decides on one input that happened at `now` (epoch ms) and returns the events, in order; the store has followed them. */
export function decide(store: Store, input: Input, now: number): Event[] {
  const events: Event[] = [];
  const emit: Emit = (undated) => {
    const event = { ...undated, at: Math.max(now, store.run.lastAt) } as Event;
    events.push(event);
    evolve(store, event);
  };
  take(store, input, now, emit);
  propagate(store, emit);
  schedule(store, emit);
  settle(store, emit);
  return events;
}

function take(store: Store, input: Input, now: number, emit: Emit): void {
  switch (input.type) {
    case 'create': {
      const { run, planHash, seed, limits } = input;
      emit({ type: 'run-created', run, planHash, seed, limits });
      emit({ type: 'nodes-added', nodes: input.nodes, by: 'plan' });
      for (const credit of input.credits) emit({ type: 'bead-credited', ...credit });
      emit({ type: 'beads-selected', nodes: input.select });
      return;
    }
    case 'resume':
      if (input.select !== undefined) emit({ type: 'beads-selected', nodes: input.select });
      emit({ type: 'run-resumed', by: input.by, limits: input.limits });
      for (const id of toReopen(store, input.reopen)) emit({ type: 'bead-reopened', node: id });
      return;
    case 'halt':
      pause(store, { type: 'stop', by: input.by }, emit);
      return;
    case 'tick':
      passTime(store, now, emit);
      return;
    case 'step-succeeded': {
      const node = awaited(store, input.effect);
      if (node === undefined) return;
      const { effect, report } = input;
      emit({ type: 'step-succeeded', ...effect, report });
      if (node.spec.steps.at(-1) === effect.step)
        emit({ type: 'bead-done', node: effect.node, attempt: effect.attempt });
      return;
    }
    case 'step-failed': {
      const node = awaited(store, input.effect);
      if (node !== undefined) fail(store, node, input.effect, input.failure, emit);
      return;
    }
    case 'step-lost': {
      const node = awaited(store, input.effect);
      if (node === undefined) return;
      const message = 'the process or the machine died, and left no result';
      fail(store, node, input.effect, { class: 'lost', code: 'lost', message }, emit);
      return;
    }
    case 'step-stopped': {
      const node = awaited(store, input.effect);
      if (node !== undefined) stopped(store, node, input.effect, emit);
      return;
    }
    default:
      unreachable(input);
  }
}

/** The bead that waits for exactly this answer, if any. */
function awaited(store: Store, effect: EffectRef): (NodeState & { spec: BeadNode }) | undefined {
  const node = store.nodes.get(effect.node);
  if (node === undefined || !isBead(node)) return undefined;
  const { phase } = node;
  if (phase.phase !== 'running' && phase.phase !== 'stopping') return undefined;
  return phase.attempt === effect.attempt && phase.step === effect.step ? node : undefined;
}

function isBead(node: NodeState): node is NodeState & { spec: BeadNode } {
  return node.spec.kind === 'bead';
}

function* toReopen(store: Store, which: 'failed' | readonly NodeId[]): Iterable<NodeId> {
  if (which !== 'failed') {
    for (const id of which) {
      const node = store.node(id);
      if (node.spec.kind === 'bead' && isSettled(node.phase)) yield id;
    }
    return;
  }
  for (const node of store.nodes.values())
    if (node.selected && node.spec.kind === 'bead' && isSettled(node.phase) && node.phase.phase !== 'done')
      yield node.spec.id;
}

function passTime(store: Store, now: number, emit: Emit): void {
  for (const timer of dueTimers(store, now)) {
    const node = store.node(timer.node);
    const { phase } = node;
    if (phase.phase === 'delayed') {
      emit({ type: 'delay-ended', node: timer.node });
    } else if (phase.phase === 'running' && !isHalted(store.run)) {
      // In a halted run everything is being stopped already, and what is suspended has no effect that could be.
      emit({ type: 'stop-requested', node: timer.node, attempt: phase.attempt, reason: 'timeout' });
    }
  }
  const deadline = runDeadline(store.run);
  if (deadline !== undefined && deadline <= now) pause(store, { type: 'timeout' }, emit);
}

/** A halt is never weakened, and a pause not announced twice. */
function pause(store: Store, reason: PauseReason, emit: Emit): void {
  const { phase } = store.run;
  if (phase.phase === 'settled' || phase.phase === 'aborting') return;
  if (phase.phase === 'paused' && (phase.halted || (reason.type !== 'stop' && reason.type !== 'timeout')))
    return;
  emit({ type: 'run-paused', reason });
}

function stopped(store: Store, node: NodeState & { spec: BeadNode }, effect: EffectRef, emit: Emit): void {
  const { phase } = node;
  invariant(phase.phase === 'running' || phase.phase === 'stopping', 'only what is in work can be stopped');
  if (phase.phase === 'stopping') {
    const message = `${effect.step === 'work' ? 'the work' : `step "${effect.step}"`} ran into its time limit`;
    fail(store, node, effect, { class: 'task', code: 'timeout', message }, emit);
    return;
  }
  // Finished work is not thrown away: verifying and integrating go on where they were when the run does.
  const { phase: runPhase } = store.run;
  const keepsWork = effect.step === 'verify' || effect.step === 'integrate';
  if (keepsWork && runPhase.phase === 'paused') return;
  emit({ type: 'attempt-cancelled', node: effect.node, attempt: effect.attempt });
  if (runPhase.phase === 'aborting') emit({ type: 'bead-cancelled', node: effect.node });
}

function fail(
  store: Store,
  node: NodeState & { spec: BeadNode },
  effect: EffectRef,
  failure: Failure,
  emit: Emit,
): void {
  const retryAfterMs = retryDelay(store, node, failure);
  emit({ type: 'attempt-failed', ...effect, failure, retryAfterMs });
  if (store.run.phase.phase === 'aborting') {
    if (retryAfterMs === undefined) emit({ type: 'bead-failed', node: effect.node, standing: 'accepted' });
    else emit({ type: 'bead-cancelled', node: effect.node });
    return;
  }
  if (retryAfterMs === undefined) giveUp(store, node, emit);
  else if (failure.class === 'lost' && node.losses >= LOSSES_BEFORE_PAUSE)
    pause(store, { type: 'losses', node: effect.node }, emit);
}

/** Undefined when the budget that pays for this class of failure is used up. */
function retryDelay(
  store: Store,
  node: NodeState & { spec: BeadNode },
  failure: Failure,
): number | undefined {
  const { seed } = store.run;
  switch (failure.class) {
    case 'task':
      if (node.taskFailures >= node.spec.policy.retries) return undefined;
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

/** The bead failed for good: what its policy, and its level's quorum, make of it. */
function giveUp(store: Store, node: NodeState & { spec: BeadNode }, emit: Emit): void {
  const { id, policy } = node.spec;
  switch (policy.onFailure) {
    case 'skip':
      emit({ type: 'bead-failed', node: id, standing: 'accepted' });
      return;
    case 'abort':
      emit({ type: 'bead-failed', node: id, standing: 'accepted' });
      abort(store, id, emit);
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
      unreachable(policy.onFailure);
  }
}

/** The sync point that will judge this bead's failure, where its quorum leaves room for one and it has not passed yet. */
function judgeOf(store: Store, node: NodeState): NodeState | undefined {
  for (const edge of node.outs) {
    const target = store.node(edge.to);
    const { spec, phase, selected } = target;
    if (spec.kind === 'sync' && selected && spec.quorum !== 'all' && phase.phase === 'waiting') return target;
  }
  return undefined;
}

function quorumIsPossible(sync: NodeState): boolean {
  invariant(sync.spec.kind === 'sync', `${sync.spec.id} is no sync point`);
  const members = sync.membersDone + sync.membersLost + sync.owed;
  return sync.membersDone + sync.owed >= quorumOf(sync.spec.quorum, members);
}

function abort(store: Store, because: NodeId, emit: Emit): void {
  emit({ type: 'run-aborted', node: because });
  for (const node of store.nodes.values())
    if (isBead(node) && !isSettled(node.phase) && !isInWork(node.phase))
      emit({ type: 'bead-cancelled', node: node.spec.id });
}

/** Skips what can no longer run and passes sync points, until nothing more follows. Iterative: chains can be long. */
function propagate(store: Store, emit: Emit): void {
  const { undecided } = store;
  for (let id = undecided.pop(); id !== undefined; id = undecided.pop()) {
    const node = store.node(id);
    if (node.phase.phase !== 'waiting' || !node.selected || store.run.phase.phase === 'aborting') continue;
    const stands = verdict(node);
    if (isBead(node) && stands === 'skip')
      emit({ type: 'bead-skipped', node: id, because: culprit(store, node) });
    else if (node.spec.kind === 'sync' && stands === 'go') judgeLevel(store, node, emit);
  }
}

function judgeLevel(store: Store, sync: NodeState, emit: Emit): void {
  invariant(sync.spec.kind === 'sync', `${sync.spec.id} is no sync point`);
  if (sync.spec.quorum !== 'all' && !quorumIsPossible(sync)) {
    pause(store, { type: 'quorum-unreachable', node: sync.spec.id }, emit);
    return;
  }
  for (const need of sync.spec.needs) {
    const member = store.node(need.node);
    if (member.phase.phase === 'failed' && member.phase.standing === 'deferred')
      emit({ type: 'failure-accepted', node: need.node });
  }
  emit({ type: 'sync-passed', node: sync.spec.id });
}

/** The failed or cancelled bead at the root of a skip. */
function culprit(store: Store, node: NodeState): NodeId {
  for (const need of node.spec.needs) {
    const { phase } = store.node(need.node);
    if (phase.phase === 'skipped') return phase.because;
    if (phase.phase === 'failed' || phase.phase === 'cancelled') return need.node;
  }
  return node.spec.id;
}

/** Ends the run when every selected node is settled and nothing works, or when an abort has stopped everything. */
function settle(store: Store, emit: Emit): void {
  const { run } = store;
  if (run.phase.phase === 'aborting') {
    if (run.working === 0) emit({ type: 'run-settled', outcome: 'aborted' });
    return;
  }
  if (run.unsettled > 0 || run.working > 0) return;
  // A run that was halted while its last bead succeeded is done all the same; a failure that paused it waits for a person.
  if (run.phase.phase === 'active' || (run.phase.phase === 'paused' && run.unsuccessful === 0))
    emit({ type: 'run-settled', outcome: run.unsuccessful === 0 ? 'done' : 'failed' });
}
