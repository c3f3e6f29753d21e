/**
 * The regular expressions of `pattern`: those of RE2, matched against whole values without backtracking. No pattern of a
 * stranger's formula can hang whoever looks at it: the cost is the length of the value times the size of the pattern, which
 * is bounded here.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { quote } from '../../diagnostic/neutralise.ts';

/** Longest pattern that is read. */
export const LONGEST_PATTERN = 256;
/** Largest pattern once its repetitions are written out, as {@link sizeOf} counts it. */
const LARGEST_PATTERN = 2000;

/** Tells whether a whole value matches. */
export type Matcher = (value: string) => boolean;

/** Why a pattern is refused. */
export interface PatternProblem {
  /** Follows the name of the pattern. */
  readonly problem: string;
  readonly hints: readonly string[];
}

/** Reads a pattern. */
export function readPattern(pattern: string): Matcher | PatternProblem {
  if (pattern.length > LONGEST_PATTERN)
    return { problem: `is longer than ${LONGEST_PATTERN} characters`, hints: [] };
  if (sizeOf(pattern) > LARGEST_PATTERN)
    return { problem: 'repeats too much', hints: ['use smaller bounds, `*` or `+`'] };
  try {
    const program = RE2JS.compile(pattern);
    return (value) => program.testExact(value);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const where = error.getPattern();
    return {
      problem: `is not understood: ${error.getDescription()}${where === null ? '' : `: ${quote(where)}`}`,
      hints: ['patterns are those of RE2: they cannot look around or refer back'],
    };
  }
}

/**
 * An upper bound, up to a factor of two, of a pattern's size: every count adds what it repeats, and one after a group, or
 * after `\E` that may hide a group, is taken to repeat everything. RE2 writes bounded repetitions out before it knows how
 * much that is: a pattern of 256 characters can cost half a second and 100 MB, and a formula may declare thousands.
 */
function sizeOf(pattern: string): number {
  let size = pattern.length;
  let times = 1;
  for (const [, group, least, most] of pattern.matchAll(/(\)|\\E)?\{(\d+)(?:,(\d*))?\}/g)) {
    const count = Math.max(1, Number(least), Number(most ?? 0));
    if (group === undefined) size += count;
    else times *= count;
  }
  return size * times;
}
