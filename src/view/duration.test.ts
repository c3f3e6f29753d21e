import { expect, it } from 'vitest';
import { formatDuration } from './duration.ts';

it.each([
  [0, '0.0s'],
  [449, '0.4s'],
  [1200, '1.2s'],
  [59_999, '59.9s'],
  [60_000, '1m00s'],
  [184_000, '3m04s'],
  [3_599_999, '59m59s'],
  [7_500_000, '2h05m'],
  [360_000_000, '100h00m'],
  [-5, '0.0s'],
  [Number.NaN, '0.0s'],
  [Number.POSITIVE_INFINITY, '0.0s'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
