/**
 * The state of a run as plain data, and back: what folding its events gives, without folding them.
 * Owns: the shape of an image. Does not own: where it is kept, or whether it is believed.
 *
 * An image holds what events said; counters, queues and edges follow from that and are made again. It is a cache: only the
 * program that made it may read it, because another one may fold the same events to another shape.
 * I1  The store made of an image decides as the one that it was taken from.
 * I2  Its size is that of the nodes, whatever they have been through.
 */
import { type Column, columnOf, readColumn } from './column.ts';
import type { NodeId } from './ids.ts';
import { invariant } from './invariant.ts';
import { link, place } from './links.ts';
import type { BeadNode, EdgeOn, Need, NodeSpec, SyncNode } from './plan.ts';
import {
  isInWork,
  isSettled,
  isUnsuccessful,
  type NodePhase,
  type NodeState,
  newNode,
  type RunState,
} from './state.ts';
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

/** What few nodes have. */
type Rare = Partial<Pick<NodeState, 'lastFailure' | 'output' | 'proposal' | 'worked' | 'answers'>>;

type Kind =
  | Pick<BeadNode, 'kind' | 'join' | 'priority' | 'policy' | 'rig' | 'agent' | 'steps'>
  | Pick<SyncNode, 'kind' | 'quorum'>;

/** Fields of definitions that need not be there. */
const OPTIONS = ['condition', 'forEach', 'gate', 'spawns', 'parent', 'depth', 'checks'] as const;
type Options = Partial<Record<(typeof OPTIONS)[number], unknown>>;

/** A run between two decisions, as JSON. Nodes are named by their place in `ids`. */
export interface StoreImage {
  readonly run: RunImage;
  readonly ids: readonly NodeId[];
  /** Of definitions, what many nodes share. */
  readonly kinds: Column<Kind>;
  readonly levels: Column<number>;
  readonly orders: Column<number>;
  readonly tails: Column<number>;
  readonly keys: Column<string>;
  readonly locks: Column<readonly string[]>;
  readonly options: readonly (readonly [number, Options])[];
  /** Needs by the place of the node they point at; `ons` says of which kind, where not all are `succeeded`. */
  readonly needs: readonly (readonly number[])[];
  readonly ons: readonly (readonly [number, readonly EdgeOn[]])[];
  readonly phases: Column<NodePhase>;
  readonly flags: Column<number>;
  readonly attempts: Column<number>;
  readonly spent: Column<readonly [task: number, infrastructure: number, losses: number]>;
  readonly rare: readonly (readonly [number, Rare])[];
  /** Sets that are looked through in their order. */
  readonly inWork: readonly NodeId[];
  readonly judging: readonly NodeId[];
  readonly people: readonly NodeId[];
  readonly readySyncs: readonly NodeId[];
  readonly timers: readonly Timer[];
}

const SELECTED = 1;
const JUDGED = 2;
const APPROVED = 4;
const CHECKED = 8;

/** Takes an image of a store between two decisions. */
export function imageOf(store: Store): StoreImage {
  invariant(store.undecided.length === 0, 'an image is taken between two decisions');
  const { run } = store;
  const nodes = [...store.nodes.values()];
  const places = new Map(nodes.map(({ spec }, at) => [spec.id, at]));
  const specs = nodes.map(({ spec }) => spec);
  const rare = nodes.flatMap((node, at): [number, Rare][] => {
    const own = rareOf(node);
    return own === undefined ? [] : [[at, own]];
  });
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
    ids: specs.map(({ id }) => id),
    kinds: columnOf(specs.map(kindOf)),
    levels: columnOf(specs.map(({ level }) => level)),
    orders: columnOf(specs.map((spec) => (spec.kind === 'bead' ? spec.order : 0))),
    tails: columnOf(specs.map((spec) => (spec.kind === 'bead' ? spec.tail : 0))),
    keys: columnOf(specs.map((spec) => (spec.kind === 'bead' ? spec.key : ''))),
    locks: columnOf(specs.map((spec) => (spec.kind === 'bead' ? spec.locks : []))),
    options: specs.flatMap((spec, at): [number, Options][] => {
      const options = optionsOf(spec);
      return options === undefined ? [] : [[at, options]];
    }),
    needs: specs.map((spec) => spec.needs.map(({ node }) => places.get(node) ?? -1)),
    ons: specs.flatMap((spec, at): [number, EdgeOn[]][] =>
      spec.needs.every(({ on }) => on === 'succeeded') ? [] : [[at, spec.needs.map(({ on }) => on)]],
    ),
    phases: columnOf(nodes.map(({ phase }) => phase)),
    flags: columnOf(nodes.map(flagsOf)),
    attempts: columnOf(nodes.map(({ attempts }) => attempts)),
    spent: columnOf(nodes.map((node) => [node.taskFailures, node.infrastructureFailures, node.losses])),
    rare,
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
  const nodes = specsOf(image).map((spec) => newNode(spec));
  const phase = readColumn(image.phases);
  const flags = readColumn(image.flags);
  const attempts = readColumn(image.attempts);
  const spent = readColumn(image.spent);
  nodes.forEach((node, at) => {
    node.phase = phase(at);
    node.attempts = attempts(at);
    const flag = flags(at);
    node.selected = (flag & SELECTED) > 0;
    node.isJudged = (flag & JUDGED) > 0;
    node.isApproved = (flag & APPROVED) > 0;
    node.isChecked = (flag & CHECKED) > 0;
    [node.taskFailures, node.infrastructureFailures, node.losses] = spent(at);
  });
  for (const [at, own] of image.rare) {
    const node = nodes[at];
    invariant(node !== undefined, 'what is rare belongs to a node');
    Object.assign(node, own);
  }
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

function kindOf(spec: NodeSpec): Kind {
  if (spec.kind === 'sync') return { kind: 'sync', quorum: spec.quorum };
  const { join, priority, policy, rig, agent, steps } = spec;
  return { kind: 'bead', join, priority, policy, rig, agent, steps };
}

function optionsOf(spec: NodeSpec): Options | undefined {
  let options: Options | undefined;
  const own: Options = spec;
  for (const key of OPTIONS) if (own[key] !== undefined) options = { ...options, [key]: own[key] };
  return options;
}

function specsOf(image: StoreImage): NodeSpec[] {
  const { ids, needs } = image;
  const kinds = readColumn(image.kinds);
  const levels = readColumn(image.levels);
  const orders = readColumn(image.orders);
  const tails = readColumn(image.tails);
  const keys = readColumn(image.keys);
  const locks = readColumn(image.locks);
  const ons = new Map(image.ons);
  const specs = ids.map((id, at): NodeSpec => {
    const on = ons.get(at);
    const own = (needs[at] ?? []).map(
      (place, index): Need => ({ node: ids[place] as NodeId, on: on?.[index] ?? 'succeeded' }),
    );
    const kind = kinds(at);
    if (kind.kind === 'sync') return { kind: 'sync', id, needs: own, level: levels(at), quorum: kind.quorum };
    return {
      kind: 'bead',
      id,
      needs: own,
      join: kind.join,
      level: levels(at),
      priority: kind.priority,
      order: orders(at),
      tail: tails(at),
      policy: kind.policy,
      rig: kind.rig,
      agent: kind.agent,
      locks: locks(at),
      key: keys(at),
      steps: kind.steps,
    };
  });
  for (const [at, options] of image.options) Object.assign(specs[at] ?? {}, options);
  return specs;
}

const flagsOf = (node: NodeState): number =>
  (node.selected ? SELECTED : 0) |
  (node.isJudged ? JUDGED : 0) |
  (node.isApproved ? APPROVED : 0) |
  (node.isChecked ? CHECKED : 0);

function rareOf({ lastFailure, output, proposal, worked, answers }: NodeState): Rare | undefined {
  const hasNone =
    lastFailure === undefined &&
    output === undefined &&
    proposal === undefined &&
    worked === undefined &&
    answers.length === 0;
  return hasNone ? undefined : { lastFailure, output, proposal, worked, answers };
}
