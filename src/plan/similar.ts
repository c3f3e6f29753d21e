/** What an author may have meant, and what there is to choose from. */
import { Patience } from '../diagnostic/patience.ts';

/**
 * The candidate that `word` is most probably a misspelling of; undefined when none is near, or when nothing is left of
 * the patience for it. Distance: insertions, deletions, replacements and swaps of neighbours; at most a third of the word
 * may differ.
 */
export function similar(
  word: string,
  candidates: Iterable<string>,
  patience: Patience = new Patience(),
): string | undefined {
  if (word.length > 128) return undefined;
  const wanted = word.toLowerCase();
  let limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  for (const candidate of candidates) {
    const isFar = Math.abs(candidate.length - wanted.length) > limit;
    if (!patience.spend(isFar ? 1 : 1 + wanted.length)) return undefined;
    if (isFar) continue;
    const found = distance(wanted, candidate.toLowerCase(), limit);
    if (found <= limit && found < Math.max(wanted.length, candidate.length)) {
      if (found === 0) return candidate;
      best = candidate;
      limit = found - 1;
    }
  }
  return best;
}

/** Optimal string alignment distance, given up as soon as every continuation exceeds `limit`. */
function distance(a: string, b: string, limit: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let cell = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped =
        i > 1 &&
        j > 1 &&
        a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
        a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (swapped) cell = Math.min(cell, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cell);
      smallest = Math.min(smallest, cell);
    }
    if (smallest > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** As many names as anybody would read. */
const MOST_NAMES = 20;

/** Names for a sentence: `a, b, c`, and how many more there are. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length <= MOST_NAMES ? shown : `${shown} and ${names.length - MOST_NAMES} more`;
}
