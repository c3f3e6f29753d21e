/**
 * The beads of a run as their authors wrote them: those of its plan, and those that joined it since.
 * I1  Folding a journal gives the same roster as having lived through it.
 */
import type { NodeId } from '../core/ids.ts';
import { invariant } from '../core/invariant.ts';
import type { Bead } from '../core/plan.ts';
import { damage } from './damage.ts';

export class Roster implements Names {
  readonly #beads: Map<NodeId, Bead>;
  readonly #added = new Map<NodeId, Bead>();

  constructor(beads: readonly Bead[]) {
    this.#beads = new Map(beads.map((bead) => [bead.id, bead]));
  }

  /** Takes note of beads that joined the run. */
  join(beads: readonly Bead[]): void {
    for (const bead of beads) {
      this.#beads.set(bead.id, bead);
      this.#added.set(bead.id, bead);
    }
  }

  /** Beads that joined the run. */
  get added(): readonly Bead[] {
    return [...this.#added.values()];
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

/** What readers are told about beads besides where they are. */
export interface Names {
  /** Beads joined the run. */
  join(beads: readonly Bead[]): void;
  get(id: NodeId): Pick<Bead, 'name' | 'requires' | 'parent'>;
}

/** The same from what readers were told before, for a run whose plan is not at hand. */
export class RowNames implements Names {
  readonly #rows: Map<NodeId, ReturnType<Names['get']>>;

  constructor(rows: readonly (ReturnType<Names['get']> & { readonly id: NodeId })[]) {
    this.#rows = new Map(rows.map((row) => [row.id, row]));
  }

  join(beads: readonly Bead[]): void {
    for (const bead of beads) this.#rows.set(bead.id, bead);
  }

  get(id: NodeId): ReturnType<Names['get']> {
    const row = this.#rows.get(id);
    // Rows and events are written together.
    if (row === undefined) throw damage(`bead ${id} has no row`);
    return row;
  }
}
