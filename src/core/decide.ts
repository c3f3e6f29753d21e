/**
 * Turns what happened into events. Every choice of a run is made here and in what this calls (`schedule.ts`, `requests.ts`, …), from the store alone: no
 * clock, no chance. The store advances while decisions are made; the events returned are exactly what `evolve` needs to
 * do the same again.
 *
 * Answers about effects that nobody awaits change nothing: a late answer must never start, finish or fail anything.
 */
import { add, admit, conclude } from './additions.ts';
import { resolution, verdict } from './edges.ts';
import type { Emit, Event } from './events.ts';
import { evolve } from './evolve.ts';
import { fail, giveUp, isUnhandled, pause } from './failures.ts';
import type { NodeId } from './ids.ts';
import type { EffectRef, Input } from './input.ts';
import { invariant } from './invariant.ts';
import { join } from './joining.ts';
import { passLevel } from './levels.ts';
import { stepsOf } from './plan.ts';
import { reopen, request } from './requests.ts';
import { schedule } from './schedule.ts';
import type { NodeState } from './state.ts';
import type { Store } from './store.ts';
import { dueTimers, runDeadline } from './time.ts';

/** Nodes in one event: a large plan is never one text. */
const NODES_AT_ONCE = 2_000;

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
      const { run, planHash, seed, limits, terminal } = input;
      emit({ type: 'run-created', run, planHash, seed, limits });
      for (let from = 0; from < Math.max(1, input.nodes.length); from += NODES_AT_ONCE)
        emit({ type: 'nodes-added', nodes: input.nodes.slice(from, from + NODES_AT_ONCE), by: 'plan' });
      for (const { parent, by, beads, nodes } of input.growth ?? [])
        emit({ type: 'beads-added', parent, by, beads, nodes });
      for (const credit of input.credits) emit({ type: 'bead-credited', ...credit });
      for (const { parent, worked } of input.growth ?? [])
        if (worked !== undefined) emit({ type: 'bead-worked', node: parent, ...worked });
      emit({ type: 'beads-selected', nodes: input.select, ...(terminal === undefined ? {} : { terminal }) });
      return;
    }
    case 'resume': {
      const { by, limits, select, terminal, isTakeOver } = input;
      if (select !== undefined)
        emit({ type: 'beads-selected', nodes: select, ...(terminal === undefined ? {} : { terminal }) });
      emit({ type: 'run-resumed', by, limits, ...(isTakeOver === true ? { isTakeOver } : {}) });
      reopen(store, input.reopen, emit);
      return;
    }
    case 'halt':
      pause(store, { type: 'stop', by: input.by }, emit);
      return;
    case 'leave':
      if (store.people.size > 0) pause(store, { type: 'people' }, emit);
      return;
    case 'tick':
      passTime(store, now, emit);
      return;
    case 'step-succeeded': {
      const node = awaited(store, input.effect);
      if (node !== undefined) succeed(store, node, input, emit);
      return;
    }
    case 'step-failed': {
      const node = awaited(store, input.effect);
      if (node === undefined) return;
      if (isLeftOut(node)) leaveOut(node, input.effect, emit);
      else fail(store, node, input.effect, input.failure, emit);
      return;
    }
    case 'step-asked': {
      const node = awaited(store, input.effect);
      if (node === undefined) return;
      const { node: id, attempt } = input.effect;
      if (isLeftOut(node)) leaveOut(node, input.effect, emit);
      else if (store.run.phase.phase === 'aborting') emit({ type: 'bead-cancelled', node: id });
      else emit({ type: 'question-asked', node: id, attempt, question: input.question });
      return;
    }
    case 'step-lost': {
      const node = awaited(store, input.effect);
      if (node === undefined) return;
      const message = 'the process or the machine died, and left no result';
      if (isLeftOut(node)) leaveOut(node, input.effect, emit);
      else fail(store, node, input.effect, { class: 'lost', code: 'lost', message }, emit);
      return;
    }
    case 'step-stopped': {
      const node = awaited(store, input.effect);
      if (node !== undefined) stopped(store, node, input.effect, emit);
      return;
    }
    case 'condition-judged':
      judged(store, input, emit);
      return;
    case 'items-judged':
      expand(store, input, emit);
      return;
    case 'spawn': {
      const { node: id, attempt } = input;
      const node = store.nodes.get(id);
      // An attempt that is over adds nothing any more; what it wanted came with its end, if it came at all.
      if (node?.phase.phase !== 'running' || node.phase.attempt !== attempt) return;
      if (store.run.phase.phase === 'aborting') return;
      const admission = admit(store, node, input.proposal);
      if (admission.type === 'admitted') add(id, { type: 'attempt', attempt }, admission, emit);
      return;
    }
    case 'select':
    case 'withdraw':
      join(store, input, emit);
      return;
    default:
      request(store, input, emit);
  }
}

/** The node that waits for exactly this answer, if any. */
function awaited(store: Store, effect: EffectRef): NodeState | undefined {
  const node = store.nodes.get(effect.node);
  if (node === undefined) return undefined;
  const { phase } = node;
  if (phase.phase !== 'running' && phase.phase !== 'stopping') return undefined;
  return phase.attempt === effect.attempt && phase.step === effect.step ? node : undefined;
}

function succeed(
  store: Store,
  node: NodeState,
  input: Extract<Input, { type: 'step-succeeded' }>,
  emit: Emit,
): void {
  const { effect, report, output, proposal } = input;
  const isLast = stepsOf(node.spec).at(-1) === effect.step;
  // What is finished is kept; what would go on is not begun for a bead that a person left out.
  if (isLeftOut(node) && !isLast) {
    leaveOut(node, effect, emit);
    return;
  }
  if (proposal !== undefined) {
    // Refused now rather than after its verification: the next attempt is told why.
    const admission = admit(store, node, proposal);
    if (admission.type === 'refused') {
      refuse(store, node, effect, admission.why, emit);
      return;
    }
  }
  emit({
    type: 'step-succeeded',
    ...effect,
    report,
    ...(output === undefined ? {} : { output }),
    ...(proposal === undefined ? {} : { proposal }),
  });
  if (!isLast || node.spec.kind !== 'bead') return;
  const wouldGrow = (node.proposal?.nodes.length ?? 0) + node.childrenOpen + node.childrenLost > 0;
  if (store.run.phase.phase === 'aborting' && wouldGrow) {
    emit({ type: 'bead-cancelled', node: effect.node });
    return;
  }
  const why = conclude(store, node, effect.attempt, emit);
  if (why !== undefined) refuse(store, node, effect, why, emit);
}

function refuse(store: Store, node: NodeState, effect: EffectRef, why: string, emit: Emit): void {
  fail(
    store,
    node,
    effect,
    { class: 'task', code: 'addition', message: `its beads cannot be added: ${why}` },
    emit,
  );
}

function judged(store: Store, input: Extract<Input, { type: 'condition-judged' }>, emit: Emit): void {
  const { node: id, verdict: holds, message } = input;
  const node = store.nodes.get(id);
  if (node?.phase.phase !== 'judging' || node.isJudged) return;
  emit({ type: 'condition-judged', node: id, verdict: holds, message });
  if (holds === 'fails') emit({ type: 'bead-skipped', node: id, because: id, how: 'condition' });
  else if (holds === 'error') giveUp(store, node, emit);
}

function expand(store: Store, input: Extract<Input, { type: 'items-judged' }>, emit: Emit): void {
  const { node: id, proposal } = input;
  const node = store.nodes.get(id);
  if (node?.phase.phase !== 'judging' || node.spec.kind !== 'bead' || node.spec.forEach === undefined) return;
  const admission =
    typeof proposal === 'string'
      ? ({ type: 'refused', why: proposal } as const)
      : admit(store, node, proposal);
  if (admission.type === 'refused') {
    emit({ type: 'condition-judged', node: id, verdict: 'error', message: admission.why });
    giveUp(store, node, emit);
  } else if (store.run.limits.spawn?.approval === true && admission.proposal.nodes.length > 0) {
    emit({ type: 'approval-requested', node: id, about: 'addition', proposal: admission.proposal });
  } else {
    add(id, { type: 'template' }, admission, emit);
    emit({ type: 'bead-worked', node: id, attempt: 0 });
  }
}

function passTime(store: Store, now: number, emit: Emit): void {
  for (const timer of dueTimers(store, now)) {
    const node = store.node(timer.node);
    const { phase } = node;
    if (phase.phase === 'delayed') {
      emit({ type: 'delay-ended', node: timer.node });
    } else if (phase.phase === 'running') {
      emit({ type: 'stop-requested', node: timer.node, attempt: phase.attempt, reason: 'timeout' });
    }
  }
  const deadline = runDeadline(store.run);
  if (deadline !== undefined && deadline <= now) pause(store, { type: 'timeout' }, emit);
}

function stopped(store: Store, node: NodeState, effect: EffectRef, emit: Emit): void {
  const { phase } = node;
  invariant(phase.phase === 'running' || phase.phase === 'stopping', 'only what is in work can be stopped');
  if (isLeftOut(node)) {
    leaveOut(node, effect, emit);
    return;
  }
  if (phase.phase === 'stopping' && phase.reason === 'timeout') {
    const message = `${effect.step === 'work' ? 'the work' : `step "${effect.step}"`} ran into its time limit`;
    fail(store, node, effect, { class: 'task', code: 'timeout', message }, emit);
    return;
  }
  // Finished work is not thrown away: verifying and integrating go on where they were when the run does.
  const { phase: runPhase } = store.run;
  const keepsWork = effect.step === 'verify' || effect.step === 'integrate';
  if (keepsWork && runPhase.phase === 'paused' && phase.phase === 'running') return;
  emit({ type: 'attempt-cancelled', node: effect.node, attempt: effect.attempt });
  if (runPhase.phase === 'aborting') emit({ type: 'bead-cancelled', node: effect.node });
}

/** A person left the bead out while it was in work, and it is being stopped. */
function isLeftOut({ phase }: NodeState): boolean {
  return phase.phase === 'stopping' && phase.reason === 'skip';
}

function leaveOut(node: NodeState, effect: EffectRef, emit: Emit): void {
  emit({ type: 'attempt-cancelled', node: effect.node, attempt: effect.attempt });
  emit({ type: 'bead-skipped', node: effect.node, because: node.spec.id, how: 'person' });
}

/** Skips what can no longer run, passes sync points, ends beads whose added beads are, until nothing more follows. */
function propagate(store: Store, emit: Emit): void {
  const { undecided } = store;
  // Iterative: chains can be long.
  for (let id = undecided.pop(); id !== undefined; id = undecided.pop()) {
    const node = store.node(id);
    if (!node.selected || store.run.phase.phase === 'aborting') continue;
    if (node.phase.phase === 'expanding') gather(store, node, emit);
    else if (node.phase.phase === 'waiting') judge(store, node, emit);
  }
}

function judge(store: Store, node: NodeState, emit: Emit): void {
  const { id } = node.spec;
  const stands = verdict(node);
  if (node.spec.kind === 'sync') {
    if (stands !== 'go') return;
    const problem = passLevel(store, node, emit);
    if (problem !== undefined) pause(store, problem, emit);
  } else if (stands === 'skip') emit({ type: 'bead-skipped', node: id, because: culprit(store, node) });
  else if (stands === 'excuse')
    emit({ type: 'bead-skipped', node: id, because: leftOut(store, node), how: 'condition' });
}

/** Own work is done, and so are the beads it added, or they are lost. */
function gather(store: Store, node: NodeState, emit: Emit): void {
  const { phase, spec, childrenOpen, childrenLost } = node;
  if (phase.phase !== 'expanding' || childrenOpen > 0) return;
  const { attempt } = phase;
  if (childrenLost === 0) {
    emit({ type: 'bead-done', node: spec.id, attempt });
    return;
  }
  const lost = node.children.find((child) => resolution('succeeded', store.node(child)) === 'broken');
  const message = `${childrenLost} of the beads it added did not succeed, ${lost ?? ''} among them`;
  const failure = { class: 'task', code: 'added-bead', message } as const;
  emit({ type: 'attempt-failed', node: spec.id, attempt, step: 'work', failure, retryAfterMs: undefined });
  giveUp(store, node, emit);
}

/** The failed or cancelled bead at the root of a skip. */
function culprit(store: Store, node: NodeState): NodeId {
  for (const need of node.spec.needs) {
    const { phase } = store.node(need.node);
    if (phase.phase === 'skipped' && phase.how === 'requirement') return phase.because;
    if (phase.phase === 'failed' || phase.phase === 'cancelled') return need.node;
  }
  return node.spec.id;
}

/** What a bead would have followed that was left out, or that did not fail as its branch would have needed. */
function leftOut(store: Store, node: NodeState): NodeId {
  for (const need of node.spec.needs) {
    const { phase } = store.node(need.node);
    if (phase.phase === 'skipped' || (need.on === 'failed' && phase.phase === 'done')) return need.node;
  }
  return node.spec.id;
}

/** Looked for once, at the end of a run: a failure is handled by what became of its branch. */
function hasUnhandled(store: Store): boolean {
  for (const node of store.nodes.values()) if (node.selected && isUnhandled(store, node)) return true;
  return false;
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
  const isGood = run.unsuccessful === 0 && !hasUnhandled(store);
  if (run.phase.phase === 'active' || (run.phase.phase === 'paused' && isGood))
    emit({ type: 'run-settled', outcome: isGood ? 'done' : 'failed' });
}
