/**
 * Beads that could run at once and would leave the same file share a lock: the name of the artifact, or of the two
 * patterns that could name the same file.
 */
import type { FormulaDraft } from './formula-draft.ts';
import { couldOverlap, isGlob, segmentsOf } from './glob-overlap.ts';
import { hasSync } from './lower.ts';
import type { Graph } from './resolve.ts';

/** Two patterns of different beads that could name the same file (or are equal). */
export interface Conflict {
  readonly patterns: readonly [string, string];
  /** Two beads that declare them and could run at once; undefined when the plan orders all of them. */
  readonly pair: readonly [number, number] | undefined;
}

export interface Locks {
  readonly locks: readonly (readonly string[])[];
  readonly conflicts: readonly Conflict[];
}

/** Comparisons of patterns; beyond it globs of the same top folder are taken to overlap. */
const MOST_COMPARISONS = 1_000_000;
/** Pairs of beads looked at per conflict. */
const MOST_PAIRS = 256;

/** Finds the conflicts and names the locks. */
export function findLocks(formula: FormulaDraft, graph: Graph, levels: readonly number[]): Locks {
  const owners = ownersOf(graph);
  const order = new Ordering(formula, graph, levels);
  const locks: Set<string>[] = graph.beads.map(() => new Set<string>());
  const conflicts: Conflict[] = [];
  const settle = (a: string, b: string, aOwners: readonly number[], bOwners: readonly number[]): void => {
    const pair = order.unordered(aOwners, bOwners);
    conflicts.push({ patterns: [a, b], pair });
    if (pair === undefined) return;
    const name = a === b ? a : `${a} & ${b}`;
    for (const owner of [...aOwners, ...bOwners]) locks[owner]?.add(name);
  };
  for (const [pattern, beads] of owners) {
    if (beads.length > 1) settle(pattern, pattern, beads, beads);
  }
  for (const [glob, other] of overlappingPatterns([...owners.keys()])) {
    const globOwners = owners.get(glob) ?? [];
    const otherOwners = owners.get(other) ?? [];
    const isOneBead = globOwners.length === 1 && otherOwners.length === 1 && globOwners[0] === otherOwners[0];
    if (!isOneBead) settle(glob, other, globOwners, otherOwners);
  }
  return { locks: locks.map((names) => (names.size === 0 ? NONE : [...names].sort())), conflicts };
}

const NONE: readonly string[] = [];

function ownersOf(graph: Graph): ReadonlyMap<string, readonly number[]> {
  const owners = new Map<string, number[]>();
  graph.beads.forEach((bead, node) => {
    for (const { value } of bead.artifacts) {
      const pattern = value.includes('//') || value.includes('./') ? segmentsOf(value).join('/') : value;
      const known = owners.get(pattern);
      if (known === undefined) owners.set(pattern, [node]);
      else if (known[known.length - 1] !== node) known.push(node);
    }
  });
  return owners;
}

/** Pairs of a glob and another pattern that could name the same file. */
function* overlappingPatterns(patterns: readonly string[]): Generator<readonly [string, string]> {
  const globs = patterns.filter(isGlob);
  if (globs.length === 0) return;
  const split = new Map(patterns.map((pattern) => [pattern, segmentsOf(pattern)]));
  const byTop = new Map<string, string[]>();
  for (const pattern of patterns) {
    const top = topOf(split.get(pattern) ?? []);
    const group = byTop.get(top);
    if (group === undefined) byTop.set(top, [pattern]);
    else group.push(pattern);
  }
  const position = new Map(patterns.map((pattern, at) => [pattern, at]));
  let comparisons = 0;
  for (const glob of globs) {
    const segments = split.get(glob) ?? [];
    const top = topOf(segments);
    const groups = top === ANY_TOP ? [...byTop.values()] : [byTop.get(top) ?? [], byTop.get(ANY_TOP) ?? []];
    for (const other of groups.flat()) {
      const isSeenFromOther = isGlob(other) && (position.get(other) ?? 0) <= (position.get(glob) ?? 0);
      if (other === glob || isSeenFromOther) continue;
      comparisons++;
      if (comparisons > MOST_COMPARISONS || couldOverlap(segments, split.get(other) ?? []))
        yield [glob, other];
    }
  }
}

const ANY_TOP = '*';

const topOf = (segments: readonly string[]): string => {
  const top = segments[0] ?? ANY_TOP;
  return isGlob(top) ? ANY_TOP : top;
};

/** Which beads the lowered graph never runs at once. */
class Ordering {
  readonly #kind: 'sequence' | 'levels' | 'requires';
  readonly #graph: Graph;
  readonly #levels: readonly number[];

  constructor(formula: FormulaDraft, graph: Graph, levels: readonly number[]) {
    const hasJoins = graph.beads.some((bead) => bead.join !== undefined && bead.join.value !== 'all');
    // A bead with a join of its own is not held by sync points.
    this.#kind =
      formula.type === 'workflow' ? 'sequence' : hasSync(formula) && !hasJoins ? 'levels' : 'requires';
    this.#graph = graph;
    this.#levels = levels;
  }

  /** Some pair of different beads, one of each group, that could run at once. */
  unordered(a: readonly number[], b: readonly number[]): readonly [number, number] | undefined {
    if (this.#kind === 'sequence') return undefined;
    if (this.#kind === 'levels') return this.#sameLevel(a, b);
    let pairs = 0;
    for (const left of a) {
      for (const right of b) {
        if (left === right || (a === b && right < left)) continue;
        // Too many to look at: taking them as unordered costs parallelism, the opposite would cost files.
        if (++pairs > MOST_PAIRS || !this.#isOrdered(left, right)) return [left, right];
      }
    }
    return undefined;
  }

  #sameLevel(a: readonly number[], b: readonly number[]): readonly [number, number] | undefined {
    const byLevel = new Map<number, number[]>();
    for (const node of a) {
      const level = this.#levels[node] ?? 0;
      const group = byLevel.get(level);
      if (group === undefined) byLevel.set(level, [node]);
      else if (group.length < 2) group.push(node);
    }
    for (const node of b) {
      const other = byLevel.get(this.#levels[node] ?? 0)?.find((candidate) => candidate !== node);
      if (other !== undefined) return [other, node];
    }
    return undefined;
  }

  /** Whether one waits for the other, directly or not; an `any` join may start without what it lists. */
  #isOrdered(a: number, b: number): boolean {
    const levelA = this.#levels[a] ?? 0;
    const levelB = this.#levels[b] ?? 0;
    if (levelA === levelB) return false;
    const [upper, lower] = levelA > levelB ? [a, b] : [b, a];
    const bottom = Math.min(levelA, levelB);
    const seen = new Set([upper]);
    const work = [upper];
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      const join = this.#graph.beads[node]?.join;
      if (join !== undefined && join.value !== 'all') continue;
      for (const need of this.#graph.requires[node] ?? []) {
        if (need === lower) return true;
        if ((this.#levels[need] ?? 0) <= bottom || seen.has(need)) continue;
        seen.add(need);
        work.push(need);
      }
    }
    return false;
  }
}
