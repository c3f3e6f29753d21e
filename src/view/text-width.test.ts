import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neutralise } from '../diagnostic/neutralise.ts';
import { clipText, fitText, padText, textWidth } from './text-width.ts';

describe('textWidth', () => {
  it.each([
    ['', 0],
    ['plain', 5],
    ['日本語', 6],
    ['한국어', 6],
    ['ｆｕｌｌ', 8],
    ['e\u0301', 1],
    ['\u1112\u1161\u11ab', 2],
    ['👍', 2],
    ['a\u200bb', 2],
    ['✓ ●', 3],
    ['soft\u00adhyphen', 11],
  ])('%j takes %i', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });
});

describe('clipText', () => {
  it.each([
    ['fits', 4, 'fits'],
    ['too long', 5, 'too …'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['ab', 1, '…'],
    ['ab', 0, ''],
    ['', -1, ''],
  ])('%j in %i columns is %j', (text, columns, expected) => {
    expect(clipText(text, columns)).toBe(expected);
  });
});

it('fits any text into any width', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, columns) => {
      const safe = neutralise(text);
      expect(textWidth(fitText(safe, columns))).toBe(columns);
      expect(textWidth(padText(safe, columns, 'right'))).toBe(Math.max(columns, textWidth(safe)));
    }),
  );
});
