/**
 * What readers see of a run, kept up to date event by event: one row per bead and one for the run.
 * Owns: dates (start of the latest attempt, settling) that the core does not need. Does not own: statuses, which are read from the store.
 * I1  Folding a journal gives the same rows as having lived through it.
 */
import type { Event } from '../core/events.ts';
import type { NodeId } from '../core/ids.ts';
import { invariant, unreachable } from '../core/invariant.ts';
import type { Bead } from '../core/plan.ts';
import { isSettled, type NodeState } from '../core/state.ts';
import { type NodeStatus, noCounts, statusOf } from '../core/status.ts';
import type { Store } from '../core/store.ts';
import type { BeadRow, Projection, RunHeader, RunRow } from '../ports/journal.ts';
import { pauseSentence } from './sentences.ts';

interface Dates {
  startedAt: number | undefined;
  endedAt: number | undefined;
}

/** The rows of one run. */
export class Chronicle {
  readonly #header: RunHeader;
  readonly #beads: ReadonlyMap<NodeId, Bead>;
  readonly #dates = new Map<NodeId, Dates>();
  #runPhase = '';
  /** What readers were last told of each bead, and how many of each there are. */
  readonly #statuses = new Map<NodeId, NodeStatus>();
  readonly #counts: Record<NodeStatus, number> = noCounts();

  constructor(header: RunHeader, beads: readonly Bead[]) {
    this.#header = header;
    this.#beads = new Map(beads.map((bead) => [bead.id, bead]));
  }

  /** Takes note of an event that the store has already followed. */
  note(event: Event): void {
    switch (event.type) {
      case 'attempt-started': {
        const dates = this.#datesOf(event.node);
        dates.startedAt = event.at;
        dates.endedAt = undefined;
        return;
      }
      case 'bead-done':
      case 'bead-failed':
      case 'bead-skipped':
      case 'bead-cancelled':
        this.#datesOf(event.node).endedAt = event.at;
        return;
      default:
    }
  }

  /** The rows that changed; all of them when the run begins to pause or to go on, because `ready` and `paused` swap. */
  project(store: Store, changed: Iterable<NodeState>): Projection {
    const { phase } = store.run.phase;
    const phaseChanged = phase !== this.#runPhase;
    this.#runPhase = phase;
    const rows: BeadRow[] = [];
    for (const node of phaseChanged ? store.nodes.values() : changed) {
      if (node.spec.kind !== 'bead') continue;
      const row = this.row(store, node);
      rows.push(row);
      this.#count(row);
    }
    return { run: this.runRow(store), beads: rows };
  }

  row(store: Store, node: NodeState): BeadRow {
    const { id, level } = node.spec;
    const bead = this.#beads.get(id);
    invariant(bead !== undefined, `bead ${id} is in the plan`);
    const dates = this.#dates.get(id);
    return {
      id,
      name: bead.name,
      level,
      requires: bead.requires,
      status: statusOf(store.run, node),
      attempts: node.attempts,
      startedAt: dates?.startedAt,
      endedAt: isSettled(node.phase) ? dates?.endedAt : undefined,
      note: noteOf(node),
    };
  }

  runRow(store: Store): RunRow {
    const { run } = store;
    const { phase } = run;
    return {
      ...this.#header,
      phase: phase.phase === 'aborting' ? 'active' : phase.phase,
      outcome: phase.phase === 'settled' ? phase.outcome : undefined,
      note: phase.phase === 'paused' ? pauseSentence(phase.reason) : undefined,
      updatedAt: run.lastAt,
      workedMs: run.workedMs + (run.workingSince === undefined ? 0 : run.lastAt - run.workingSince),
      parallel: run.limits.parallel,
      counts: { ...this.#counts },
    };
  }

  #count({ id, status }: BeadRow): void {
    const before = this.#statuses.get(id);
    if (before !== undefined) this.#counts[before] -= 1;
    this.#counts[status] += 1;
    this.#statuses.set(id, status);
  }

  #datesOf(node: NodeId): Dates {
    let dates = this.#dates.get(node);
    if (dates === undefined) {
      dates = { startedAt: undefined, endedAt: undefined };
      this.#dates.set(node, dates);
    }
    return dates;
  }
}

function noteOf(node: NodeState): string | undefined {
  const { phase, lastFailure } = node;
  switch (phase.phase) {
    case 'failed':
      return lastFailure?.message;
    case 'delayed':
      return `attempt ${node.attempts} failed (${lastFailure?.message ?? 'unknown'}); the next one is waiting its turn`;
    case 'skipped':
      return `skipped because ${phase.because} did not succeed`;
    case 'done':
      if (phase.how === 'declared') return 'declared done by its file, not verified';
      return phase.how === 'earlier-run' ? 'done by an earlier run, unchanged since' : undefined;
    case 'stopping':
      return 'past its time limit, being stopped';
    case 'waiting':
    case 'ready':
    case 'running':
    case 'cancelled':
      return undefined;
    default:
      return unreachable(phase);
  }
}
