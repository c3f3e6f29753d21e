/**
 * Why a bead runs, or does not: what it waits for, down to the root, and what a person can do about that. Only reads
 * the machine; a walk visits every node at most once, and a long chain is shortened in the middle.
 */
import { resolution } from '../core/edges.ts';
import type { NodeId } from '../core/ids.ts';
import { isExcused, isInWork, isSettled, type NodeState, needsPerson } from '../core/state.ts';
import { type NodeStatus, statusOf } from '../core/status.ts';
import type { Store } from '../core/store.ts';
import { type WhyFacts, whySentence } from './why-sentence.ts';

/** One link of the chain: a node, and what is to be said about it. */
export interface WhyLink {
  readonly node: string;
  readonly status: NodeStatus;
  readonly sentence: string;
}

/** The answer; the chain begins with the bead itself and ends at the root. */
export interface Why {
  readonly chain: readonly WhyLink[];
  /** How many links are left out in the middle, and after which. */
  readonly left: { readonly after: number; readonly count: number } | undefined;
  /** Something about the run as a whole that keeps the root from going on. */
  readonly run: string | undefined;
  /** What to type, in this order; empty where nothing has to be done. */
  readonly commands: readonly string[];
}

const LINKS_SHOWN_AT_EACH_END = 5;

/** `id` must be a node of the store. */
export function why(store: Store, id: NodeId, facts: WhyFacts): Why {
  const path = pathToRoot(store, store.node(id));
  const root = path.at(-1) ?? store.node(id);
  const links = path.map(
    (node, at): WhyLink => ({
      node: facts.name(node.spec.id),
      status: statusOf(store.run, node),
      sentence: whySentence(store, node, path[at + 1], facts),
    }),
  );
  const isLong = links.length > 2 * LINKS_SHOWN_AT_EACH_END;
  const count = links.length - 2 * LINKS_SHOWN_AT_EACH_END;
  const run = runSentence(store, root, facts);
  return {
    chain: isLong
      ? [...links.slice(0, LINKS_SHOWN_AT_EACH_END), ...links.slice(-LINKS_SHOWN_AT_EACH_END)]
      : links,
    left: isLong ? { after: LINKS_SHOWN_AT_EACH_END, count } : undefined,
    run,
    commands: commandsFor(store, root, facts),
  };
}

/** The shortest way from a node to the root that is most in need of a person. */
function pathToRoot(store: Store, first: NodeState): NodeState[] {
  const cameFrom = new Map<NodeState, NodeState | undefined>([[first, undefined]]);
  let root = first;
  let best = Number.POSITIVE_INFINITY;
  for (const node of cameFrom.keys()) {
    const next = blockersOf(store, node).map((blocker) => store.node(blocker));
    const rank = next.length === 0 ? urgency(node) : Number.POSITIVE_INFINITY;
    if (rank < best) {
      root = node;
      best = rank;
    }
    for (const blocker of next) if (!cameFrom.has(blocker)) cameFrom.set(blocker, node);
  }
  const path: NodeState[] = [];
  for (let node: NodeState | undefined = root; node !== undefined; node = cameFrom.get(node)) path.push(node);
  return path.toReversed();
}

/** What a node waits for now, or was left out for. */
function blockersOf(store: Store, node: NodeState): readonly NodeId[] {
  const { phase, spec } = node;
  const { run } = store;
  switch (phase.phase) {
    case 'waiting':
      if (!node.selected) return [];
      return spec.needs
        .filter((need) => resolution(need.on, store.node(need.node)) === 'open')
        .map((need) => need.node);
    case 'expanding':
      return node.children.filter((child) => resolution('succeeded', store.node(child)) === 'open');
    case 'skipped':
      return phase.because === spec.id ? [] : [phase.because];
    case 'failed':
      if (node.lastFailure?.code !== 'added-bead') return [];
      return node.children.filter((child) => resolution('succeeded', store.node(child)) === 'broken');
    case 'ready': {
      if (run.phase.phase === 'paused') return 'node' in run.phase.reason ? [run.phase.reason.node] : [];
      const lock = spec.kind === 'bead' ? spec.locks.find((name) => run.locks.has(name)) : undefined;
      const holder = lock === undefined ? undefined : run.locks.get(lock);
      return holder === undefined ? [] : [holder];
    }
    default:
      return [];
  }
}

/** What a person has to see to comes first, then what nobody sees to, then what goes on by itself. */
function urgency({ phase, selected }: NodeState): number {
  if (needsPerson(phase)) return 0;
  if (phase.phase === 'failed' || phase.phase === 'cancelled') return 1;
  if (!selected) return 2;
  if (phase.phase === 'skipped') return 3;
  return isInWork(phase) ? 5 : 4;
}

function runSentence(store: Store, root: NodeState, { driver, pause }: WhyFacts): string | undefined {
  const { phase } = store.run;
  if (phase.phase === 'settled' || root.phase.phase === 'done') return undefined;
  if (phase.phase === 'aborting') return 'the run is being cancelled';
  if (phase.phase === 'paused') return `the run is paused: ${pause ?? ''}`;
  return driver === 'gone' || driver === 'none' ? 'nobody drives the run' : undefined;
}

function commandsFor(store: Store, root: NodeState, facts: WhyFacts): string[] {
  const { phase, selected, spec } = root;
  const { run } = store;
  const name = facts.name(spec.id);
  const isOver = run.phase.phase === 'settled';
  const isDriven = facts.driver === 'alive' || facts.driver === 'elsewhere';
  if (phase.phase === 'done' || run.phase.phase === 'aborting') return [];
  if (isOver && isSettled(phase)) return isExcused(phase) ? [] : ['gastown run'];
  if (!selected && !isSettled(phase)) return [`gastown run --bead ${name}`];
  const goOn = run.phase.phase === 'paused' || !isDriven ? ['gastown resume'] : [];
  switch (phase.phase) {
    case 'gated':
    case 'proposing':
      return [`gastown approve ${name}`, ...goOn];
    case 'asking':
      return [`gastown answer ${name} TEXT`, ...goOn];
    case 'failed':
      return [
        ...(root.attempts > 0 && spec.kind === 'bead' ? [`gastown logs ${name}`] : []),
        `gastown retry ${name}`,
        ...goOn,
      ];
    case 'skipped':
      return phase.how === 'person' ? [`gastown retry ${name}`, ...goOn] : goOn;
    default:
      return goOn;
  }
}
