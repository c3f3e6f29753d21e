/**
 * Whether two artifact patterns could name the same file. Errs on the side of yes: character classes and braces count as
 * "anything within one segment". Used for locks and remarks only; matching files is the verifier's business.
 */

/** Whether a pattern is more than a path. */
export const isGlob = (pattern: string): boolean => /[*?[{]/.test(pattern);

/** Segments without `.` and doubled slashes. */
export const segmentsOf = (pattern: string): readonly string[] =>
  pattern.split('/').filter((segment) => segment !== '' && segment !== '.');

/** A pattern as all that mean the same are spelt: without `.` and doubled slashes. */
export const spellingOf = (pattern: string): string =>
  pattern.includes('//') || pattern.includes('./')
    ? `${segmentsOf(pattern).join('/')}${pattern.endsWith('/') ? '/' : ''}`
    : pattern;

/** Whether some path could match both. */
export function couldOverlap(a: readonly string[], b: readonly string[]): boolean {
  // reach[j]: the first i segments of `a` and the first j of `b` can stand for the same folders.
  let reach: boolean[] = [];
  for (let i = 0; i <= a.length; i++) {
    const row: boolean[] = [];
    for (let j = 0; j <= b.length; j++) {
      const left = a[i - 1];
      const right = b[j - 1];
      row.push(
        (i === 0 && j === 0) ||
          (left === '**' && (reach[j] === true || (j > 0 && row[j - 1] === true))) ||
          (right === '**' && (row[j - 1] === true || (i > 0 && reach[j] === true))) ||
          (left !== undefined &&
            right !== undefined &&
            reach[j - 1] === true &&
            segmentsOverlap(left, right)),
      );
    }
    reach = row;
  }
  return reach[b.length] === true;
}

function segmentsOverlap(a: string, b: string): boolean {
  const aIsGlob = isGlob(a);
  const bIsGlob = isGlob(b);
  if (!aIsGlob && !bIsGlob) return a === b;
  return wildcardsOverlap(loosened(a), loosened(b));
}

/** Classes and braces become `*`. */
const loosened = (segment: string): string =>
  /[[{]/.test(segment) ? segment.replace(/[[{].*[\]}]|[[{].*/g, '*') : segment;

function wildcardsOverlap(a: string, b: string): boolean {
  // Two long patterns would cost their product; a file name has 255 bytes anyway.
  if (a.length > 512 || b.length > 512) return true;
  let reach: boolean[] = [];
  for (let i = 0; i <= a.length; i++) {
    const row: boolean[] = [];
    for (let j = 0; j <= b.length; j++) {
      const left = a.charAt(i - 1);
      const right = b.charAt(j - 1);
      row.push(
        (i === 0 && j === 0) ||
          (i > 0 && left === '*' && (reach[j] === true || (j > 0 && row[j - 1] === true))) ||
          (j > 0 && right === '*' && (row[j - 1] === true || (i > 0 && reach[j] === true))) ||
          (i > 0 && j > 0 && reach[j - 1] === true && (left === right || left === '?' || right === '?')),
      );
    }
    reach = row;
  }
  return reach[b.length] === true;
}
