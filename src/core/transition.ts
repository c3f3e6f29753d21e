/**
 * What a change of one node means for the counters of others, for readiness, slots, locks and clocks.
 * Owns: everything in the store that follows from phases. Does not own: which phase comes next (`evolve.ts` is told).
 * The invariants are those of `invariants.ts`; `checkInvariants` recomputes them from scratch.
 */
import { resolution, type Verdict, verdict } from './edges.ts';
import { invariant } from './invariant.ts';
import { countChild, countMember, countNeed, link, parentOf, place } from './links.ts';
import type { BeadNode, NodeSpec } from './plan.ts';
import {
  isInWork,
  isSettled,
  isUnsuccessful,
  type NodePhase,
  type NodeState,
  needsPerson,
  newNode,
  type RunState,
} from './state.ts';
import type { Store } from './store.ts';

/** Adds a node after the nodes it needs. */
export function addNode(store: Store, spec: NodeSpec): void {
  invariant(!store.nodes.has(spec.id), `node ${spec.id} exists already`);
  const node = newNode(spec);
  place(store, node);
  const parent = parentOf(store, node);
  if (parent !== undefined) store.noteChanged(parent);
  link(store, node);
  store.noteChanged(node);
}

/** Gives a node of which nothing was started another definition. */
export function replaceNode(store: Store, spec: BeadNode): void {
  const node = store.node(spec.id);
  invariant(
    node.attempts === 0 && !isSettled(node.phase) && node.spec.kind === 'bead',
    `${spec.id} was started, and is replaced`,
  );
  for (const { node: source } of node.spec.needs) {
    const { outs } = store.node(source);
    const at = outs.findIndex((edge) => edge.to === spec.id);
    if (at !== -1) outs.splice(at, 1);
  }
  Object.assign(node, { spec, owed: 0, open: 0, met: 0, broken: 0, excused: 0, barred: 0 });
  Object.assign(node, { isJudged: false, isApproved: false, proposal: undefined });
  node.phase = { phase: 'waiting' };
  forgetTurn(store, node);
  link(store, node);
  store.noteChanged(node);
  refresh(store, node);
}

/** A list selects these beads, those in work, and the sync points between them; `all` selects everything. */
export function applySelections(store: Store): void {
  const { run } = store;
  run.asked = askedIn(run);
  let deepest = -1;
  if (run.asked !== 'all')
    for (const id of run.asked) deepest = Math.max(deepest, store.nodes.get(id)?.spec.level ?? -1);
  for (const node of store.nodes.values()) {
    const { kind, level } = node.spec;
    const isBetween = kind === 'sync' && level < deepest;
    setSelected(store, node, isAskedFor(store, node) || isInWork(node.phase) || isBetween);
  }
}

/** What all terminals together asked for. */
export function askedIn({ selections }: RunState): RunState['asked'] {
  const lists = [...selections.values()];
  return lists.includes('all') ? 'all' : new Set(lists.flatMap((list) => (list === 'all' ? [] : list)));
}

/** Whether some terminal asked for this bead, or for one that added it. */
export function isAskedFor(store: Store, node: NodeState): boolean {
  const { asked } = store.run;
  if (asked === 'all' || asked.has(node.spec.id)) return true;
  const parent = parentOf(store, node);
  return parent !== undefined && isAskedFor(store, parent);
}

export function setSelected(store: Store, node: NodeState, selected: boolean): void {
  if (node.selected === selected) return;
  const { run } = store;
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

/** The only place where a phase changes because of an event. */
export function moveTo(store: Store, node: NodeState, next: NodePhase, at: number): void {
  const { run } = store;
  const previous = node.phase;
  const wasInWork = isInWork(previous);
  if (
    isSettled(previous) ||
    isSettled(next) ||
    previous.phase === 'expanding' ||
    next.phase === 'expanding'
  ) {
    changing(store, node, () => {
      node.phase = next;
    });
  } else {
    // Nobody who needs this node can tell two unsettled phases apart: do not visit them.
    node.phase = next;
    store.noteChanged(node);
  }
  forgetTurn(store, node);
  if (needsPerson(next)) store.people.add(node.spec.id);
  if (wasInWork !== isInWork(next)) {
    if (wasInWork) leaveWork(store, node, at);
    else enterWork(store, node, at);
  }
  if (node.selected) {
    run.unsettled += Number(!isSettled(next)) - Number(!isSettled(previous));
    run.unsuccessful += Number(isUnsuccessful(next)) - Number(isUnsuccessful(previous));
  }
  if (next.phase === 'delayed')
    store.timers.push({ at: next.until, node: node.spec.id, startedAt: undefined });
  if (next.phase === 'running') {
    const own = node.spec.kind === 'bead' ? node.spec.policy.timeoutMs : undefined;
    const limitMs = smallest(own, run.limits.timeoutMs);
    if (limitMs !== undefined)
      store.timers.push({
        at: next.startedAt + limitMs,
        node: node.spec.id,
        startedAt: next.startedAt,
      });
  }
  refresh(store, node);
}

/** Runs `change` on a node and carries what it means for the needs of others into their counters. */
function changing(store: Store, node: NodeState, change: () => void): void {
  const { outs } = node;
  const parent = parentOf(store, node);
  const before = outs.map((edge) => resolution(edge.on, node));
  for (const edge of outs) countMember(store.node(edge.to), node, -1);
  if (parent !== undefined) countChild(parent, node, -1);
  change();
  store.noteChanged(node);
  if (parent !== undefined) {
    countChild(parent, node, 1);
    store.noteChanged(parent);
    tend(store, parent);
  }
  outs.forEach((edge, index) => {
    const target = store.node(edge.to);
    countMember(target, node, 1);
    const from = before[index];
    const to = resolution(edge.on, node);
    if (from !== undefined && from !== to) {
      countNeed(target, edge.on, from, -1);
      countNeed(target, edge.on, to, 1);
    } else if (target.spec.kind !== 'sync') return;
    // A sync point also asks in which way its members are settled.
    refresh(store, target);
  });
}

/**
 * Brings a node that nothing works on in line with its needs, and hands to `decide` what only it may do. Which of these
 * phases it is in follows from its needs and from what was judged and approved: no event says it.
 */
function refresh(store: Store, node: NodeState): void {
  tend(store, node);
  if (!isPending(node.phase)) return;
  const stands = verdict(node);
  const next = node.spec.kind === 'sync' ? syncTurn(store, node, stands) : beadTurn(store, node, stands);
  if (node.phase.phase === next) return;
  forgetTurn(store, node);
  node.phase = { phase: next };
  if (next === 'judging') store.judging.add(node.spec.id);
  else if (next === 'gated') store.people.add(node.spec.id);
  else if (next === 'ready' && node.spec.kind === 'bead') store.ready.offer(node.spec);
  else if (next === 'ready') store.readySyncs.add(node.spec.id);
  store.noteChanged(node);
}

type Turn = 'waiting' | 'judging' | 'gated' | 'ready';

const isPending = ({ phase }: NodePhase): boolean =>
  phase === 'waiting' || phase === 'judging' || phase === 'gated' || phase === 'ready';

function beadTurn(store: Store, node: NodeState, stands: Verdict): Turn {
  const { spec } = node;
  invariant(spec.kind === 'bead', `${spec.id} is no bead`);
  if (stands === 'wait' || !node.selected) return 'waiting';
  if (stands !== 'go') {
    store.undecided.push(spec.id);
    return 'waiting';
  }
  if (spec.condition !== undefined && !node.isJudged) return 'judging';
  if (spec.gate !== undefined && !node.isApproved) return 'gated';
  return spec.forEach === undefined ? 'ready' : 'judging';
}

function syncTurn(store: Store, node: NodeState, stands: Verdict): Turn {
  const { spec } = node;
  invariant(spec.kind === 'sync', `${spec.id} is no sync point`);
  if (stands !== 'go' || !node.selected) {
    // What was found and approved belonged to another tree.
    node.isChecked = false;
    node.isApproved = false;
    return 'waiting';
  }
  if (spec.checks === true && !node.isChecked) return 'ready';
  if (node.phase.phase === 'gated' && !node.isApproved) return 'gated';
  store.undecided.push(spec.id);
  return 'waiting';
}

/** Hands a bead to `decide` whose own work is done and which waits for no added bead any more. */
function tend(store: Store, node: NodeState): void {
  if (node.phase.phase === 'expanding' && node.childrenOpen === 0) store.undecided.push(node.spec.id);
}

function forgetTurn(store: Store, node: NodeState): void {
  if (store.judging.size > 0) store.judging.delete(node.spec.id);
  if (store.people.size > 0) store.people.delete(node.spec.id);
  if (store.readySyncs.size > 0) store.readySyncs.delete(node.spec.id);
}

/** Takes a slot and its locks for a node that is in work. */
export function enterWork(store: Store, node: NodeState, at: number): void {
  const { run } = store;
  const { spec } = node;
  run.working += 1;
  store.inWork.add(spec.id);
  run.workingSince ??= at;
  if (spec.kind === 'sync') return;
  add(run.workingPerRig, spec.rig, 1);
  add(run.workingPerAgent, spec.agent, 1);
  for (const lock of spec.locks) {
    invariant(!run.locks.has(lock), `lock ${lock} is held`);
    run.locks.set(lock, spec.id);
  }
}

function leaveWork(store: Store, node: NodeState, at: number): void {
  const { run } = store;
  const { spec } = node;
  run.working -= 1;
  store.inWork.delete(spec.id);
  if (run.working === 0) stopTheClock(store, at);
  if (spec.kind === 'sync') return;
  add(run.workingPerRig, spec.rig, -1);
  add(run.workingPerAgent, spec.agent, -1);
  for (const lock of spec.locks) {
    run.locks.delete(lock);
    store.ready.released(lock);
  }
}

/** The run's clock counts while at least one attempt works. */
export function stopTheClock(store: Store, at: number): void {
  const { run } = store;
  if (run.workingSince === undefined) return;
  run.workedMs += at - run.workingSince;
  run.workingSince = undefined;
}

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function smallest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}
