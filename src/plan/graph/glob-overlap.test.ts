import { describe, expect, it } from 'vitest';
import { couldOverlap, segmentsOf } from './glob-overlap.ts';

describe('couldOverlap', () => {
  it.each([
    ['a/b.go', 'a/b.go', true],
    ['a/b.go', './a//b.go', true],
    ['a/b.go', 'a/c.go', false],
    ['a/*.go', 'a/b.go', true],
    ['a/*.go', 'a/b/c.go', false],
    ['a/*.go', 'a/*_test.go', true],
    ['a/*.go', 'a/*.ts', false],
    ['internal/**/*.go', 'internal/pet/handler.go', true],
    ['internal/**/*.go', 'internal/handler.go', true],
    ['internal/**/*.go', 'web/handler.go', false],
    ['**', 'anything/at/all', true],
    ['**/a', 'b/**', true],
    ['a/**/b', 'a/**/c', false],
    ['a?c', 'abc', true],
    ['a?c', 'abbc', false],
    ['{a,b}/x', 'c/x', true],
    ['[ab].txt', 'a.txt', true],
    ['a*/x', 'b*/x', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(couldOverlap(segmentsOf(a), segmentsOf(b))).toBe(expected);
    expect(couldOverlap(segmentsOf(b), segmentsOf(a))).toBe(expected);
  });
});
