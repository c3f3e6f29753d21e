/** What is to be said about one link of a chain of reasons. */
import { resolution } from '../core/edges.ts';
import type { NodeId } from '../core/ids.ts';
import { unreachable } from '../core/invariant.ts';
import type { NodeState } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import { formatDuration } from './duration.ts';

/** What the machine does not know. */
export interface WhyFacts {
  /** Who works on the run now. */
  readonly driver: 'alive' | 'gone' | 'none' | 'elsewhere';
  /** Why the run is paused, where it is. */
  readonly pause: string | undefined;
  readonly now: number;
  /** What people call a node. */
  readonly name: (node: NodeId) => string;
}

const MOST_NAMES = 3;

/** `next`: the link that follows, where one does. May hold outside text. */
export function whySentence(
  store: Store,
  node: NodeState,
  next: NodeState | undefined,
  facts: WhyFacts,
): string {
  const { phase, spec, lastFailure } = node;
  switch (phase.phase) {
    case 'waiting':
      return waiting(store, node, next, facts);
    case 'judging':
      return 'its requirements are done, and its condition is judged next';
    case 'gated':
      return withText('waits for approval', spec.gate);
    case 'asking':
      return `waits for an answer: ${phase.question}`;
    case 'proposing':
      return 'waits for approval of the beads that it wants to add';
    case 'ready':
      return ready(store, node, next, facts);
    case 'delayed':
      return `attempt ${node.attempts} failed (${lastFailure?.message ?? ''}); the next one starts in ${formatDuration(Math.max(0, phase.until - facts.now))}`;
    case 'running':
      return facts.driver === 'gone' || facts.driver === 'none'
        ? `attempt ${phase.attempt} was at work (${phase.step}) when its gastown went`
        : `attempt ${phase.attempt} is running (${phase.step}) for ${formatDuration(Math.max(0, facts.now - phase.startedAt))}`;
    case 'stopping':
      return 'is being stopped';
    case 'expanding':
      return `its own work is done; it waits for beads that it added${next === undefined ? '' : `, such as ${facts.name(next.spec.id)}`}`;
    case 'done':
      return phase.how === 'earlier-run' ? 'was done by an earlier run' : 'is done';
    case 'failed':
      switch (phase.standing) {
        case 'deferred':
          return `failed (${lastFailure?.message ?? ''}); its level will judge`;
        case 'handled':
          return `failed (${lastFailure?.message ?? ''}), and its failure branch goes on`;
        case 'held':
        case 'accepted':
          return withText('failed', lastFailure?.message);
        default:
          return unreachable(phase.standing);
      }
    case 'skipped':
      return skipped(phase, spec, facts);
    case 'cancelled':
      return 'was cancelled with its run';
    default:
      return unreachable(phase);
  }
}

function waiting(store: Store, node: NodeState, next: NodeState | undefined, { name }: WhyFacts): string {
  if (!node.selected) return 'is waiting, and no terminal has asked for it';
  if (next === undefined) return 'is about to be judged';
  const others = node.spec.needs.filter(
    (need) =>
      need.node !== next.spec.id &&
      store.node(need.node).spec.kind === 'bead' &&
      resolution(need.on, store.node(need.node)) === 'open',
  ).length;
  const more = others < 1 ? '' : others === 1 ? ' and 1 other' : ` and ${others} others`;
  const level = node.spec.kind === 'sync' ? 'its level is not settled: it ' : '';
  return `${level}waits for ${name(next.spec.id)}${more}${joinText(node)}`;
}

/** A join needs fewer than all. */
function joinText({ spec, met }: NodeState): string {
  if (spec.kind === 'sync' || spec.join.type === 'all') return '';
  const needed = spec.join.type === 'any' ? 1 : spec.join.atLeast;
  return ` (${met} of the ${needed} that it needs are done)`;
}

function ready(store: Store, node: NodeState, next: NodeState | undefined, facts: WhyFacts): string {
  const { run } = store;
  const { spec } = node;
  if (run.phase.phase === 'paused') return 'could start, but the run is paused';
  if (facts.driver === 'gone' || facts.driver === 'none') return 'could start, but nobody drives the run';
  if (spec.kind === 'bead') {
    const lock = spec.locks.find((held) => run.locks.has(held));
    if (lock !== undefined && next !== undefined)
      return `waits for ${facts.name(next.spec.id)}, which holds ${lock}`;
    const rig = run.limits.rigs[spec.rig];
    if (rig !== undefined && (run.workingPerRig.get(spec.rig) ?? 0) >= rig)
      return `waits for its rig: ${spec.rig} takes ${rig} at once${busy(store, facts, (other) => other.rig === spec.rig)}`;
    const agent = run.limits.agents[spec.agent];
    if (agent !== undefined && (run.workingPerAgent.get(spec.agent) ?? 0) >= agent)
      return `waits for its agent: ${spec.agent} takes ${agent} at once${busy(store, facts, (other) => other.agent === spec.agent)}`;
  }
  if (run.working >= run.limits.parallel)
    return `waits for a slot: ${run.limits.parallel} may run at once${busy(store, facts, () => true)}`;
  return 'starts at once';
}

/** Who is at work, by name as far as that is short. */
function busy(
  store: Store,
  { name }: WhyFacts,
  isMeant: (lane: { readonly rig: string; readonly agent: string }) => boolean,
): string {
  const names: NodeId[] = [];
  for (const id of store.inWork) {
    const { spec } = store.node(id);
    if (spec.kind === 'bead' ? isMeant(spec) : true) names.push(id);
  }
  if (names.length === 0) return '';
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return `, now ${names.slice(0, MOST_NAMES).map(name).join(', ')}${more}`;
}

function skipped(
  phase: Extract<NodeState['phase'], { phase: 'skipped' }>,
  spec: NodeState['spec'],
  { name }: WhyFacts,
): string {
  switch (phase.how) {
    case 'requirement':
      return `was skipped because ${name(phase.because)} did not succeed`;
    case 'person':
      return 'was left out by a person';
    case 'condition':
      if (phase.because !== spec.id)
        return `was not taken, because ${name(phase.because)} was not, or did not fail`;
      return withText(
        'was not taken: its condition does not hold',
        spec.kind === 'bead' ? spec.condition : undefined,
      );
    default:
      return unreachable(phase.how);
  }
}

const withText = (sentence: string, text: string | undefined): string =>
  text === undefined || text === '' ? sentence : `${sentence}: ${text}`;
