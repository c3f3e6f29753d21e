/**
 * Which files an artifact pattern names. Owns: the walk. Does not own: what a missing file means.
 * I1 Only regular files inside the rig count, links resolved.
 * I2 A walk looks at no more than a fixed number of entries, and gives way to other work between slices.
 */
import { join } from 'node:path';
import { realPath } from '../os/read-files.ts';
import { type Entry, entriesOf, lookAt } from '../os/tree-files.ts';
import { matchesName, parseGlob, type Segment } from './glob.ts';

/** One file that a pattern names. */
interface ArtifactFile {
  /** Relative to the rig. */
  readonly path: string;
  readonly size: number;
  /** Epoch ms. */
  readonly changedAt: number;
}

/** What was found for one pattern. */
export interface ArtifactFind {
  readonly pattern: string;
  readonly files: readonly ArtifactFile[];
  /** Things that were named but do not count: relative to the rig, and why. */
  readonly refused: readonly { readonly path: string; readonly why: 'outside' | 'folder' | 'not-a-file' }[];
  /** Why the search ended early, if it did. */
  readonly limit: 'entries' | 'alternatives' | undefined;
}

/** Entries a search may look at: some seconds of work. */
const MAX_ENTRIES = 500_000;
/** Entries between two pauses: a few milliseconds of work. */
const SLICE = 2_000;
/** Folders that `**` does not enter: what is in them is nobody's work. */
const NOT_ENTERED = new Set(['node_modules', '.git']);

/** Searches step by step; every `yield` is a good moment to let others work. `root` is a real path. */
export function* searchArtifact(
  root: string,
  pattern: string,
  maxEntries = MAX_ENTRIES,
): Generator<undefined, ArtifactFind> {
  const search = new Search(root, maxEntries);
  // A pattern that is itself the path of something means that: names such as `[id].tsx` are common.
  if (!pattern.endsWith('/') && search.takeLiteral(pattern)) return search.result(pattern, false);
  const alternatives = parseGlob(pattern);
  for (const segments of alternatives ?? []) yield* search.walk('', segments);
  return search.result(pattern, alternatives === undefined);
}

/** The same in one go, for callers that cannot wait. */
export function findArtifact(root: string, pattern: string): ArtifactFind {
  const search = searchArtifact(root, pattern);
  for (;;) {
    const step = search.next();
    if (step.done) return step.value;
  }
}

class Search {
  readonly #root: string;
  readonly #files = new Map<string, ArtifactFile>();
  readonly #refused = new Map<string, 'outside' | 'folder' | 'not-a-file'>();
  readonly #maxEntries: number;
  #entries = 0;

  constructor(root: string, maxEntries: number) {
    this.#root = root;
    this.#maxEntries = maxEntries;
  }

  result(pattern: string, tooManyAlternatives: boolean): ArtifactFind {
    const tooManyEntries = this.#entries > this.#maxEntries;
    return {
      pattern,
      files: [...this.#files.values()],
      refused: [...this.#refused].map(([path, why]) => ({ path, why })),
      limit: tooManyAlternatives ? 'alternatives' : tooManyEntries ? 'entries' : undefined,
    };
  }

  takeLiteral(pattern: string): boolean {
    const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.length === 0 || parts.includes('..') || parts.some((part) => part.includes('\0'))) return false;
    const path = parts.join('/');
    if (lookAt(join(this.#root, path), false) === undefined) return false;
    this.#take(path);
    return true;
  }

  *walk(folder: string, segments: readonly Segment[]): Generator<undefined, void> {
    const [segment, ...rest] = segments;
    if (segment === undefined) return;
    if (segment.type === 'name') {
      yield* this.#enter(folder, { name: segment.name, kind: 'link' }, rest);
      return;
    }
    const isDeep = segment.type === 'folders';
    // `**` stands for no folder at all, too; at the end it stands for every file below.
    if (isDeep && rest.length > 0) yield* this.walk(folder, rest);
    for (const entry of entriesOf(join(this.#root, folder))) {
      if (this.#entries > this.#maxEntries) return;
      this.#entries += 1;
      if (this.#entries % SLICE === 0) yield undefined;
      if (!matchesName(segment, entry.name)) continue;
      if (!isDeep) yield* this.#enter(folder, entry, rest);
      else if (entry.kind === 'folder') {
        // Links are not entered: they may lead in circles.
        if (!NOT_ENTERED.has(entry.name)) yield* this.walk(below(folder, entry.name), segments);
      } else if (rest.length === 0) this.#take(below(folder, entry.name));
    }
  }

  *#enter(folder: string, entry: Entry, rest: readonly Segment[]): Generator<undefined, void> {
    const path = below(folder, entry.name);
    if (rest.length === 0) this.#take(path);
    else if (entry.kind === 'folder' || entry.kind === 'link') {
      const real = realPath(join(this.#root, path));
      if (real === undefined) return;
      if (this.#isInside(real)) yield* this.walk(path, rest);
      else this.#refused.set(path, 'outside');
    }
  }

  #take(path: string): void {
    const full = join(this.#root, path);
    const real = realPath(full);
    if (real === undefined) return;
    const sight = lookAt(real, false);
    if (sight === undefined) return;
    if (!this.#isInside(real)) this.#refused.set(path, 'outside');
    else if (sight.kind === 'folder') this.#refused.set(path, 'folder');
    else if (sight.kind !== 'file') this.#refused.set(path, 'not-a-file');
    else {
      // A link that was made now counts as changed, whatever the age of the file behind it.
      const changedAt = Math.max(sight.changedAt, lookAt(full, false)?.changedAt ?? 0);
      this.#files.set(path, { path, size: sight.size, changedAt });
    }
  }

  #isInside(real: string): boolean {
    return real === this.#root || real.startsWith(this.#root === '/' ? '/' : `${this.#root}/`);
  }
}

const below = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
