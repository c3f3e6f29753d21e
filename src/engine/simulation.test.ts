/**
 * Core, engine and journal together on virtual time, with faults at every boundary: very many stories about few beads.
 * `simulation-larger.test.ts` tells fewer about more. Both at once keep two processors busy.
 */
import { describe, expect, it } from 'vitest';
import { anySeed, hunt } from '../testing/simulation/hunt.ts';
import { Tally } from '../testing/simulation/tally.ts';

describe('stories about few beads', () => {
  it('keep every promise, whatever goes wrong', async () => {
    const tally = new Tally();
    const found = await hunt({
      beads: 3,
      runs: 12_000,
      seed: anySeed(),
      onTold: (told) => tally.take(told),
    });
    if (found !== undefined) throw new Error(found);
    // Stories in which nothing happens would keep every promise, too.
    expect(tally.stories).toBe(12_000);
    for (const [what, count] of Object.entries(tally)) expect(count, what).toBeGreaterThan(100);
  }, 900_000);
});
