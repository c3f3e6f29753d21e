/**
 * What a change of one node means for the counters of others, for readiness, slots, locks and clocks.
 * Owns: everything in the store that follows from phases. Does not own: which phase comes next (`evolve.ts` is told).
 * The invariants are those of `invariants.ts`; `checkInvariants` recomputes them from scratch.
 */
import { type Resolution, resolution, verdict } from './edges.ts';
import type { NodeId } from './ids.ts';
import { invariant } from './invariant.ts';
import type { EdgeOn, NodeSpec } from './plan.ts';
import { isInWork, isSettled, type NodePhase, type NodeState } from './state.ts';
import type { Store } from './store.ts';

/** Adds a node after the nodes it needs. */
export function addNode(store: Store, spec: NodeSpec): void {
  invariant(!store.nodes.has(spec.id), `node ${spec.id} exists already`);
  const node: NodeState = {
    spec,
    outs: [],
    phase: { phase: 'waiting' },
    selected: false,
    owed: 0,
    open: 0,
    met: 0,
    broken: 0,
    attempts: 0,
    taskFailures: 0,
    infrastructureFailures: 0,
    losses: 0,
    lastFailure: undefined,
    membersDone: 0,
    membersLost: 0,
  };
  store.nodes.set(spec.id, node);
  for (const need of spec.needs) {
    const source = store.node(need.node);
    source.outs.push({ to: spec.id, on: need.on });
    countNeed(node, need.on, resolution(need.on, source), 1);
    countMember(node, source, 1);
  }
  store.noteChanged(node);
}

/** A list selects these beads, those in work, and the sync points between them; `all` selects everything. */
export function select(store: Store, wanted: readonly NodeId[] | 'all'): void {
  const { run } = store;
  const chosen = new Set(wanted === 'all' ? store.nodes.keys() : wanted);
  let deepest = -1;
  for (const id of chosen) deepest = Math.max(deepest, store.node(id).spec.level);
  for (const node of store.nodes.values()) {
    const { id, kind, level } = node.spec;
    const selected = chosen.has(id) || isInWork(node.phase) || (kind === 'sync' && level < deepest);
    if (node.selected === selected) continue;
    // Only sequence and barriers ask whether a node is selected.
    if (node.outs.some((edge) => edge.on === 'settled')) {
      changing(store, node, () => {
        node.selected = selected;
      });
    } else {
      node.selected = selected;
      store.noteChanged(node);
    }
    const by = selected ? 1 : -1;
    if (!isSettled(node.phase)) run.unsettled += by;
    else if (isUnsuccessful(node.phase)) run.unsuccessful += by;
    refresh(store, node);
  }
}

/** The only place where a phase changes. */
export function moveTo(store: Store, node: NodeState, next: NodePhase, at: number): void {
  const { run } = store;
  const previous = node.phase;
  const wasInWork = isInWork(previous);
  if (isSettled(previous) || isSettled(next)) {
    changing(store, node, () => {
      node.phase = next;
    });
  } else {
    // Nobody who needs this node can tell two unsettled phases apart: do not visit them.
    node.phase = next;
    store.noteChanged(node);
  }
  if (wasInWork !== isInWork(next)) {
    if (wasInWork) leaveWork(store, node, at);
    else enterWork(store, node, at);
  }
  if (node.selected) {
    run.unsettled += Number(!isSettled(next)) - Number(!isSettled(previous));
    run.unsuccessful += Number(isUnsuccessful(next)) - Number(isUnsuccessful(previous));
  }
  if (next.phase === 'delayed') store.timers.push({ at: next.until, node: node.spec.id, limit: undefined });
  if (next.phase === 'running' && node.spec.kind === 'bead') {
    const limitMs = smallest(node.spec.policy.timeoutMs, run.limits.timeoutMs);
    if (limitMs !== undefined)
      store.timers.push({
        at: next.startedAt + limitMs,
        node: node.spec.id,
        limit: { attempt: next.attempt, step: next.step },
      });
  }
  refresh(store, node);
}

/** Runs `change` on a node and carries what it means for the needs of others into their counters. */
function changing(store: Store, node: NodeState, change: () => void): void {
  const { outs } = node;
  const before = outs.map((edge) => resolution(edge.on, node));
  for (const edge of outs) countMember(store.node(edge.to), node, -1);
  change();
  store.noteChanged(node);
  outs.forEach((edge, index) => {
    const target = store.node(edge.to);
    countMember(target, node, 1);
    const from = before[index];
    const to = resolution(edge.on, node);
    if (from === undefined || from === to) return;
    countNeed(target, edge.on, from, -1);
    countNeed(target, edge.on, to, 1);
    refresh(store, target);
  });
}

function countNeed(node: NodeState, on: EdgeOn, stands: Resolution, by: 1 | -1): void {
  if (on !== 'settled') node[stands] += by;
  else if (stands === 'open') node.owed += by;
}

/** Keeps a sync point's count of the members that reached it and of those that are lost to it. */
function countMember(sync: NodeState, member: NodeState, by: 1 | -1): void {
  if (sync.spec.kind !== 'sync' || !member.selected) return;
  if (member.phase.phase === 'done') sync.membersDone += by;
  else if (isUnsuccessful(member.phase)) sync.membersLost += by;
}

/** Brings `waiting` and `ready` in line with the needs, and hands to `decide` what only it may do. */
function refresh(store: Store, node: NodeState): void {
  const { phase } = node.phase;
  if (phase !== 'waiting' && phase !== 'ready') return;
  const stands = verdict(node);
  if (node.spec.kind === 'sync' || stands === 'skip') {
    if (node.selected && stands !== 'wait') store.undecided.push(node.spec.id);
    if (phase === 'ready') node.phase = { phase: 'waiting' };
    return;
  }
  const mayStart = stands === 'go' && node.selected;
  if (mayStart && phase === 'waiting') {
    node.phase = { phase: 'ready' };
    store.ready.offer(node.spec);
    store.noteChanged(node);
  } else if (!mayStart && phase === 'ready') {
    node.phase = { phase: 'waiting' };
    store.noteChanged(node);
  }
}

function enterWork(store: Store, node: NodeState, at: number): void {
  const { run } = store;
  invariant(node.spec.kind === 'bead', `${node.spec.id} is no bead`);
  run.working += 1;
  add(run.workingPerRig, node.spec.rig, 1);
  add(run.workingPerAgent, node.spec.agent, 1);
  for (const lock of node.spec.locks) {
    invariant(!run.locks.has(lock), `lock ${lock} is held`);
    run.locks.set(lock, node.spec.id);
  }
  store.inWork.add(node.spec.id);
  run.workingSince ??= at;
}

function leaveWork(store: Store, node: NodeState, at: number): void {
  const { run } = store;
  invariant(node.spec.kind === 'bead', `${node.spec.id} is no bead`);
  run.working -= 1;
  add(run.workingPerRig, node.spec.rig, -1);
  add(run.workingPerAgent, node.spec.agent, -1);
  for (const lock of node.spec.locks) {
    run.locks.delete(lock);
    store.ready.released(lock);
  }
  store.inWork.delete(node.spec.id);
  if (run.working === 0) stopTheClock(store, at);
}

/** The run's clock counts while at least one attempt works. */
export function stopTheClock(store: Store, at: number): void {
  const { run } = store;
  if (run.workingSince === undefined) return;
  run.workedMs += at - run.workingSince;
  run.workingSince = undefined;
}

function isUnsuccessful(phase: NodePhase): boolean {
  return isSettled(phase) && phase.phase !== 'done';
}

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function smallest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}
