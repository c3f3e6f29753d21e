/** Core, engine and journal together on virtual time, with faults at every boundary. */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { stories } from '../testing/simulation/stories.ts';
import { tell } from '../testing/simulation/telling.ts';

describe('stories', () => {
  it('keep every promise, whatever goes wrong', async () => {
    await fc.assert(
      fc.asyncProperty(stories(8), async (story) => {
        await tell(story);
      }),
      { numRuns: 1000, endOnFailure: true },
    );
  }, 600_000);
});
