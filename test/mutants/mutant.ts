/**
 * A deliberate mistake: one text of the source, and what stands there instead. The tests that are named must notice. The
 * source on disk is never touched: modules are rewritten as they are loaded (`bench.mjs`).
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface Mutant {
  /** Lower case words joined by hyphens; unique. */
  readonly name: string;
  /** The kind of bug it stands for, in one sentence. */
  readonly stands: string;
  /** Relative to the root of the repository, as are {@link tests}. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Test files of which one notices: the fastest that do. */
  readonly tests: readonly string[];
  /** Only tests whose names hold this are run, where a file takes long. */
  readonly named?: string;
}

/** Of one file; `tests` notice, unless a mutant says otherwise. */
export function inFile(
  file: string,
  tests: readonly string[],
  mutants: readonly (Omit<Mutant, 'file' | 'tests'> & Partial<Pick<Mutant, 'tests'>>)[],
): readonly Mutant[] {
  return mutants.map((mutant) => ({ file, tests, ...mutant }));
}

/** The absolute path of a file of the repository, in whose root everything here is run. */
export const pathOf = (file: string): string => resolve(file);

/** How often the text of a mutant occurs in its file: once, or the mutant is out of date. */
export function occurrences({ file, find }: Mutant): number {
  return readFileSync(pathOf(file), 'utf8').split(find).length - 1;
}

/** The text of the file with the mistake in it. */
export function mutated({ name, find, replace }: Mutant, text: string): string {
  const [before, after, ...more] = text.split(find);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${name}: its text occurs ${text.split(find).length - 1} times, not once`);
  return before + replace + after;
}
