/** Drives the pure machine by hand, for tests: small graphs, scripted answers, no clock but the one given. */
import { decide } from '../core/decide.ts';
import type { Event, RunLimits } from '../core/events.ts';
import type { Failure } from '../core/failure.ts';
import { nodeId, runId } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import type { JsonObject } from '../core/json.ts';
import type { BeadNode, Need, NodeSpec } from '../core/plan.ts';
import { type NodeStatus, statusOf } from '../core/status.ts';
import { Store } from '../core/store.ts';

/** A bead node with plain defaults; `requires` become needs on success. */
export function bead(id: string, requires: readonly string[] = [], more: Partial<BeadNode> = {}): BeadNode {
  const needs: Need[] = requires.map((node) => ({ node: nodeId(node), on: 'succeeded' }));
  return {
    kind: 'bead',
    id: nodeId(id),
    needs,
    join: { type: 'all' },
    level: 0,
    priority: 5,
    order: 0,
    tail: 1,
    policy: { retries: 0, timeoutMs: undefined, onFailure: 'pause' },
    rig: 'default',
    agent: 'shell',
    locks: [],
    key: id,
    steps: ['work'],
    ...more,
  };
}

export const taskFailure: Failure = { class: 'task', code: 'exit', message: 'exit 1' };

export class Machine {
  readonly store = new Store();
  readonly events: Event[] = [];
  readonly limits: RunLimits;
  now = 1000;

  constructor(
    nodes: readonly NodeSpec[],
    limits: Partial<RunLimits> = {},
    select: readonly string[] | 'all' = 'all',
    done: readonly string[] = [],
  ) {
    this.limits = { parallel: 3, timeoutMs: undefined, rigs: {}, agents: {}, ...limits };
    this.tell({
      type: 'create',
      run: runId('r1'),
      planHash: 'h',
      seed: 1,
      limits: this.limits,
      nodes,
      credits: done.map((id) => ({ node: nodeId(id), how: 'declared', run: undefined })),
      select: select === 'all' ? 'all' : select.map(nodeId),
    });
  }

  /** Tells the machine one input and returns the types of the events that follow, with the node where there is one. */
  tell(input: Input): string[] {
    const events = decide(this.store, input, this.now);
    this.events.push(...events);
    return events.map((event) => ('node' in event ? `${event.type} ${event.node}` : event.type));
  }

  succeed(id: string, output?: JsonObject): string[] {
    const left = output === undefined ? {} : { output };
    return this.tell({ type: 'step-succeeded', effect: this.effect(id), report: null, ...left });
  }

  fail(id: string, failure: Failure = taskFailure): string[] {
    return this.tell({ type: 'step-failed', effect: this.effect(id), failure });
  }

  lose(id: string): string[] {
    return this.tell({ type: 'step-lost', effect: this.effect(id) });
  }

  stopped(id: string): string[] {
    return this.tell({ type: 'step-stopped', effect: this.effect(id) });
  }

  resume(reopen: 'failed' | readonly string[] = 'failed'): string[] {
    const again = reopen === 'failed' ? reopen : reopen.map(nodeId);
    return this.tell({ type: 'resume', by: 'test', limits: this.limits, select: undefined, reopen: again });
  }

  /** Lets `ms` pass and looks at the clock. */
  wait(ms: number): string[] {
    this.now += ms;
    return this.tell({ type: 'tick' });
  }

  status(id: string): NodeStatus {
    return statusOf(this.store.run, this.store.node(nodeId(id)));
  }

  statuses(): Record<string, NodeStatus> {
    return Object.fromEntries([...this.store.nodes.keys()].map((id) => [id, this.status(id)]));
  }

  /** Beads in the order in which their attempts were started. */
  started(): string[] {
    return this.events.flatMap((event) => (event.type === 'attempt-started' ? [event.node] : []));
  }

  private effect(id: string) {
    const { phase } = this.store.node(nodeId(id));
    if (phase.phase !== 'running' && phase.phase !== 'stopping') throw new Error(`${id} is ${phase.phase}`);
    return { node: nodeId(id), attempt: phase.attempt, step: phase.step };
  }
}
