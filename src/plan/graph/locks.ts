/**
 * Beads that could run at once and would leave the same file share a lock: the name of the artifact, or of the two
 * patterns that could name the same file. Where beads may be added while the run goes on, every bead holds locks named
 * after all its patterns, for those to come (`additions/locks.ts`).
 */
import type { FormulaDraft } from '../dialects/formula-draft.ts';
import { spellingOf } from './glob-overlap.ts';
import { type AtOnce, Ordering } from './ordering.ts';
import { overlaps } from './overlaps.ts';
import type { Graph } from './resolve.ts';

/** Two patterns of beads that could run at once, which could name the same file (or are equal). */
export interface Conflict {
  readonly patterns: readonly [string, string];
  /** Two beads that declare them. */
  readonly pair: readonly [number, number];
}

export interface Locks {
  /** By bead. */
  readonly locks: readonly (readonly string[])[];
  readonly conflicts: readonly Conflict[];
}

/** Locks held by all beads together; beyond it a glob is one lock for everything that it overlaps with. */
const MOST_HELD = 100_000;

/** Finds the conflicts and names the locks. */
export function findLocks(formula: FormulaDraft, graph: Graph, levels: readonly number[]): Locks {
  const owners = ownersOf(graph);
  const order = new Ordering(formula, graph, levels);
  const locks = new Map<number, Set<string>>();
  const conflicts: Conflict[] = [];
  let held = 0;
  const hold = (name: string, beads: readonly number[]): void => {
    for (const bead of beads) {
      const names = locks.get(bead) ?? new Set<string>();
      locks.set(bead, names.add(name));
    }
    held += beads.length;
  };
  const note = (answer: AtOnce, patterns: readonly [string, string]): void => {
    if (answer.type === 'pair') conflicts.push({ patterns, pair: answer.pair });
  };
  for (const [pattern, beads] of owners) {
    if (beads.length < 2) continue;
    const answer = order.within(beads);
    note(answer, [pattern, pattern]);
    if (answer.type !== 'never') hold(pattern, beads);
  }
  const found = overlaps([...owners.keys()]);
  for (const [glob, other] of found.pairs) {
    const globOwners = owners.get(glob) ?? NONE;
    const otherOwners = owners.get(other) ?? NONE;
    const answer = order.between(globOwners, otherOwners);
    note(answer, [glob, other]);
    if (answer.type === 'never') continue;
    hold(held > MOST_HELD ? glob : `${glob} & ${other}`, [...globOwners, ...otherOwners]);
  }
  for (const { folder, patterns } of found.crowds) {
    hold(`${folder}/**`, [...new Set(patterns.flatMap((pattern) => owners.get(pattern) ?? NONE))]);
  }
  if (formula.spawn !== undefined) for (const [pattern, beads] of owners) hold(pattern, beads);
  return { locks: graph.beads.map((_, bead) => sorted(locks.get(bead))), conflicts };
}

const NONE: readonly never[] = [];

const sorted = (names: ReadonlySet<string> | undefined): readonly string[] =>
  names === undefined ? NONE : [...names].sort();

function ownersOf(graph: Graph): ReadonlyMap<string, readonly number[]> {
  const owners = new Map<string, number[]>();
  graph.beads.forEach((bead, node) => {
    for (const { value } of bead.artifacts) {
      const pattern = spellingOf(value);
      const known = owners.get(pattern);
      if (known === undefined) owners.set(pattern, [node]);
      else if (known[known.length - 1] !== node) known.push(node);
    }
  });
  return owners;
}
