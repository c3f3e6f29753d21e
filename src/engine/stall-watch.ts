/**
 * Looks whether a driver that does nothing could do something, and says so once per stall: that is a bug of ours, and
 * a person who waits for a run deserves to know it is not the plan's fault.
 */
import type { NodeId } from '../core/ids.ts';
import { remind, stalled } from '../core/stall.ts';
import { noCounts, statusOf } from '../core/status.ts';
import type { Store } from '../core/store.ts';
import type { Clock } from '../ports/work.ts';

/** What there is to report about a stall; ids and numbers, no texts of authors or agents. */
export interface Stall {
  readonly node: NodeId;
  readonly dump: Readonly<Record<string, unknown>>;
}

/** So long nothing has to happen. */
export const STALL_MS = 10_000;

export interface StallWatchParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly report: (stall: Stall) => void;
  /** Takes a turn, which may start what was forgotten. */
  readonly nudge: () => void;
}

export class StallWatch implements Disposable {
  readonly #parts: StallWatchParts;
  #timer: Disposable | undefined;
  /** Reported, and nothing has happened since. */
  #known: NodeId | undefined;

  constructor(parts: StallWatchParts) {
    this.#parts = parts;
  }

  /** A turn was taken; `hasHappened`: and something came of it. */
  turned(hasHappened: boolean): void {
    if (hasHappened) this.#known = undefined;
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#parts.clock.after(STALL_MS, () => this.#look());
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #look(): void {
    const { store, report, nudge } = this.#parts;
    const node = stalled(store);
    if (node === undefined || node === this.#known) return;
    this.#known = node;
    report({ node, dump: dumpOf(store, node) });
    remind(store, node);
    nudge();
  }
}

function dumpOf(store: Store, id: NodeId): Stall['dump'] {
  const { run, judging, undecided, people, inWork, readySyncs } = store;
  const { spec, phase, selected, owed, open, met, broken, excused, barred, attempts } = store.node(id);
  const statuses = noCounts();
  for (const node of store.nodes.values()) statuses[statusOf(run, node)] += 1;
  return {
    node: { id, phase, selected, owed, open, met, broken, excused, barred, attempts },
    needs: spec.needs.map(({ node, on }) => ({ node, on, phase: store.node(node).phase.phase })),
    lane: spec.kind === 'bead' ? { rig: spec.rig, agent: spec.agent, locks: spec.locks } : undefined,
    run: {
      id: run.run,
      phase: run.phase,
      limits: run.limits,
      working: run.working,
      perRig: Object.fromEntries(run.workingPerRig),
      perAgent: Object.fromEntries(run.workingPerAgent),
      locks: Object.fromEntries(run.locks),
      unsettled: run.unsettled,
      lastAt: run.lastAt,
    },
    statuses,
    queues: {
      judging: [...judging],
      undecided,
      people: people.size,
      inWork: [...inWork],
      readySyncs: [...readySyncs],
    },
  };
}
