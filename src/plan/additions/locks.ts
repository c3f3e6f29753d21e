/**
 * Locks of beads that are added together: the spellings of their artifacts, as every bead of such a run holds them
 * (`graph/locks.ts`), and one more for each two patterns that could name the same file.
 */
import { spellingOf } from '../graph/glob-overlap.ts';
import { overlaps } from '../graph/overlaps.ts';

/** Locks held by all of them together; beyond it a glob is one lock for everything that it overlaps with. */
const MOST_HELD = 100_000;

/** By bead, from the artifacts by bead. */
export function locksTogether(artifacts: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const locks = artifacts.map((patterns) => new Set(patterns.map(spellingOf)));
  const owners = new Map<string, Set<string>[]>();
  for (const own of locks)
    for (const spelling of own) {
      const known = owners.get(spelling);
      if (known === undefined) owners.set(spelling, [own]);
      else known.push(own);
    }
  let held = 0;
  const hold = (name: string, patterns: readonly string[]): void => {
    for (const own of patterns.flatMap((pattern) => owners.get(pattern) ?? [])) {
      own.add(name);
      held += 1;
    }
  };
  const found = overlaps([...owners.keys()]);
  for (const [glob, other] of found.pairs)
    hold(held > MOST_HELD ? glob : `${glob} & ${other}`, [glob, other]);
  for (const { folder, patterns } of found.crowds) hold(`${folder}/**`, [...new Set(patterns)]);
  return locks.map((own) => [...own].sort());
}
