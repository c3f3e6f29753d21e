import fc from 'fast-check';
import { expect, it } from 'vitest';
import { imageOf } from '../core/image.ts';
import { Arena } from '../testing/arena.ts';
import { MemoryJournal } from '../testing/memory-journal.ts';
import { planAround } from '../testing/random-bead-plan.ts';
import { randomPlan } from '../testing/random-plan.ts';
import { fateByKey, fates } from '../testing/session-samples.ts';
import { replay, replayMachine } from './history.ts';

it('gives the same run with a snapshot and without one', async () => {
  let recalled = 0;
  await fc.assert(
    fc.asyncProperty(randomPlan(8), fates, fc.nat(3000), async (plan, fate, afterMs) => {
      const arena = new Arena(plan, fateByKey([...fate, { afterMs: 10, end: 'succeeds' }]));
      const whole = { select: 'all', waitMs: 0 } as const;
      // The second one keeps snapshots.
      await arena.play([
        { ...whole, afterMs: 0, ends: { how: 'killed', afterMs } },
        { ...whole, afterMs: afterMs + 1, ends: { how: 'killed', afterMs } },
      ]);
      const journal = new MemoryJournal(arena.disk);
      const run = journal.latestRun();
      if (run === undefined || journal.snapshot(run.run) === undefined) return;
      recalled += 1;
      const look = () => {
        const { store, chronicle, seen } = replay(journal, run, planAround(plan));
        expect(imageOf(replayMachine(journal, run.run))).toEqual(imageOf(store));
        return JSON.stringify([
          imageOf(store),
          [...chronicle.rows(store)],
          chronicle.project(store, []).run,
          seen,
        ]);
      };
      const fromSnapshot = look();
      arena.disk.snapshot = undefined;
      expect(JSON.parse(fromSnapshot)).toEqual(JSON.parse(look()));
    }),
    { numRuns: 150 },
  );
  expect(recalled).toBeGreaterThan(50);
});
