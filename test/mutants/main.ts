/** `npm run mutants`: tries mutants, each against its tests, and says which of them were caught, and by what. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { mutants } from './list.ts';
import { type Mutant, occurrences, pathOf } from './mutant.ts';
import { PAGE, pageOf, readPage } from './page.ts';
import { SLOW } from './suites.ts';
import { Bench, type Outcome, type Suite } from './trial.ts';

/** Tests that never take longer than this without a mutant, and a mutant that makes them do so is caught by that. */
const LIMIT_MS = 300_000;
/** With a mutant in place, tests may take so many times as long as without, and so much more. */
const PATIENCE = { factor: 4, moreMs: 40_000 };

const OPTIONS = {
  only: { type: 'string', multiple: true },
  sample: { type: 'string' },
  seed: { type: 'string', default: '' },
  jobs: { type: 'string', default: String(availableParallelism()) },
  write: { type: 'boolean', default: false },
} as const;

/** Returns the exit status: 0 when every mutant that was tried was caught. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS });
  const asked = mutants.filter(({ name, file }) =>
    (values.only ?? ['']).some((words) => name.includes(words) || file.includes(words)),
  );
  const chosen = values.sample === undefined ? asked : sampleOf(asked, Number(values.sample), values.seed);
  const outdated = chosen.filter((mutant) => occurrences(mutant) !== 1);
  for (const { name, file } of outdated)
    console.log(`${name}: its text is not found exactly once in ${file}`);
  if (chosen.length === 0) console.log('there is no such mutant');
  if (outdated.length > 0 || chosen.length === 0) return 1;

  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const { signal } = interruption;
  const benches = Array.from({ length: Number(values.jobs) }, () => new Bench());
  const caught = new Map<string, string>();
  try {
    // Without a mutant the tests pass, and take so long.
    const limits = new Map<string, number>();
    const suites = new Map(chosen.map((mutant) => [keyOf(mutant), mutant]));
    let isSound = true;
    await eachOf([...suites], benches, signal, async ([key, suite], bench) => {
      const outcome = await bench.try(suite, undefined, LIMIT_MS, signal);
      limits.set(key, outcome.ms * PATIENCE.factor + PATIENCE.moreMs);
      if (outcome.type === 'passed' || signal.aborted) return;
      isSound = false;
      console.log(`without a mutant, ${key}: ${sentence(outcome)}`);
    });
    if (!isSound) return 1;

    await eachOf(chosen, benches, signal, async (mutant, bench) => {
      const outcome = await bench.try(mutant, mutant, limits.get(keyOf(mutant)) ?? LIMIT_MS, signal);
      if (signal.aborted) return;
      const by = caughtBy(outcome);
      if (by !== undefined) caught.set(mutant.name, by);
      console.log(`${mutant.name}: ${sentence(outcome)} (${(outcome.ms / 1000).toFixed(1)} s)`);
    });
  } finally {
    await Promise.all(benches.map((bench) => bench[Symbol.asyncDispose]()));
  }
  if (signal.aborted) return 130;
  console.log(`${caught.size} of ${chosen.length} caught`);
  if (caught.size < chosen.length) return 1;
  return values.write ? write(caught) : 0;
}

/** What was not tried now stands as it stood. */
function write(caught: ReadonlyMap<string, string>): number {
  const known = new Map(readPage().rows.map((row) => [row.name, row.caught]));
  const all = new Map([...known, ...caught]);
  const untried = mutants.filter(({ name }) => !all.get(name));
  for (const { name } of untried) console.log(`${name} was never tried: ${PAGE} is left as it is`);
  if (untried.length > 0) return 1;
  writeFileSync(pathOf(PAGE), pageOf(mutants, all));
  return 0;
}

const keyOf = ({ tests, named }: Suite): string =>
  [...tests, ...(named === undefined ? [] : [`"${named}"`])].join(' ');

/** How a mutant was caught; undefined: it was not. */
function caughtBy(outcome: Outcome): string | undefined {
  switch (outcome.type) {
    case 'failed':
      return `\`${outcome.file}\`: ${outcome.test ?? 'an error that no test waits for'}`;
    case 'too-long':
      return 'its tests never end';
    case 'passed':
    case 'broken':
      return undefined;
  }
}

function sentence(outcome: Outcome): string {
  switch (outcome.type) {
    case 'passed':
      return `SURVIVED ${outcome.tests} tests`;
    case 'broken':
      return `BROKEN: ${outcome.why}`;
    default:
      return `caught by ${caughtBy(outcome)}`;
  }
}

/** Some of them that are quickly tried, the same for the same seed. */
function sampleOf(all: readonly Mutant[], count: number, seed: string): readonly Mutant[] {
  const rank = ({ name }: Mutant): number => {
    let hash = 2166136261;
    for (const char of `${seed} ${name}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
    return Math.imul(hash ^ (hash >>> 15), 2246822507) >>> 0;
  };
  const quick = all.filter(({ tests }) => !tests.some((test) => SLOW.includes(test)));
  return quick.toSorted((a, b) => rank(a) - rank(b)).slice(0, count);
}

/** Does something with each, so many at a time as there are benches. */
async function eachOf<Item>(
  items: readonly Item[],
  benches: readonly Bench[],
  signal: AbortSignal,
  act: (item: Item, bench: Bench) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  await Promise.all(
    benches.map(async (bench) => {
      for (const item of left) {
        if (signal.aborted) return;
        await act(item, bench);
      }
    }),
  );
}
