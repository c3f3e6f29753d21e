/**
 * What of a run is worth interrupting somebody for. Owns: which beads are known to wait for a person.
 * I1 Each turn is told once, however many commits follow it.
 */
import type { Event } from '../core/events.ts';
import type { NodeId, RunId } from '../core/ids.ts';
import { pauseSentence } from '../engine/sentences.ts';
import type { NotificationEvent } from '../plan/user-settings.ts';
import type { BeadRow, RunRow } from '../ports/journal.ts';

export interface Notification {
  readonly event: NotificationEvent;
  readonly formula: string;
  readonly run: RunId;
  readonly bead: NodeId | undefined;
  /** For people; may hold outside text. */
  readonly sentence: string | undefined;
}

export class TurningPoints {
  readonly #needy = new Set<NodeId>();

  /** Whoever waited before this session began was told of in the one before. */
  opened(rows: readonly BeadRow[]): void {
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

  #turnsNeedy({ id, status }: BeadRow): boolean {
    if (!needsPerson(status)) {
      this.#needy.delete(id);
      return false;
    }
    const isNew = !this.#needy.has(id);
    this.#needy.add(id);
    return isNew;
  }
}

const needsPerson = (status: string): boolean => status === 'needs-person';

function ofRun(
  event: Event,
  { counts }: RunRow,
  about: Pick<Notification, 'formula' | 'run'>,
): readonly Notification[] {
  switch (event.type) {
    case 'run-paused':
      // Whoever stopped it knows.
      if (event.reason.type === 'stop') return [];
      return [
        {
          ...about,
          event: 'paused',
          bead: 'node' in event.reason ? event.reason.node : undefined,
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
