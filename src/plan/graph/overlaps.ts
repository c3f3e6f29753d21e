/** Finds, among many artifact patterns, those that could name the same file, without comparing all with all. */
import { couldOverlap, isGlob, segmentsOf } from './glob-overlap.ts';

export interface Overlaps {
  /** A glob and another pattern, each pair once. */
  readonly pairs: readonly (readonly [string, string])[];
  /** Folders with so many globs that they are not compared: their patterns are taken to overlap. */
  readonly crowds: readonly { readonly folder: string; readonly patterns: readonly string[] }[];
}

/** Globs in one folder that are still compared one by one. */
const MOST_IN_FOLDER = 100;
/** What comparing may cost, two patterns and all: characters of the one times characters of the other. */
const MOST_FOR_TWO = 2_000_000;
const MOST_STEPS = 60_000_000;
/** Folders of a pattern that are looked at; what lies deeper counts as lying in the last one. */
const DEEPEST = 64;

interface Pattern {
  readonly text: string;
  readonly position: number;
  readonly segments: readonly string[];
  /** The folders above the first glob segment, from the top, '' first; of a path also itself, since `a/**` could name `a`. */
  readonly folders: readonly string[];
}

/**
 * Two patterns can only overlap if the folder in which one's globs begin lies at or above the other's: so each pattern
 * is compared with the globs that begin in its folders.
 */
export function overlaps(texts: readonly string[]): Overlaps {
  if (!texts.some(isGlob)) return { pairs: [], crowds: [] };
  const patterns = texts.map(parse);
  const globsByFolder = new Map<string, Pattern[]>();
  for (const pattern of patterns) {
    if (!isGlob(pattern.text)) continue;
    const folder = pattern.folders[pattern.folders.length - 1] ?? '';
    const group = globsByFolder.get(folder);
    if (group === undefined) globsByFolder.set(folder, [pattern]);
    else group.push(pattern);
  }
  const pairs: (readonly [string, string])[] = [];
  const crowds = new Map<string, string[]>();
  let steps = 0;
  for (const pattern of patterns) {
    for (const folder of pattern.folders) {
      const globs = globsByFolder.get(folder);
      if (globs === undefined) continue;
      if (globs.length > MOST_IN_FOLDER || steps > MOST_STEPS) {
        const crowd = crowds.get(folder) ?? globs.map((glob) => glob.text);
        crowd.push(pattern.text);
        crowds.set(folder, crowd);
        continue;
      }
      for (const glob of globs) {
        if (isLeftToOther(pattern, glob, folder)) continue;
        const cost = glob.text.length * pattern.text.length;
        steps += Math.min(cost, MOST_FOR_TWO);
        if (cost > MOST_FOR_TWO || couldOverlap(glob.segments, pattern.segments))
          pairs.push([glob.text, pattern.text]);
      }
    }
  }
  return { pairs, crowds: [...crowds].map(([folder, members]) => ({ folder, patterns: members })) };
}

/** Two globs that begin in the same folder meet twice. */
const isLeftToOther = (pattern: Pattern, glob: Pattern, folder: string): boolean => {
  const isSameFolder = isGlob(pattern.text) && pattern.folders[pattern.folders.length - 1] === folder;
  return isSameFolder && pattern.position <= glob.position;
};

function parse(text: string, position: number): Pattern {
  const segments = segmentsOf(text);
  const folders = [''];
  for (const segment of segments) {
    if (isGlob(segment) || folders.length > DEEPEST) break;
    folders.push(folders.length === 1 ? segment : `${folders[folders.length - 1]}/${segment}`);
  }
  return { text, position, segments, folders };
}
