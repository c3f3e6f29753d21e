// npm run hunt -- [--runs N | --minutes M] [--beads B] [--seed S] [--shrink SECONDS] [--replay SEED:PATH]: simulated runs with
// faults at every boundary until one breaks a promise. Prints its seed first; what is found is told in words, with the command
// that has it again.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    minutes: { type: 'string' },
    beads: { type: 'string', default: '8' },
    seed: { type: 'string' },
    shrink: { type: 'string', default: '60' },
    replay: { type: 'string' },
  },
});
const RUNS_PER_SEED = 500;

/** A number from the command line. */
function number(name, otherwise) {
  if (values[name] === undefined) return otherwise;
  const value = Number(values[name]);
  if (!Number.isFinite(value)) throw new Error(`--${name} wants a number, not ${values[name]}`);
  return value;
}

// Beside the program, where the packages are that are not bundled.
const outfile = join(root, 'dist', `hunt-${process.pid}.mjs`);
try {
  await build({
    entryPoints: [join(root, 'src', 'testing', 'simulation', 'hunt.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    target: 'node20.19',
    sourcemap: 'inline',
    outfile,
    logLevel: 'error',
  });
  const { anySeed, hunt } = await import(pathToFileURL(outfile).href);
  const beads = number('beads');
  const shrinkMs = number('shrink') * 1000;
  if (values.replay !== undefined) {
    const [seed, ...path] = values.replay.split(':');
    finish(await hunt({ beads, shrinkMs, runs: 1, seed: Number(seed), path: path.join(':') }));
  } else {
    const master = number('seed', anySeed());
    const runs = number('runs', values.minutes === undefined ? 10_000 : Number.POSITIVE_INFINITY);
    const until = Date.now() + number('minutes', 24 * 60 * 365) * 60_000;
    console.log(`seed ${master}, plans of up to ${beads} beads`);
    let told = 0;
    let found;
    for (let seed = master; found === undefined && told < runs && Date.now() < until; seed += 1) {
      const atOnce = Math.min(RUNS_PER_SEED, runs - told);
      found = await hunt({ beads, shrinkMs, runs: atOnce, seed, onTold: () => told++ });
      if (process.stdout.isTTY) process.stdout.write(`\r${told} runs`);
    }
    console.log(`${process.stdout.isTTY ? '\r' : ''}${told} runs`);
    finish(found);
  }
} finally {
  rmSync(outfile, { force: true });
}

function finish(found) {
  console.log(found ?? 'every promise was kept');
  process.exitCode = found === undefined ? 0 : 1;
}
