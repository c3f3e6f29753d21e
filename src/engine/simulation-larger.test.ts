/**
 * Core, engine and journal together on virtual time, with faults at every boundary: stories about as many beads as a small plan has.
 */
import { describe, expect, it } from 'vitest';
import { anySeed, hunt } from '../testing/simulation/hunt.ts';
import { Tally } from '../testing/simulation/tally.ts';

describe('stories about several beads', () => {
  it('keep every promise, whatever goes wrong', async () => {
    const tally = new Tally();
    const found = await hunt({
      beads: 6,
      runs: 8_000,
      seed: anySeed(),
      onTold: (told) => tally.take(told),
    });
    if (found !== undefined) throw new Error(found);
    // Stories in which nothing happens would keep every promise, too.
    expect(tally.stories).toBe(8_000);
    for (const [what, count] of Object.entries(tally)) expect(count, what).toBeGreaterThan(100);
  }, 900_000);
});
