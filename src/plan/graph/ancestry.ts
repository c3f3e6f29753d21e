import type { FormulaDraft } from '../dialects/formula-draft.ts';
import { hasSync } from './lower.ts';
import type { Graph } from './resolve.ts';

/** Edges looked at for all questions together: dense graphs with thousands of conditions would cost their product. */
const PATIENCE = 5_000_000;

/**
 * Which beads are settled (or, behind a join, at least looked at) before another one starts.
 * Owns: the patience that is left. I1: `true` is also the answer when patience is used up; at run time such a bead is simply
 * found pending.
 */
export class Ancestry {
  readonly #graph: Graph;
  readonly #levels: readonly number[];
  readonly #hasLevels: boolean;
  /** Position in a workflow's sequence. */
  readonly #position: ReadonlyMap<number, number> | undefined;
  #patience = PATIENCE;

  constructor(
    formula: Pick<FormulaDraft, 'type' | 'sync'>,
    graph: Graph,
    levels: readonly number[],
    sequence: readonly number[],
  ) {
    this.#graph = graph;
    this.#levels = levels;
    this.#hasLevels = hasSync(formula);
    this.#position =
      formula.type === 'workflow' ? new Map(sequence.map((node, position) => [node, position])) : undefined;
  }

  comesBefore(one: number, other: number): boolean {
    if (this.#position !== undefined)
      return (this.#position.get(one) ?? 0) < (this.#position.get(other) ?? 0);
    if (this.#levelOf(one) >= this.#levelOf(other)) return false;
    return this.#hasLevels || this.#isRequired(one, other);
  }

  /** Nearest requirements first: nearly every condition asks for one of them. */
  #isRequired(one: number, other: number): boolean {
    const bottom = this.#levelOf(one);
    const seen = new Set([other]);
    for (const node of seen) {
      for (const need of this.#graph.requires[node] ?? []) {
        if (need === one || this.#patience-- <= 0) return true;
        if (this.#levelOf(need) > bottom) seen.add(need);
      }
    }
    return false;
  }

  #levelOf(node: number): number {
    return this.#levels[node] ?? 0;
  }
}
