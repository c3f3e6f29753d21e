/** Several terminals on one run, on virtual time: they begin in any order, die, are interrupted, take over. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId } from '../core/ids.ts';
import { isSettled } from '../core/state.ts';
import { randomPlan } from '../testing/random-plan.ts';
import { fateByKey, fates } from '../testing/session-samples.ts';
import { codeOf } from '../testing/simulation/exit-code.ts';
import type { Fault } from '../testing/simulation/faults.ts';
import { Simulation } from '../testing/simulation/simulation.ts';
import type { Script } from '../testing/simulation/terminal.ts';
import { standingOf } from './selection.ts';

/** GASTOWN_LONG=1: many more cases, for a night. Shrinking takes minutes and is left out. */
const isLong = process.env['GASTOWN_LONG'] === '1';

const faults: fc.Arbitrary<readonly Fault[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  {
    weight: 2,
    arbitrary: fc
      .record({
        place: fc.record({ at: fc.constant('time' as const), ms: fc.integer({ min: 0, max: 6000 }) }),
        harm: fc.constantFrom<Fault['harm']>({ type: 'dies' }, { type: 'is-interrupted' }),
      })
      .map((fault) => [fault]),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        place: fc.record({
          at: fc.constant('write' as const),
          write: fc.constant('append' as const),
          side: fc.constantFrom('before' as const, 'after' as const),
          nth: fc.integer({ min: 1, max: 12 }),
        }),
        harm: fc.constant<Fault['harm']>({ type: 'dies' }),
      })
      .map((fault) => [fault]),
  },
);

/** Numbers stand for beads of the plan. */
const scripts = fc.array(
  fc.record({
    picks: fc.option(fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 3 }),
    afterMs: fc.integer({ min: 0, max: 4000 }),
    waitMs: fc.constantFrom(0, 1000, 30_000),
    faults,
  }),
  { minLength: 2, maxLength: 4 },
);

const scriptsFor = (
  beads: readonly string[],
  drawn: typeof scripts extends fc.Arbitrary<infer Value> ? Value : never,
): Script[] =>
  drawn.map(({ picks, ...script }) => ({
    ...script,
    select:
      picks === undefined
        ? 'all'
        : [...new Set(picks.map((pick) => nodeId(beads[pick % beads.length] ?? '')))],
  }));

describe('terminals on one run', () => {
  it('in any order, dying and interrupted: no bead runs twice, none is lost, every answer is right', async () => {
    await fc.assert(
      fc.asyncProperty(randomPlan(7), fates, scripts, async (plan, fate, drawn) => {
        const simulation = new Simulation(plan, fateByKey([...fate, { afterMs: 10, end: 'succeeds' }]));
        await simulation.play(scriptsFor(simulation.beads(), drawn));
        simulation.store();
        for (const terminal of simulation.terminals) {
          const { end, script, isInterrupted } = terminal;
          if (end === undefined) continue;
          const code = codeOf(terminal);
          const storeAtEnd = simulation.storeAtEnd(terminal);
          if (code === 130) expect(isInterrupted).toBe(true);
          if (code === 3) expect(storeAtEnd?.run.phase.phase).toBe('paused');
          if (code === 2) expect(script.select).not.toBe('all');
          if (code > 1 || script.select === 'same') continue;
          if (storeAtEnd === undefined) throw new Error('nothing was run');
          expect(standingOf(storeAtEnd, script.select)).toBe(code === 0 ? 'done' : 'failed');
        }
        // Only work of a driver that was killed when nobody was left to take over may still be alive.
        const wasKilled = simulation.terminals.some(({ end }) => end === undefined);
        if (!wasKilled) expect(simulation.world.alive()).toEqual([]);
        await simulation.play([{ select: 'all', afterMs: 0, waitMs: 0, faults: [] }]);
        expect(simulation.world.alive()).toEqual([]);
        simulation.store();
      }),
      { numRuns: isLong ? 20_000 : 300, endOnFailure: true },
    );
  }, 3_600_000);

  it('whose work succeeds all get what they asked for, unless nobody asks for what it requires', async () => {
    await fc.assert(
      fc.asyncProperty(randomPlan(7), scripts, async (plan, drawn) => {
        const nodes = plan.nodes.map((node) => {
          if (node.kind === 'sync') return node;
          const { condition, spawns: _, policy, ...rest } = node;
          const may = condition === undefined || condition === 'error' ? {} : { condition };
          return { ...rest, ...may, policy: { ...policy, timeoutMs: undefined } };
        });
        const simulation = new Simulation({ ...plan, nodes, timeoutMs: undefined }, () => ({
          afterMs: 700,
          end: 'succeeds',
        }));
        // Without anybody who halts the run.
        const patient = scriptsFor(simulation.beads(), drawn).map(
          (script): Script => ({
            ...script,
            waitMs: 30_000,
            faults: script.faults.filter(({ harm }) => harm.type !== 'is-interrupted'),
          }),
        );
        await simulation.play(patient);
        const store = simulation.store();
        for (const terminal of simulation.terminals) {
          if (terminal.end === undefined) continue;
          const code = codeOf(terminal);
          expect([0, 2]).toContain(code);
          if (terminal.end.type !== 'unmet' || store === undefined) continue;
          for (const [bead, missing] of terminal.end.requirements) {
            expect(terminal.script.select).toContain(bead);
            expect(missing.length).toBeGreaterThan(0);
          }
          // Whatever could be done of it is done.
          const rest = (terminal.script.select as readonly string[]).filter((id) => {
            const { phase } = store.node(nodeId(id));
            return isSettled(phase);
          });
          expect(rest.length).toBeLessThan(terminal.script.select.length);
        }
      }),
      { numRuns: isLong ? 20_000 : 300, endOnFailure: true },
    );
  }, 3_600_000);
});
