/**
 * What readers see of a run, kept up to date event by event: one row per bead and one for the run.
 * Owns: dates (start of the latest attempt, settling) that the core does not need. Does not own: statuses, which are read from the store.
 * I1  Folding a journal gives the same rows as having lived through it.
 */
import type { Event } from '../core/events.ts';
import type { NodeId } from '../core/ids.ts';
import { unreachable } from '../core/invariant.ts';
import type { Bead } from '../core/plan.ts';
import { isSettled, type NodeState } from '../core/state.ts';
import { type NodeStatus, noCounts, statusOf } from '../core/status.ts';
import type { Store } from '../core/store.ts';
import type { BeadRow, PersonNeeded, Projection, RunHeader, RunRow } from '../ports/journal.ts';
import type { Names } from './roster.ts';
import { nodeName, pauseSentence } from './sentences.ts';

/** When a bead's latest attempt began and it was settled. */
export interface DatedBead extends Readonly<Dates> {
  readonly id: NodeId;
}

interface Dates {
  startedAt: number | undefined;
  endedAt: number | undefined;
}

/** The rows of one run. */
export class Chronicle {
  readonly #header: RunHeader;
  readonly #names: Names;
  readonly #dates = new Map<NodeId, Dates>();
  #runPhase = '';
  #hasSync = false;
  /** What readers were last told of each bead, and how many of each there are. */
  readonly #statuses = new Map<NodeId, NodeStatus>();
  readonly #counts: Record<NodeStatus, number> = noCounts();

  constructor(header: RunHeader, names: Names) {
    this.#header = header;
    this.#names = names;
  }

  /** Takes note of an event that the store has already followed. */
  note(event: Event): void {
    switch (event.type) {
      case 'beads-added':
        this.#names.join(event.beads);
        return;
      case 'nodes-added':
        this.#hasSync ||= event.nodes.some(({ kind }) => kind === 'sync');
        return;
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

  /** What it knows besides what a store does, for {@link recall}. */
  dates(): DatedBead[] {
    return [...this.#dates].map(([id, { startedAt, endedAt }]) => ({ id, startedAt, endedAt }));
  }

  /** Takes up what it knew before, for a run whose earlier events are not folded again. */
  recall(dates: readonly DatedBead[], added: readonly Bead[], store: Store): void {
    this.#names.join(added);
    for (const { id, startedAt, endedAt } of dates) this.#dates.set(id, { startedAt, endedAt });
    for (const { spec } of store.nodes.values()) this.#hasSync ||= spec.kind === 'sync';
  }

  /** The store has followed what the journal tells: with every event, readers were told what it means for them. */
  caughtUp(store: Store): void {
    const { run } = store;
    this.#runPhase = run.phase.phase;
    for (const node of store.nodes.values())
      if (node.spec.kind === 'bead') this.#count(node.spec.id, statusOf(run, node));
  }

  /** The rows that changed; also those that do because the run pauses or goes on: `ready` and `paused` swap. */
  project(store: Store, changed: Iterable<NodeState>): Projection {
    const { phase } = store.run.phase;
    const phaseChanged = phase !== this.#runPhase;
    this.#runPhase = phase;
    const rows: BeadRow[] = [];
    const told = phaseChanged ? new Set([...changed, ...this.#toldOtherwise(store)]) : changed;
    for (const node of told) {
      if (node.spec.kind !== 'bead') continue;
      const row = this.row(store, node);
      rows.push(row);
      this.#count(row.id, row.status);
    }
    return { run: this.runRow(store), beads: rows };
  }

  /** Nodes of which readers were told something else than they would be now. */
  #toldOtherwise({ nodes, run }: Store): NodeState[] {
    return [...nodes.values()].filter((node) => this.#statuses.get(node.spec.id) !== statusOf(run, node));
  }

  /** All rows as they are whenever they are gone through; made one by one. */
  rows(store: Store): Iterable<BeadRow> {
    return { [Symbol.iterator]: () => this.#each(store) };
  }

  *#each(store: Store): Iterator<BeadRow> {
    for (const node of store.nodes.values()) if (node.spec.kind === 'bead') yield this.row(store, node);
  }

  row(store: Store, node: NodeState): BeadRow {
    const { id, level } = node.spec;
    const bead = this.#names.get(id);
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
      ...(node.selected ? {} : { isUnasked: true }),
      ...(bead.parent === undefined ? {} : { parent: bead.parent }),
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
      // Always there: the header may be a row of an earlier look.
      people: peopleOf(store),
      ...(this.#hasSync ? { hasSync: true as const } : {}),
    };
  }

  #count(id: NodeId, status: NodeStatus): void {
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
      if (phase.how === 'requirement') return `skipped because ${phase.because} did not succeed`;
      if (phase.how === 'person') return 'left out by a person';
      if (phase.because === node.spec.id) return 'not taken: its condition does not hold';
      return `not taken: what it would follow (${phase.because}) was not taken either, or did not fail`;
    case 'done':
      if (phase.how === 'declared') return 'declared done by its file, not verified';
      return phase.how === 'earlier-run' ? 'done by an earlier run, unchanged since' : undefined;
    case 'stopping':
      return phase.reason === 'timeout' ? 'past its time limit, being stopped' : 'being stopped';
    case 'gated':
      return gateSentence(node);
    case 'asking':
      return `asks: ${phase.question}`;
    case 'proposing':
      return `wants to add ${count(node.proposal?.nodes.length ?? 0)}, which a person has to approve`;
    case 'expanding':
      return `its own work is done; ${node.childrenOpen} of the ${count(node.children.length)} it added are not`;
    case 'waiting':
    case 'judging':
    case 'ready':
    case 'running':
    case 'cancelled':
      return undefined;
    default:
      return unreachable(phase);
  }
}

const count = (beads: number): string => (beads === 1 ? '1 bead' : `${beads} beads`);

function gateSentence({ spec }: NodeState): string {
  return spec.gate === undefined || spec.gate === ''
    ? 'waits for approval'
    : `waits for approval: ${spec.gate}`;
}

/** What people are waited for, in no more than some lines. */
function peopleOf(store: Store): RunRow['people'] {
  const people: PersonNeeded[] = [];
  for (const id of store.people) {
    const node = store.node(id);
    if (!node.selected) continue;
    const wants = node.phase.phase === 'asking' ? 'answer' : 'approval';
    people.push({ node: id, name: nodeName(id), wants, note: noteOf(node) ?? '' });
    if (people.length === MOST_PEOPLE) break;
  }
  return people.length === 0 ? undefined : people;
}

/** A thousand open gates are not read one by one. */
const MOST_PEOPLE = 20;
