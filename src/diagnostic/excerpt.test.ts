import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerpt } from './excerpt.ts';
import { displayWidth } from './width.ts';

const underlined = (text: string, from: number, to: number, columns = 40): readonly string[] => {
  const { line, indent, marked } = excerpt(text, from, to, columns);
  return [line, `${' '.repeat(indent)}${'^'.repeat(marked)}`];
};

describe('excerpt', () => {
  it.each([
    ['a short line', 'id = "x"', 5, 8, ['id = "x"', '     ^^^']],
    ['an empty place', 'id =', 4, 4, ['id =', '    ^']],
    ['a tab before', '\tid = 1', 1, 3, ['    id = 1', '    ^^']],
    ['wide characters before', '宠物 = x', 5, 6, ['宠物 = x', '       ^']],
    ['combining marks', 'e\u0301 = x', 5, 6, ['e\u0301 = x', '    ^']],
    ['escapes count as shown', '\u001b[1m x', 5, 6, ['\\x1b[1m x', '        ^']],
    [
      'a long line',
      `${'a'.repeat(100)}HERE${'b'.repeat(100)}`,
      100,
      104,
      [`…${'a'.repeat(24)}HERE${'b'.repeat(10)}…`, `${' '.repeat(25)}^^^^`],
    ],
    ['a long mark', 'x'.repeat(90), 0, 90, [`${'x'.repeat(39)}…`, '^'.repeat(39)]],
  ])('%s', (_, text, from, to, expected) => {
    expect(underlined(text, from, to)).toEqual(expected);
  });

  it('never exceeds the columns by more than one shown character, wherever the mark is', () => {
    const place = fc
      .string({ unit: 'binary', maxLength: 400 })
      .map((text) => text.replaceAll('\n', ''))
      .chain((text) => fc.tuple(fc.constant(text), fc.nat(text.length), fc.nat(text.length)));
    fc.assert(
      fc.property(place, ([text, a, b]) => {
        const { line, indent, marked } = excerpt(text, Math.min(a, b), Math.max(a, b), 40);
        expect(displayWidth(line)).toBeLessThanOrEqual(42);
        expect(indent + marked).toBeLessThanOrEqual(43);
        expect(marked).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('looks only at a window of a huge line', () => {
    const { line } = excerpt('y'.repeat(3_000_000), 1_500_000, 1_500_010, 80);
    expect(line.length).toBeLessThanOrEqual(80);
  });
});
