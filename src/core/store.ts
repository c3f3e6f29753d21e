/**
 * All the core knows of a run, behind the few operations it needs: look a node up, note that it changed, take the next
 * ready bead, the next timer. The in-memory store here serves local runs; the same operations can be rows and indexes.
 * Owns: node and run records, queues, and what changed since the last look. Invariants are in `invariants.ts`.
 */
import { Heap } from './heap.ts';
import type { NodeId } from './ids.ts';
import { invariant } from './invariant.ts';
import { ReadyQueue } from './ready-queue.ts';
import type { NodeState, RunState } from './state.ts';

/** Something is due for a node; checked against its phase when it fires. */
export interface Timer {
  readonly at: number;
  readonly node: NodeId;
  /** Undefined: a delay ends. Else: the time limit of the step that was started then. */
  readonly startedAt: number | undefined;
}

export const isDueBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.node < b.node);

/** The in-memory store of one run. */
export class Store {
  readonly run: RunState = {
    run: undefined,
    planHash: '',
    seed: 0,
    limits: { parallel: 1, timeoutMs: undefined, rigs: {}, agents: {} },
    phase: { phase: 'active' },
    lastAt: 0,
    working: 0,
    workingPerRig: new Map(),
    workingPerAgent: new Map(),
    locks: new Map(),
    workedMs: 0,
    workingSince: undefined,
    workedMsAtResume: 0,
    unsettled: 0,
    unsuccessful: 0,
    selections: new Map(),
    asked: new Set(),
  };
  readonly nodes = new Map<NodeId, NodeState>();
  /** How many of the nodes are beads. */
  beads = 0;
  readonly ready = new ReadyQueue();
  readonly timers = new Heap<Timer>(isDueBefore);
  /** Nodes in phase running or stopping. */
  readonly inWork = new Set<NodeId>();
  /**
   * Waiting nodes whose needs may now forbid them, sync points that may now pass, beads whose added beads are settled: `decide`
   * looks at each once.
   */
  readonly undecided: NodeId[] = [];
  /** Nodes in phase judging: whoever drives answers for each before anything is committed. */
  readonly judging = new Set<NodeId>();
  /** Nodes in a phase that only a person ends. */
  readonly people = new Set<NodeId>();
  /** Sync points in phase ready: their checks wait for a slot. */
  readonly readySyncs = new Set<NodeId>();
  /** Nodes whose record changed since {@link takeChanged}. */
  #changed = new Set<NodeState>();

  node(id: NodeId): NodeState {
    const node = this.nodes.get(id);
    invariant(node !== undefined, `no node ${id}`);
    return node;
  }

  noteChanged(node: NodeState): void {
    this.#changed.add(node);
  }

  takeChanged(): ReadonlySet<NodeState> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }
}
