import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';
import { nodeId } from './ids.ts';

const delays = (seed: number, id: string): number[] =>
  Array.from({ length: 40 }, (_, index) => backoffMs(seed, nodeId(id), index + 1));

describe('delays', () => {
  it('double from a second to five minutes, each within a quarter of that', () => {
    delays(1, 'a').forEach((delay, index) => {
      const base = Math.min(300_000, 1000 * 2 ** index);
      expect(delay).toBeGreaterThanOrEqual(base * 0.75);
      expect(delay).toBeLessThanOrEqual(base * 1.25);
    });
  });

  it('are the same for the same run, and others for another run, another bead, another failure', () => {
    expect(delays(1, 'a')).toEqual(delays(1, 'a'));
    const [one, other] = [delays(1, 'a'), delays(1, 'b')];
    expect(one.filter((delay, index) => delay === other[index])).toEqual([]);
    const again = delays(2, 'a');
    expect(one.filter((delay, index) => delay === again[index])).toEqual([]);
    expect(new Set(one.slice(-10)).size).toBe(10);
  });
});
