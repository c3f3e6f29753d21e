/** Deadlines and delays: state, not effects. The engine asks what is due next and sends a `tick` then. */
import type { NodeId } from './ids.ts';
import { isHalted, type RunState } from './state.ts';
import { isDueBefore, type Store, type Timer } from './store.ts';

/** Takes the timers that are due and still mean something. */
export function* dueTimers(store: Store, now: number): Iterable<Timer> {
  for (let timer = store.timers.peek(); timer !== undefined && timer.at <= now; timer = store.timers.peek()) {
    store.timers.pop();
    if (stillMeans(store, timer)) yield timer;
  }
}

/** When the next `tick` is needed, epoch ms; undefined when nothing is pending. */
export function nextDue(store: Store): number | undefined {
  let timer = store.timers.peek();
  while (timer !== undefined && !stillMeans(store, timer)) {
    store.timers.pop();
    timer = store.timers.peek();
  }
  const deadline = runDeadline(store.run);
  if (timer === undefined) return deadline;
  return deadline === undefined ? timer.at : Math.min(timer.at, deadline);
}

/** When the run's time is used up if it keeps working; undefined while it does not, or has no limit. */
export function runDeadline(run: RunState): number | undefined {
  if (run.limits.timeoutMs === undefined || run.workingSince === undefined) return undefined;
  if (run.phase.phase === 'settled' || isHalted(run)) return undefined;
  return run.workingSince + run.limits.timeoutMs - (run.workedMs - run.workedMsAtResume);
}

/**
 * The timers that still mean something, in the order in which they are due; one for each node. (Steps that begin at the same
 * time have timers of their own, which are the same.)
 */
export function liveTimers(store: Store): Timer[] {
  const first = new Map<NodeId, Timer>();
  for (const timer of store.timers.toArray()) {
    if (!stillMeans(store, timer)) continue;
    const known = first.get(timer.node);
    if (known === undefined || isDueBefore(timer, known)) first.set(timer.node, timer);
  }
  return [...first.values()].sort((a, b) => (isDueBefore(a, b) ? -1 : 1));
}

function stillMeans(store: Store, timer: Timer): boolean {
  const { phase } = store.node(timer.node);
  if (timer.startedAt === undefined) return phase.phase === 'delayed' && phase.until === timer.at;
  // Not by its number: a step that is repeated after a pause has its whole time again.
  return phase.phase === 'running' && phase.startedAt === timer.startedAt;
}
