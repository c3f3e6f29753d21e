import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeColumns } from '../core/columns.ts';
import { imageOf } from '../core/image.ts';
import type { Store } from '../core/store.ts';
import { MemoryJournal } from '../testing/memory-journal.ts';
import { planAround } from '../testing/random-bead-plan.ts';
import { randomPlan } from '../testing/random-plan.ts';
import { fateByKey, fates } from '../testing/session-samples.ts';
import type { Fault } from '../testing/simulation/faults.ts';
import { Simulation } from '../testing/simulation/simulation.ts';
import { replay, replayMachine } from './history.ts';

/** An image without what depends on which of its parts are one object. */
function factsOf(store: Store): unknown {
  const image = imageOf(store);
  return { ...image, specs: decodeColumns(image.specs), nodes: decodeColumns(image.nodes) };
}

it('gives the same run with a snapshot and without one', async () => {
  let recalled = 0;
  await fc.assert(
    fc.asyncProperty(randomPlan(8), fates, fc.nat(3000), async (plan, fate, afterMs) => {
      const simulation = new Simulation(plan, fateByKey([...fate, { afterMs: 10, end: 'succeeds' }]));
      const whole = { select: 'all', waitMs: 0 } as const;
      const killed: Fault[] = [{ place: { at: 'time', ms: afterMs }, harm: { type: 'dies' } }];
      // The second one keeps snapshots.
      await simulation.play([
        { ...whole, afterMs: 0, faults: killed },
        { ...whole, afterMs: afterMs + 1, faults: killed },
      ]);
      const journal = new MemoryJournal(simulation.disk);
      const run = journal.latestRun();
      if (run === undefined || journal.snapshot(run.run) === undefined) return;
      recalled += 1;
      const look = () => {
        const { store, chronicle, seen } = replay(journal, run, planAround(plan));
        expect(factsOf(replayMachine(journal, run.run))).toEqual(factsOf(store));
        return JSON.stringify([
          factsOf(store),
          [...chronicle.rows(store)],
          chronicle.project(store, []).run,
          seen,
        ]);
      };
      const fromSnapshot = look();
      simulation.disk.snapshot = undefined;
      expect(JSON.parse(fromSnapshot)).toEqual(JSON.parse(look()));
    }),
    { numRuns: 150 },
  );
  expect(recalled).toBeGreaterThan(50);
});
