/**
 * How long a plan takes: the machine itself, told at once what would happen, on a clock that jumps.
 * Optimistic: every attempt succeeds (so no failure branch runs), every condition holds, every gate is approved at once,
 * and a bead that adds beads adds none. Owns: virtual time. Does not own: the schedule, which is the one that `decide` would make.
 */
import { decide } from '../core/decide.ts';
import type { Event, RunLimits } from '../core/events.ts';
import { Heap } from '../core/heap.ts';
import { type NodeId, runId, type Step } from '../core/ids.ts';
import { invariant } from '../core/invariant.ts';
import type { NodeSpec } from '../core/plan.ts';
import { Store } from '../core/store.ts';
import { type CriticalPath, criticalPath } from './critical-path.ts';

/** What is to be estimated. */
export interface ForecastRequest {
  /** Each after everything it needs. */
  readonly nodes: readonly NodeSpec[];
  /** Time limits play no part. */
  readonly limits: Pick<RunLimits, 'parallel' | 'rigs' | 'agents'>;
  readonly durationOf: (bead: NodeId) => number;
  /** What would be run (default: everything). */
  readonly select?: readonly NodeId[] | 'all';
  /** Beads of which nothing is left to do. */
  readonly settled?: ReadonlySet<NodeId>;
  /** Beads in work, and for how long they have been. */
  readonly running?: ReadonlyMap<NodeId, number>;
}

/** When a bead would be in work, in time from now. */
export interface Span {
  readonly bead: NodeId;
  readonly start: number;
  readonly end: number;
}

/** An estimate, in the unit of the durations. */
export interface Forecast {
  /** In the order of their starts. */
  readonly schedule: readonly Span[];
  readonly makespan: number;
  /** Of all the room there is until the end, the part in which a bead works: 0 to 1. */
  readonly utilisation: number;
  readonly criticalPath: CriticalPath;
  /** No schedule of this width is shorter: the critical path, or all work shared out evenly. */
  readonly lowerBound: number;
}

/** Cost: that of the run's events, without what makes them durable. */
export function forecast(request: ForecastRequest): Forecast {
  const { limits, settled = new Set(), running = new Map<NodeId, number>() } = request;
  const nodes = request.nodes.map((node) => plain(node, running));
  const timeOf = (bead: NodeId): number => Math.max(0, request.durationOf(bead) - (running.get(bead) ?? 0));
  const { schedule, leftOut } = simulate({ ...request, nodes, settled }, timeOf);
  const work = schedule.reduce((sum, { start, end }) => sum + end - start, 0);
  const makespan = schedule.reduce((latest, { end }) => Math.max(latest, end), 0);
  const path = criticalPath(
    nodes,
    new Map(schedule.map(({ bead, start, end }) => [bead, end - start])),
    leftOut,
  );
  return {
    schedule,
    makespan,
    utilisation: makespan === 0 ? 1 : work / (makespan * limits.parallel),
    criticalPath: path,
    lowerBound: Math.max(path.length, work / limits.parallel),
  };
}

interface Due {
  readonly at: number;
  /** Of two that end together, the one that started first. */
  readonly turn: number;
  readonly bead: NodeId;
  readonly attempt: number;
}

function simulate(
  {
    nodes,
    limits: { parallel, rigs, agents },
    select = 'all',
    settled,
  }: ForecastRequest & { readonly settled: ReadonlySet<NodeId> },
  timeOf: (bead: NodeId) => number,
): { readonly schedule: readonly Span[]; readonly leftOut: ReadonlySet<NodeId> } {
  const store = new Store();
  const due = new Heap<Due>((a, b) => (a.at === b.at ? a.turn < b.turn : a.at < b.at));
  const schedule: Span[] = [];
  const take = (events: readonly Event[], now: number): void => {
    for (const event of events) {
      if (event.type !== 'attempt-started') continue;
      const at = now + timeOf(event.node);
      due.push({ at, turn: schedule.length, bead: event.node, attempt: event.attempt });
      schedule.push({ bead: event.node, start: now, end: at });
    }
  };
  const credits = nodes.flatMap(({ kind, id }) =>
    kind === 'bead' && settled.has(id) ? [{ node: id, how: 'earlier-run', run: undefined } as const] : [],
  );
  const limits = { parallel, rigs, agents, timeoutMs: undefined };
  const run = runId('forecast');
  take(decide(store, { type: 'create', run, planHash: '', seed: 0, limits, nodes, credits, select }, 0), 0);
  for (let next = due.pop(); next !== undefined; next = due.pop()) {
    const effect = { node: next.bead, attempt: next.attempt, step: 'work' } as const;
    take(decide(store, { type: 'step-succeeded', effect, report: null }, next.at), next.at);
  }
  invariant(store.run.phase.phase === 'settled', 'where nothing fails, a run comes to its end');
  const leftOut = new Set<NodeId>();
  for (const { phase, spec } of store.nodes.values()) if (phase.phase === 'skipped') leftOut.add(spec.id);
  return { schedule, leftOut };
}

const WORK: readonly Step[] = ['work'];

/** The node without what only a real run can answer; what is in work already comes first and waits for nothing. */
function plain(node: NodeSpec, running: ReadonlyMap<NodeId, number>): NodeSpec {
  const { id, needs, level } = node;
  if (node.kind === 'sync') return { kind: 'sync', id, needs, level, quorum: 'all' };
  const { join, order, tail, policy, rig, agent, locks, key } = node;
  const isRunning = running.has(id);
  return {
    kind: 'bead',
    id,
    needs: isRunning ? [] : needs,
    level,
    join,
    priority: isRunning ? Number.NEGATIVE_INFINITY : node.priority,
    order,
    tail,
    policy,
    rig,
    agent,
    locks,
    key,
    steps: WORK,
  };
}
