import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, cut } from './budget.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'é', '🦊', '\n') });

describe('allocate', () => {
  it.each([
    [['aa', 'bb'], 10, [2, 2]],
    [['aa', 'bb'], 3, [2, 1]],
    [['é'], 1, [1]],
    [['aa', 'bb'], 0, [0, 0]],
    [['aa'], -5, [0]],
    [['a'.repeat(100), 'bb'], 20, [18, 2]],
    [[], 20, []],
  ])('%j of %d bytes: %j', (texts, bytes, expected) => {
    expect(allocate(texts, bytes)).toEqual(expected);
  });
});

it('gives no more than there is, and to no text more than it needs', () => {
  fc.assert(
    fc.property(fc.array(text), fc.integer({ min: -5, max: 60 }), (texts, bytes) => {
      const granted = allocate(texts, bytes);
      const sizes = texts.map((one) => Buffer.byteLength(one));
      const sum = granted.reduce((all, part) => all + part, 0);
      expect(sum).toBe(
        Math.min(
          Math.max(0, bytes),
          sizes.reduce((all, size) => all + size, 0),
        ),
      );
      expect(granted.every((part, index) => part >= 0 && part <= (sizes[index] ?? 0))).toBe(true);
    }),
  );
});

describe('cut', () => {
  it.each<[string, number, 'lines' | 'characters', string]>([
    ['one\ntwo\n', 100, 'lines', 'one\ntwo\n'],
    ['one\ntwo\n', 5, 'characters', 'one\n'],
    ['one\ntwothree', 11, 'characters', 'one\ntwothre'],
    ['one\ntwothree', 11, 'lines', 'one\n'],
    ['onetwo', 3, 'lines', ''],
    ['aé', 2, 'characters', 'a'],
    ['🦊', 3, 'characters', ''],
  ])('%j to %d bytes by %s: %j', (whole, bytes, at, expected) => {
    expect(cut(whole, bytes, at)).toBe(expected);
  });

  it('gives a beginning of the text that fits', () => {
    fc.assert(
      fc.property(
        text,
        fc.nat(40),
        fc.constantFrom('lines' as const, 'characters' as const),
        (whole, bytes, at) => {
          const shown = cut(whole, bytes, at);
          expect(whole.startsWith(shown)).toBe(true);
          expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(Math.max(bytes, 0));
          if (Buffer.byteLength(whole) <= bytes) expect(shown).toBe(whole);
        },
      ),
    );
  });
});
