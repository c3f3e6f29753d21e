import { describe, expect, it } from 'vitest';
import { parseWidths } from './widths.ts';

describe('widths', () => {
  it.each([
    ['8', [8]],
    ['1..4', [1, 2, 3, 4]],
    ['3..3', [3]],
    ['1,2,4', [1, 2, 4]],
    ['1..3, 2, 16', [1, 2, 3, 16]],
  ])('%s', (text, widths) => {
    expect(parseWidths(text)).toEqual(widths);
  });

  it.each(['', '0', '-1', '4..1', '1..', '1.5', 'all', '1,,2', '0..3', '1..2..3'])('refuses "%s"', (text) => {
    expect(() => parseWidths(text)).toThrow('a number, a range or a list');
  });

  it.each(['1..65', '1..999999', '1..40,101..140'])('are not too many: "%s"', (text) => {
    expect(() => parseWidths(text)).toThrow('at most 64 widths');
  });
});
