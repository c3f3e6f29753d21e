/**
 * The candidate that `word` is most probably a misspelling of; undefined when none is near. Distance: insertions,
 * deletions, replacements and swaps of neighbours; at most a third of the word may differ.
 */
export function similar(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > 128) return undefined;
  const wanted = word.toLowerCase();
  let limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) > limit) continue;
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
