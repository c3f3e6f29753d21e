import type { FormulaDraft } from '../dialects/formula-draft.ts';
import { hasSync } from './lower.ts';
import type { Graph } from './resolve.ts';

/** Whether beads could run at once; `unknown` where finding out would take too long. */
export type AtOnce =
  | { readonly type: 'never' }
  | { readonly type: 'pair'; readonly pair: readonly [number, number] }
  | { readonly type: 'unknown' };

/** Nodes visited for all questions together: plans that need more are taken to be unordered there. */
const PATIENCE = 2_000_000;
/** Pairs looked at per question. */
const MOST_PAIRS = 1000;

const NEVER: AtOnce = { type: 'never' };

/**
 * Which beads the lowered graph never runs at once.
 * Owns: the patience that is left. I1: `never` is only answered when every pair is ordered.
 */
export class Ordering {
  readonly #kind: 'sequence' | 'levels' | 'requires';
  readonly #graph: Graph;
  readonly #levels: readonly number[];
  #patience = PATIENCE;

  constructor(formula: FormulaDraft, graph: Graph, levels: readonly number[]) {
    this.#kind = formula.type === 'workflow' ? 'sequence' : hasSync(formula) ? 'levels' : 'requires';
    this.#graph = graph;
    this.#levels = levels;
  }

  /** Whether two beads of one group could run at once. */
  within(group: readonly number[]): AtOnce {
    if (this.#kind === 'sequence') return NEVER;
    // If all are ordered they form a chain, so looking at neighbours is enough.
    const sorted = [...group].sort((a, b) => this.#levelOf(a) - this.#levelOf(b));
    for (let at = 1; at < sorted.length; at++) {
      const upper = sorted[at] ?? 0;
      const lower = sorted[at - 1] ?? 0;
      const answer = this.#pair(lower, upper);
      if (answer.type !== 'never') return answer;
    }
    return NEVER;
  }

  /** Whether a bead of one group and another one of the other could run at once. */
  between(a: readonly number[], b: readonly number[]): AtOnce {
    if (this.#kind === 'sequence') return NEVER;
    let pairs = 0;
    for (const left of a) {
      for (const right of b) {
        if (left === right) continue;
        if (++pairs > MOST_PAIRS) return { type: 'unknown' };
        const answer = this.#pair(left, right);
        if (answer.type !== 'never') return answer;
      }
    }
    return NEVER;
  }

  #pair(a: number, b: number): AtOnce {
    if (this.#levelOf(a) === this.#levelOf(b)) return { type: 'pair', pair: [a, b] };
    if (this.#kind === 'levels') return NEVER;
    const isOrdered = this.#levelOf(a) > this.#levelOf(b) ? this.#waitsFor(a, b) : this.#waitsFor(b, a);
    if (isOrdered === undefined) return { type: 'unknown' };
    return isOrdered ? NEVER : { type: 'pair', pair: [a, b] };
  }

  /** Whether `upper` waits for `lower`, directly or not; an `any` join may start without what it lists. */
  #waitsFor(upper: number, lower: number): boolean | undefined {
    const bottom = this.#levelOf(lower);
    const seen = new Set([upper]);
    const work = [upper];
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      if (this.#patience-- <= 0) return undefined;
      const join = this.#graph.beads[node]?.join;
      if (join !== undefined && join.value !== 'all') continue;
      for (const need of this.#graph.requires[node] ?? []) {
        if (need === lower) return true;
        if (this.#levelOf(need) <= bottom || seen.has(need)) continue;
        seen.add(need);
        work.push(need);
      }
    }
    return false;
  }

  #levelOf(node: number): number {
    return this.#levels[node] ?? 0;
  }
}
