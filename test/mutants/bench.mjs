// A process that runs test files, again and again, with one mutant after another in place of the source: what is not mutated
// is read and compiled once. Asked by messages (`trial.ts`), and killed by whoever asks when a mutant never ends.
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createVitest } from 'vitest/node';

/** The mistake that is in place now: `{ file, text }`. */
let mistake;

/** Told when a test fails: that is enough, whatever becomes of the others. */
let onFailed = () => {};

/** Stopping the others takes vitest a moment, or, now and then, a minute. */
const STOP_MS = 3_000;

const vitest = await createVitest(
  'test',
  {
    config: false,
    watch: false,
    include: ['src/**/*.test.ts'],
    setupFiles: [resolve('test/mutants/same-chance.ts')],
    pool: 'forks',
    // One after another, and always in the same order: the first that notices is always the same.
    fileParallelism: false,
    bail: 1,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: [
      {
        onTestCaseResult: (test) => {
          if (test.result().state === 'failed') onFailed(test.fullName);
        },
      },
    ],
  },
  {
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        transform: (_, id) =>
          mistake !== undefined && id === resolve(mistake.file) ? mistake.text : undefined,
      },
    ],
  },
);
await vitest.standalone();

async function run({ tests, named, mutant, temporary }) {
  mistake = mutant;
  process.env.TMPDIR = temporary;
  if (mutant !== undefined) vitest.invalidateFile(resolve(mutant.file));
  if (named === undefined) vitest.resetGlobalTestNamePattern();
  else vitest.setGlobalTestNamePattern(named);
  const ran = [];
  // File by file: of more than one at once, vitest would choose the order, and remember what an earlier run said.
  for (const test of tests) {
    const specifications = await vitest.globTestSpecifications([test]);
    const failed = new Promise((resolve) => {
      onFailed = resolve;
    });
    const end = await Promise.race([
      vitest.runTestSpecifications(specifications, false),
      failed.then((name) => delay(STOP_MS, { name })),
    ]);
    if ('name' in end) {
      ran.push({ file: test, errors: [], unheard: [], tests: [{ name: end.name, state: 'failed' }] });
      return { ran, isStuck: true };
    }
    const { unhandledErrors } = end;
    const module = specifications[0]?.testModule;
    const of = module === undefined ? [] : [...module.children.allTests()];
    ran.push({
      file: test,
      errors: module?.errors().map(({ message }) => message) ?? [],
      unheard: unhandledErrors.map((error) => String(error?.message ?? error)),
      tests: of.map((one) => ({ name: one.fullName, state: one.result().state })),
    });
    if (ran.at(-1).tests.some(({ state }) => state === 'failed')) break;
  }
  if (mutant !== undefined) vitest.invalidateFile(resolve(mutant.file));
  return { ran, isStuck: false };
}

process.on('message', async (asked) => {
  try {
    const { ran, isStuck } = await run(asked);
    process.send({ type: 'ran', files: ran, isStuck });
  } catch (error) {
    process.send({ type: 'unable', why: String(error?.stack ?? error) });
  }
});
process.send({ type: 'ready' });
