/**
 * The state of a run as plain data, and back: what folding its events gives, without folding them.
 * Owns: the shape of an image. Does not own: where it is kept, or whether it is believed.
 *
 * An image holds what events said; counters, queues and edges follow from that and are made again. It is a copy: only the
 * program that made it may read it, because another one may fold the same events to another shape.
 * I1  The store made of an image decides as the one that it was taken from.
 * I2  Its size is that of the nodes, whatever they have been through.
 */
import { decodeColumns, encodeColumns } from './columns.ts';
import type { NodeId } from './ids.ts';
import { invariant } from './invariant.ts';
import { link, place } from './links.ts';
import type { NodeSpec } from './plan.ts';
import { isInWork, isSettled, isUnsuccessful, type NodeState, newNode, type RunState } from './state.ts';
import { Store, type Timer } from './store.ts';
import { liveTimers } from './time.ts';
import { askedIn, enterWork } from './transition.ts';

/** Everything about a run that cannot be worked out from its nodes. */
type RunImage = Pick<
  RunState,
  | 'run'
  | 'planHash'
  | 'seed'
  | 'limits'
  | 'phase'
  | 'lastAt'
  | 'workedMs'
  | 'workingSince'
  | 'workedMsAtResume'
> & { readonly selections: readonly (readonly [string, readonly NodeId[] | 'all'])[] };

/** What events said of a node. */
type NodeImage = Pick<
  NodeState,
  | 'phase'
  | 'selected'
  | 'attempts'
  | 'taskFailures'
  | 'infrastructureFailures'
  | 'losses'
  | 'lastFailure'
  | 'isJudged'
  | 'isApproved'
  | 'isChecked'
  | 'worked'
  | 'output'
  | 'proposal'
  | 'answers'
>;

/** A run between two decisions, as JSON. */
export interface StoreImage {
  readonly run: RunImage;
  /** Definitions of the nodes, and what became of each, as {@link encodeColumns} writes them. */
  readonly specs: string;
  readonly nodes: string;
  /** Sets that are looked through in their order. */
  readonly inWork: readonly NodeId[];
  readonly judging: readonly NodeId[];
  readonly people: readonly NodeId[];
  readonly readySyncs: readonly NodeId[];
  readonly timers: readonly Timer[];
}

/** Takes an image of a store between two decisions. */
export function imageOf(store: Store): StoreImage {
  invariant(store.undecided.length === 0, 'an image is taken between two decisions');
  const { run } = store;
  const nodes = [...store.nodes.values()];
  return {
    run: {
      run: run.run,
      planHash: run.planHash,
      seed: run.seed,
      limits: run.limits,
      phase: run.phase,
      lastAt: run.lastAt,
      workedMs: run.workedMs,
      workingSince: run.workingSince,
      workedMsAtResume: run.workedMsAtResume,
      selections: [...run.selections],
    },
    specs: encodeColumns(nodes.map(({ spec }) => spec)),
    nodes: encodeColumns(nodes.map(nodeImageOf)),
    inWork: [...store.inWork],
    judging: [...store.judging],
    people: [...store.people],
    readySyncs: [...store.readySyncs],
    timers: liveTimers(store),
  };
}

/** The store that an image was taken of. */
export function storeOf(image: StoreImage): Store {
  const store = new Store();
  const { run } = store;
  const { selections, ...facts } = image.run;
  Object.assign(run, facts);
  for (const [terminal, nodes] of selections) run.selections.set(terminal, nodes);
  run.asked = askedIn(run);
  const told = decodeColumns<NodeImage>(image.nodes);
  const nodes = decodeColumns<NodeSpec>(image.specs).map((spec, at) => {
    const node = newNode(spec);
    const own = told[at];
    invariant(own !== undefined, `something is known of ${spec.id}`);
    return Object.assign(node, own);
  });
  for (const node of nodes) place(store, node);
  for (const node of nodes) {
    link(store, node);
    const { spec } = node;
    if (node.phase.phase === 'ready' && spec.kind === 'bead') store.ready.offer(spec);
    if (!node.selected) continue;
    if (!isSettled(node.phase)) run.unsettled += 1;
    else if (isUnsuccessful(node.phase)) run.unsuccessful += 1;
  }
  for (const id of image.inWork) {
    const node = store.node(id);
    invariant(isInWork(node.phase), `${id} is in work`);
    enterWork(store, node, node.phase.startedAt);
  }
  run.workingSince = facts.workingSince;
  for (const id of image.judging) store.judging.add(id);
  for (const id of image.people) store.people.add(id);
  for (const id of image.readySyncs) store.readySyncs.add(id);
  for (const timer of image.timers) store.timers.push(timer);
  return store;
}

const nodeImageOf = (node: NodeState): NodeImage => ({
  phase: node.phase,
  selected: node.selected,
  attempts: node.attempts,
  taskFailures: node.taskFailures,
  infrastructureFailures: node.infrastructureFailures,
  losses: node.losses,
  lastFailure: node.lastFailure,
  isJudged: node.isJudged,
  isApproved: node.isApproved,
  isChecked: node.isChecked,
  worked: node.worked,
  output: node.output,
  proposal: node.proposal,
  answers: node.answers,
});
