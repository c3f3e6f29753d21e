/**
 * Applies one event to the store, in place. Decides nothing: whatever could have gone another way is in the event.
 * Cost: the edges of the node the event names; selections, resumes and the beginning of a run look at every node.
 */
import type { Event } from './events.ts';
import type { Failure } from './failure.ts';
import { invariant, unreachable } from './invariant.ts';
import { stepsOf } from './plan.ts';
import type { NodeState } from './state.ts';
import type { Store } from './store.ts';
import {
  addNode,
  applySelections,
  isAskedFor,
  moveTo,
  replaceNode,
  setSelected,
  stopTheClock,
} from './transition.ts';

/** Lets the store follow one event; throws a Bug when the event cannot have happened. */
export function evolve(store: Store, event: Event): void {
  const { run } = store;
  invariant(event.at >= run.lastAt, `time went back: ${event.at} < ${run.lastAt}`);
  apply(store, event);
  run.lastAt = event.at;
}

function apply(store: Store, event: Event): void {
  const { run } = store;
  switch (event.type) {
    case 'run-created':
      run.run = event.run;
      run.planHash = event.planHash;
      run.seed = event.seed;
      run.limits = event.limits;
      return;
    case 'nodes-added':
      for (const spec of event.nodes) addNode(store, spec);
      return;
    case 'bead-credited': {
      const node = store.node(event.node);
      node.output = event.output;
      moveTo(store, node, { phase: 'done', how: event.how }, event.at);
      return;
    }
    case 'beads-added':
      for (const spec of event.nodes) {
        if (store.nodes.has(spec.id)) replaceNode(store, spec);
        else addNode(store, spec);
        setSelected(store, store.node(spec.id), store.node(event.parent).selected);
      }
      return;
    case 'beads-selected':
      if (event.joins !== true) run.selections.clear();
      run.selections.set(event.terminal ?? '', event.nodes);
      applySelections(store);
      return;
    case 'selection-withdrawn':
      run.selections.delete(event.terminal);
      applySelections(store);
      return;
    case 'condition-judged': {
      const node = store.node(event.node);
      if (event.verdict === 'error')
        note(store, node, { class: 'task', code: 'condition', message: event.message ?? '' });
      node.isJudged = event.verdict === 'holds';
      // Else a `bead-skipped` or `bead-failed` follows in the same transaction.
      if (node.isJudged) restart(store, node, event.at);
      return;
    }
    case 'approval-requested': {
      const node = store.node(event.node);
      const { phase } = node;
      if (event.proposal !== undefined) node.proposal = event.proposal;
      if (event.about === 'sync') moveTo(store, node, { phase: 'gated' }, event.at);
      else if (phase.phase === 'running')
        moveTo(store, node, { phase: 'proposing', attempt: phase.attempt }, event.at);
      else moveTo(store, node, { phase: 'proposing', attempt: 0 }, event.at);
      return;
    }
    case 'approved': {
      const node = store.node(event.node);
      // For an addition, what it adds follows in the same transaction.
      if (node.phase.phase !== 'gated') return;
      node.isApproved = true;
      moveTo(store, node, { phase: 'gated' }, event.at);
      return;
    }
    case 'rejected':
      note(store, store.node(event.node), {
        class: 'task',
        code: 'rejected',
        message: `rejected by ${event.by}: ${event.reason}`,
      });
      return;
    case 'question-asked': {
      const { attempt, question } = event;
      moveTo(store, store.node(event.node), { phase: 'asking', attempt, question }, event.at);
      return;
    }
    case 'answered': {
      const node = store.node(event.node);
      invariant(node.phase.phase === 'asking', `${event.node} is answered, but does not ask`);
      node.answers = [...node.answers, { question: node.phase.question, answer: event.answer }];
      restart(store, node, event.at);
      return;
    }
    case 'attempt-started': {
      const node = store.node(event.node);
      invariant(node.phase.phase === 'ready', `${event.node} starts, but is not ready`);
      const step = stepsOf(node.spec)[0];
      invariant(step !== undefined, `${event.node} has no steps`);
      node.attempts = event.attempt;
      moveTo(store, node, { phase: 'running', attempt: event.attempt, step, startedAt: event.at }, event.at);
      return;
    }
    case 'step-succeeded': {
      const node = store.node(event.node);
      if (event.step === 'work') {
        node.losses = 0;
        node.output = event.output;
        node.proposal = event.proposal;
      }
      if (node.spec.kind === 'sync') {
        node.isChecked = true;
        restart(store, node, event.at);
        return;
      }
      const next = node.spec.steps[node.spec.steps.indexOf(event.step) + 1];
      // After the last step a `bead-done` follows in the same transaction.
      if (next !== undefined)
        moveTo(
          store,
          node,
          { phase: 'running', attempt: event.attempt, step: next, startedAt: event.at },
          event.at,
        );
      return;
    }
    case 'attempt-failed': {
      const node = store.node(event.node);
      node.lastFailure = event.failure;
      switch (event.failure.class) {
        case 'task':
          node.taskFailures += 1;
          node.losses = 0;
          break;
        case 'infrastructure':
          node.infrastructureFailures += 1;
          node.losses = 0;
          break;
        case 'lost':
          node.losses += 1;
          break;
        default:
          unreachable(event.failure.class);
      }
      store.noteChanged(node);
      // Without a retry, a `bead-failed` follows in the same transaction.
      if (event.retryAfterMs === undefined) return;
      if (event.retryAfterMs === 0) restart(store, node, event.at);
      else moveTo(store, node, { phase: 'delayed', until: event.at + event.retryAfterMs }, event.at);
      return;
    }
    case 'delay-ended':
      restart(store, store.node(event.node), event.at);
      return;
    case 'stop-requested': {
      const node = store.node(event.node);
      invariant(node.phase.phase === 'running', `${event.node} is stopped, but does not run`);
      const { attempt, step, startedAt } = node.phase;
      moveTo(store, node, { phase: 'stopping', attempt, step, startedAt, reason: event.reason }, event.at);
      return;
    }
    case 'attempt-cancelled': {
      const node = store.node(event.node);
      restart(store, node, event.at);
      if (node.spec.kind === 'bead' && !isAskedFor(store, node)) setSelected(store, node, false);
      return;
    }
    case 'bead-worked': {
      const node = store.node(event.node);
      node.worked = event.attempt;
      if (event.output !== undefined) node.output = event.output;
      // An attempt of this number was made already, perhaps in an earlier run.
      node.attempts = Math.max(node.attempts, event.attempt);
      node.proposal = undefined;
      moveTo(store, node, { phase: 'expanding', attempt: event.attempt }, event.at);
      return;
    }
    case 'bead-done':
      moveTo(store, store.node(event.node), WORKED, event.at);
      return;
    case 'bead-failed':
      moveTo(store, store.node(event.node), { phase: 'failed', standing: event.standing }, event.at);
      return;
    case 'failure-accepted':
      moveTo(store, store.node(event.node), { phase: 'failed', standing: 'accepted' }, event.at);
      return;
    case 'bead-skipped': {
      const { because, how = 'requirement' } = event;
      moveTo(store, store.node(event.node), { phase: 'skipped', because, how }, event.at);
      return;
    }
    case 'bead-cancelled':
      moveTo(store, store.node(event.node), { phase: 'cancelled' }, event.at);
      return;
    case 'bead-reopened': {
      const node = store.node(event.node);
      node.taskFailures = 0;
      node.infrastructureFailures = 0;
      node.losses = 0;
      node.isJudged = false;
      node.isApproved = false;
      node.isChecked = false;
      node.proposal = undefined;
      if (event.afresh === true) node.worked = undefined;
      if (node.worked === undefined) restart(store, node, event.at);
      else moveTo(store, node, { phase: 'expanding', attempt: node.worked }, event.at);
      return;
    }
    case 'sync-passed':
      moveTo(store, store.node(event.node), { phase: 'done', how: 'passed' }, event.at);
      return;
    case 'run-paused':
      run.phase = {
        phase: 'paused',
        reason: event.reason,
        halted: event.reason.type === 'timeout' || event.reason.type === 'stop',
      };
      return;
    case 'run-resumed':
      // What ran while nobody watched is not counted; what ran until the last event is.
      stopTheClock(store, run.lastAt);
      if (run.working > 0) run.workingSince = event.at;
      for (const id of store.inWork) rewind(store, store.node(id), event.at);
      for (const node of store.nodes.values()) {
        // Whoever resumes has seen to what kept dying; whoever only takes over has not.
        if (event.isTakeOver !== true) node.losses = 0;
        // A level that could not pass is judged again.
        if (node.spec.kind === 'sync' && node.phase.phase === 'waiting') restart(store, node, event.at);
      }
      if (event.isTakeOver !== true) run.workedMsAtResume = run.workedMs;
      run.limits = event.limits;
      run.phase = { phase: 'active' };
      return;
    case 'run-aborted':
      run.phase = { phase: 'aborting', node: event.node };
      return;
    case 'run-settled':
      run.phase = { phase: 'settled', outcome: event.outcome };
      return;
    default:
      unreachable(event);
  }
}

/** One for all. */
const WORKED = { phase: 'done', how: 'worked' } as const;

/** Back to the queue, or to waiting when a need has been reopened meanwhile. */
function restart(store: Store, node: NodeState, at: number): void {
  moveTo(store, node, { phase: 'waiting' }, at);
}

/**
 * A step that is repeated after a pause or a crash gets its whole time limit again; work that went on meanwhile, or is
 * lost, does not.
 */
function rewind(store: Store, node: NodeState, at: number): void {
  if (node.phase.phase !== 'running' || node.phase.step === 'work') return;
  moveTo(store, node, { ...node.phase, startedAt: at }, at);
}

/** A failure that no attempt had. */
function note(store: Store, node: NodeState, failure: Failure): void {
  node.lastFailure = failure;
  store.noteChanged(node);
}
