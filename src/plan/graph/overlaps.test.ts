import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { couldOverlap, isGlob, segmentsOf } from './glob-overlap.ts';
import { overlaps } from './overlaps.ts';

const segment = fc.constantFrom('a', 'b', '*', '**', 'a*', '?');
const pattern = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const key = (a: string, b: string): string => [a, b].sort().join(' | ');

describe('overlaps', () => {
  it('finds the pairs that comparing all with all finds, each once', () => {
    fc.assert(
      fc.property(fc.uniqueArray(pattern, { maxLength: 12 }), (patterns) => {
        const expected = patterns.flatMap((a, at) =>
          patterns
            .slice(at + 1)
            .filter((b) => (isGlob(a) || isGlob(b)) && couldOverlap(segmentsOf(a), segmentsOf(b)))
            .map((b) => key(a, b)),
        );
        const found = overlaps(patterns);
        expect(found.crowds).toEqual([]);
        expect(found.pairs.map(([a, b]) => key(a, b)).sort()).toEqual(expected.sort());
        for (const [glob] of found.pairs) expect(isGlob(glob)).toBe(true);
      }),
    );
  });

  it('takes the patterns of a crowded folder together', () => {
    const globs = Array.from({ length: 200 }, (_, at) => `src/*-${at}.txt`);
    const { pairs, crowds } = overlaps([...globs, 'src/deep/file', 'other/file']);
    expect(pairs).toEqual([]);
    expect(crowds.map(({ folder }) => folder)).toEqual(['src']);
    expect(crowds[0]?.patterns).toContain('src/deep/file');
    expect(crowds[0]?.patterns).not.toContain('other/file');
  });

  it('compares beads that keep to their own folders with nobody', () => {
    const patterns = Array.from({ length: 10_000 }, (_, at) => `src/part-${at}/**/*.ts`);
    expect(overlaps(patterns)).toEqual({ pairs: [], crowds: [] });
  });
});
