/**
 * Random stories: a plan, what becomes of its work, who comes, and what goes wrong. Each value shrinks towards a shorter
 * story in which less goes wrong.
 */
import fc from 'fast-check';
import { nodeId } from '../../core/ids.ts';
import type { JournalWrite } from '../memory-journal.ts';
import { type RandomPlan, randomPlan } from '../random-plan.ts';
import type { Fault, Harm, Place } from './faults.ts';
import type { Script } from './terminal.ts';
import type { Fate } from './world.ts';

/** A simulated run, from its first terminal to its last word. */
export interface Story {
  readonly plan: RandomPlan;
  readonly fates: readonly Fate[];
  /** Each comes when the one before is gone. */
  readonly drivers: readonly Script[];
  /** These come while others are there. */
  readonly company: readonly Script[];
}

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;

/** Fates of effects, mostly good ones. */
const fates = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 3000 }),
    end: fc.constantFrom<Fate['end']>('succeeds', 'succeeds', 'succeeds', 'succeeds', 'fails', 'dies'),
    startMs: fc.constantFrom(0, 0, 5, 400),
    stopMs: fc.constantFrom(50, 0, 3000),
  }),
  { minLength: 1, maxLength: 6 },
);

const writes: readonly JournalWrite['type'][] = [
  'append',
  'append',
  'append',
  'append',
  'acquire',
  'create-run',
  'release',
  'post',
  'handled',
];

const side = fc.constantFrom('before' as const, 'after' as const);

const place: fc.Arbitrary<Place> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({ write: fc.constantFrom(...writes), side, nth: fc.integer({ min: 1, max: 12 }) })
      // Most of them are written only once or twice.
      .map((drawn) => ({
        at: 'write' as const,
        ...drawn,
        nth: drawn.write === 'append' ? drawn.nth : 1 + (drawn.nth % 2),
      })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      at: fc.constant('request' as const),
      side,
      nth: fc.integer({ min: 1, max: 10 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ at: fc.constant('answer' as const), nth: fc.integer({ min: 1, max: 10 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ at: fc.constant('time' as const), ms: fc.integer({ min: 0, max: 6000 }) }),
  },
);

const harm: fc.Arbitrary<Harm> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Harm>({ type: 'dies' }) },
  { weight: 2, arbitrary: fc.constant<Harm>({ type: 'is-interrupted' }) },
  { weight: 1, arbitrary: fc.constant<Harm>({ type: 'reboots' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('freezes' as const),
      forMs: fc.constantFrom(10, 700, 4000, 20 * SECOND),
      seems: fc.constantFrom('dead' as const, 'alive' as const),
      rival: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('cannot-write' as const),
      times: fc.constantFrom(1, 2, 5, 1000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('loses-process' as const), which: fc.nat(3) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('clock-is-set' as const),
      byMs: fc.constantFrom(2 * SECOND, -2 * SECOND, 3600 * SECOND, -3600 * SECOND, 3 * DAY, -3 * DAY),
    }),
  },
);

const faults: fc.Arbitrary<readonly Fault[]> = fc.array(fc.record({ place, harm }), { maxLength: 3 });

/** Numbers stand for beads of the plan. */
const script = fc.record({
  picks: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }) },
  ),
  afterMs: fc.integer({ min: 0, max: 3000 }),
  waitMs: fc.constantFrom(0, 1000, 30_000),
  faults,
  isElsewhere: fc.nat(9).map((chance) => chance === 9),
  steals: fc.nat(9).map((chance) => chance === 9),
  isRerun: fc.nat(15).map((chance) => chance === 15),
});

/** Stories about plans of up to `maxBeads` beads. */
export function stories(maxBeads: number): fc.Arbitrary<Story> {
  return fc
    .record({
      plan: randomPlan(maxBeads),
      fates,
      drivers: fc.array(script, { maxLength: 3 }),
      company: fc.array(script, { maxLength: 3 }),
    })
    .map(({ plan, drivers, company, ...rest }) => {
      const beads = plan.nodes.flatMap((node) => (node.kind === 'bead' ? [node.id] : []));
      const written = (drawn: typeof drivers): Script[] =>
        drawn.map(({ picks, isElsewhere, steals, isRerun, ...more }) => ({
          ...more,
          select:
            picks === undefined
              ? 'all'
              : [...new Set(picks.map((pick) => beads[pick % beads.length] ?? nodeId('b0')))],
          ...(isElsewhere ? { isElsewhere: true as const } : {}),
          ...(steals ? { steals: true as const } : {}),
          ...(isRerun ? { isRerun: true as const } : {}),
        }));
      return { ...rest, plan, drivers: written(drivers), company: written(company) };
    });
}
