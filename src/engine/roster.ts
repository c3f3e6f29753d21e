/**
 * The beads of a run as their authors wrote them: those of its plan, and those that joined it since.
 * I1  Folding a journal gives the same roster as having lived through it.
 */
import type { Event } from '../core/events.ts';
import type { NodeId } from '../core/ids.ts';
import { invariant } from '../core/invariant.ts';
import type { Bead } from '../core/plan.ts';

export class Roster {
  readonly #beads: Map<NodeId, Bead>;

  constructor(beads: readonly Bead[]) {
    this.#beads = new Map(beads.map((bead) => [bead.id, bead]));
  }

  /** Takes note of beads that joined the run. */
  note(event: Event): void {
    if (event.type === 'beads-added') for (const bead of event.beads) this.#beads.set(bead.id, bead);
  }

  get(id: NodeId): Bead {
    const bead = this.#beads.get(id);
    invariant(bead !== undefined, `bead ${id} is known`);
    return bead;
  }

  find(id: NodeId): Bead | undefined {
    return this.#beads.get(id);
  }
}
