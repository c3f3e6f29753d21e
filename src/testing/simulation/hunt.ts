/**
 * Looks for stories that break a promise. What is found is made smaller for a while, told in words, and can be had again:
 * from its seed and its path.
 */
import fc from 'fast-check';
import { accountOf } from './account.ts';
import type { Simulation } from './simulation.ts';
import { type Story, stories } from './stories.ts';
import { type Told, tell } from './telling.ts';

/** What is looked through. */
export interface Hunt {
  /** Plans have up to so many beads. */
  readonly beads: number;
  readonly runs: number;
  readonly seed: number;
  /** Begins at the story that was found before. */
  readonly path?: string;
  /** How long a story that was found is made smaller. */
  readonly shrinkMs?: number;
  readonly onTold?: (told: Told) => void;
}

const SHRINK_MS = 60_000;

/** Undefined: every promise was kept. Else what is wrong, for people. */
export async function hunt(options: Hunt): Promise<string | undefined> {
  const { beads, runs, seed, path, shrinkMs = SHRINK_MS, onTold } = options;
  const listening = fc.asyncProperty(stories(beads), async (story) => {
    const told = await tell(story);
    onTold?.(told);
  });
  const found = await fc.check(listening, {
    seed,
    numRuns: runs,
    endOnFailure: true,
    ...(path === undefined ? {} : { path }),
  });
  if (!found.failed) return undefined;
  const property = fc.asyncProperty(stories(beads), async (story) => {
    await tell(story);
  });
  const smaller = await fc.check(property, {
    seed,
    numRuns: runs,
    path: found.counterexamplePath ?? '',
    interruptAfterTimeLimit: shrinkMs,
  });
  const best = smaller.failed && smaller.counterexample !== null ? smaller : found;
  const [story] = best.counterexample ?? [];
  return [
    story === undefined ? 'no story was told' : await report(story),
    `Made smaller ${best.numShrinks} times. The same again:`,
    `  npm run hunt -- --beads ${beads} --replay ${seed}:${found.counterexamplePath}`,
  ].join('\n');
}

async function report(story: Story): Promise<string> {
  let simulation: Simulation | undefined;
  try {
    await tell(story, (begun) => {
      simulation = begun;
    });
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${what}\n${simulation === undefined ? '' : accountOf(story, simulation)}`;
  }
  return 'It does not break again: something outside of the story decides.';
}

/** A seed that nobody has chosen. */
export const anySeed = (): number => Math.floor(Math.random() * 2 ** 31);
