/**
 * What of a run is worth interrupting somebody for. Owns: which beads are known to wait for a person.
 * I1 Each turn is told once, however many commits follow it.
 */
import type { Event } from '../core/events.ts';
import type { NodeId, RunId } from '../core/ids.ts';
import { nodeName, pauseSentence } from '../engine/sentences.ts';
import type { NotificationEvent } from '../plan/user-settings.ts';
import type { BeadRow, RunRow } from '../ports/journal.ts';

export interface Notification {
  readonly event: NotificationEvent;
  readonly formula: string;
  readonly run: RunId;
  /** A sync point by its name: `sync/0`. */
  readonly bead: string | undefined;
  /** For people; may hold outside text. */
  readonly sentence: string | undefined;
}

export class TurningPoints {
  readonly #needy = new Set<NodeId>();

  /** Whoever waited before this session began was told of in the one before. */
  opened(rows: Iterable<BeadRow>): void {
    for (const row of rows) this.#turnsNeedy(row);
  }

  /** What a commit has brought about, in order. */
  notificationsOf(
    run: RunRow,
    changed: readonly BeadRow[],
    events: readonly Event[],
  ): readonly Notification[] {
    const about = { formula: run.formula, run: run.run };
    const needy = changed.flatMap((row): readonly Notification[] =>
      this.#turnsNeedy(row) ? [{ ...about, event: 'needs-person', bead: row.id, sentence: row.note }] : [],
    );
    return [...needy, ...events.flatMap((event) => ofRun(event, run, about))];
  }

  #turnsNeedy({ id, status, isUnasked }: BeadRow): boolean {
    if (status !== 'needs-person' || isUnasked === true) {
      this.#needy.delete(id);
      return false;
    }
    const isNew = !this.#needy.has(id);
    this.#needy.add(id);
    return isNew;
  }
}

function ofRun(
  event: Event,
  { counts, people = [] }: RunRow,
  about: Pick<Notification, 'formula' | 'run'>,
): readonly Notification[] {
  switch (event.type) {
    case 'approval-requested': {
      // Beads have rows, which tell of every way in which they wait for a person; sync points have none.
      if (event.about !== 'sync') return [];
      const note = people.find(({ node }) => node === event.node)?.note;
      return [{ ...about, event: 'needs-person', bead: nodeName(event.node), sentence: note }];
    }
    case 'run-paused':
      // Whoever asked for it knows.
      if (event.reason.type === 'stop' || event.reason.type === 'pause') return [];
      return [
        {
          ...about,
          event: 'paused',
          bead: 'node' in event.reason ? nodeName(event.reason.node) : undefined,
          sentence: pauseSentence(event.reason),
        },
      ];
    case 'run-settled': {
      const parts = Object.entries(counts).flatMap(([status, count]) =>
        count > 0 ? [`${count} ${status}`] : [],
      );
      const done = event.outcome === 'done';
      return [{ ...about, event: done ? 'done' : 'failed', bead: undefined, sentence: parts.join(', ') }];
    }
    default:
      return [];
  }
}
