// npm run bench [-- --smoke] [-- --write]: measures what the README promises, each against a floor or a peer in the same
// run. --smoke: small sizes, once, to see that it works. --write: puts the table into docs/benchmarks.md.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { layered, writeBeads, writeNinja } from './dag.mjs';
import { median, once, pair } from './measure.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const smoke = process.argv.includes('--smoke');
const size = smoke ? 200 : 10_000;
const rounds = smoke ? 1 : 5;
const gastown = [process.execPath, join(root, 'bin', 'gastown.js')];
const node = [process.execPath, '-e', '0'];
const folder = mkdtempSync(join(tmpdir(), 'gastown-bench-'));
const rows = [];

/** One line of the table; `bar` is what we promise. */
function report(what, measured, reference, ratio, bar, holds) {
  rows.push({ what, measured, reference, ratio, bar, holds });
  console.log(`${holds ? 'ok  ' : 'MISS'} ${what}: ${measured} (${reference}; ${ratio}; bar ${bar})`);
}
const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** Runs a program of this folder that is written in TypeScript, and reads the JSON that it prints. */
async function bundled(name, ...args) {
  // Beside the program, where the packages are that it does not bundle.
  const outfile = join(root, 'dist', `bench-${name}.mjs`);
  try {
    await build({
      entryPoints: [join(root, 'bench', `${name}.ts`)],
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      outfile,
      logLevel: 'error',
    });
    return JSON.parse(
      execFileSync(process.execPath, ['--max-old-space-size=4096', outfile, ...args], { encoding: 'utf8' }),
    );
  } finally {
    rmSync(outfile, { force: true });
  }
}

try {
  const version = await pair(
    rounds * 4,
    () => once([...gastown, '--version']),
    () => once(node),
  );
  report(
    '`gastown --version`',
    ms(version.ours),
    `\`node -e 0\` ${ms(version.theirs)}`,
    `+${ms(version.difference)}`,
    '+15 ms',
    version.difference <= 15,
  );

  const project = join(folder, 'project');
  const nodes = layered(size);
  writeBeads(project, nodes, 8);
  const inProject = { cwd: project };
  const validate = await pair(
    rounds,
    () => once([...gastown, 'validate'], inProject),
    () =>
      once([
        process.execPath,
        join(root, 'bench', 'reference-validate.mjs'),
        join(project, 'gastown', 'beads'),
      ]),
  );
  const validateRatio = validate.ours / validate.theirs;
  report(
    `\`validate\`, ${size} beads`,
    ms(validate.ours),
    `read and parse alone ${ms(validate.theirs)}`,
    `${validateRatio.toFixed(2)} ×`,
    '1.3 ×',
    validateRatio <= 1.3,
  );

  const ninjaFolder = join(folder, 'ninja');
  writeNinja(ninjaFolder, nodes);
  const hasNinja = spawnSync('ninja', ['--version']).status === 0;
  const firstBeads = [];
  const fresh = () => rmSync(join(project, '.gastown'), { recursive: true, force: true });
  const runAll = async () => {
    fresh();
    const run = await once([...gastown, 'run', '--json'], { ...inProject, mark: '"attempt-started"' });
    firstBeads.push(run.markMs);
    return run;
  };
  if (hasNinja) {
    const run = await pair(smoke ? 1 : 3, runAll, () => {
      rmSync(join(ninjaFolder, '.ninja_log'), { force: true });
      return once(['ninja', '-j8', '--quiet'], { cwd: ninjaFolder });
    });
    const ratio = run.ours / run.theirs;
    report(
      `\`run\`, ${size} no-op beads, 8 at once, durable`,
      `${ms(run.ours)}, ${(run.ours / size).toFixed(2)} ms a bead`,
      `ninja ${ms(run.theirs)}`,
      `${ratio.toFixed(2)} ×`,
      '4 ×',
      ratio <= 4,
    );
    report('the same, peak memory', `${run.memoryMb.toFixed(0)} MB`, '', '', '200 MB', run.memoryMb < 200);
  } else {
    console.log('ninja is not installed: its rows are left out');
    await runAll();
  }
  const rich = join(folder, 'rich');
  writeBeads(rich, nodes, 8, true);
  const fromScratch = (place) => () => {
    rmSync(join(place, '.gastown'), { recursive: true, force: true });
    return once([...gastown, 'run', '--json'], { cwd: place });
  };
  const conditions = await pair(smoke ? 1 : 3, fromScratch(rich), fromScratch(project));
  const richRatio = conditions.ours / conditions.theirs;
  report(
    'the same run with a condition and a variable in every bead',
    ms(conditions.ours),
    `without ${ms(conditions.theirs)}`,
    `${richRatio.toFixed(2)} ×`,
    '1.05 ×',
    richRatio <= 1.05,
  );

  const firstBeadMs = median(firstBeads);
  const firstBar = 1.3 * validate.theirs + 100;
  report(
    'first bead of such a run',
    ms(firstBeadMs),
    `\`validate\` ${ms(validate.ours)}, read and parse alone ${ms(validate.theirs)}`,
    `+${ms(firstBeadMs - validate.theirs)}`,
    `1.3 × + 100 ms = ${ms(firstBar)}`,
    firstBeadMs <= firstBar,
  );

  const status = await pair(
    rounds * 2,
    () => once([...gastown, 'status'], inProject),
    () => once(node),
  );
  report(
    `\`status\`, ${size} beads`,
    ms(status.ours),
    `\`node -e 0\` ${ms(status.theirs)}`,
    `+${ms(status.difference)}`,
    '+60 ms',
    status.difference <= 60,
  );

  const cost = await bundled('event-cost');
  const growth = cost.large / cost.small;
  report(
    'one event, plan of 100,000 beads',
    `${(cost.large * 1000).toFixed(1)} µs`,
    `plan of 1,000 ${(cost.small * 1000).toFixed(1)} µs`,
    `${growth.toFixed(2)} ×`,
    '2 ×',
    growth <= 2,
  );

  const parents = smoke ? 10 : 100;
  const additions = await bundled('additions', String(parents));
  const additionRatio = additions.adding / additions.recording;
  report(
    `adding ${parents * 100} beads to a run`,
    ms(additions.adding),
    `recording as many events ${ms(additions.recording)}`,
    `${additionRatio.toFixed(2)} ×`,
    '1.5 ×',
    additionRatio <= 1.5,
  );

  const graphs = smoke ? 50 : 1000;
  const spans = await bundled('makespan', String(graphs));
  const ratio = (value) => `${value.toFixed(3)} ×`;
  report(
    `makespan, ${graphs} random graphs, median`,
    ratio(spans.free.median),
    `with sync points ${ratio(spans.barriers.median)}`,
    'of the lower bound',
    '1.05 ×',
    spans.free.median <= 1.05,
  );
  report(
    'the same, largest',
    ratio(spans.free.largest),
    `with sync points ${ratio(spans.barriers.largest)}`,
    `${(100 * spans.ofBound).toFixed(0)} % of 2 - 1/m`,
    '2 - 1/m, for m at once',
    spans.ofBound <= 1,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (process.argv.includes('--write')) {
  const file = join(root, 'docs', 'benchmarks.md');
  const table = [
    '| what | measured | against | difference | bar | |',
    '|---|---|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${row.what} | ${row.measured} | ${row.reference} | ${row.ratio} | ${row.bar} | ${row.holds ? 'holds' : 'missed'} |`,
    ),
  ].join('\n');
  const machine = `${cpus().length} × ${cpus()[0].model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
  const text = readFileSync(file, 'utf8');
  const between = /(<!-- table -->)[\s\S]*(<!-- \/table -->)/;
  writeFileSync(file, text.replace(between, `$1\n${table}\n\nMachine: ${machine}.\n$2`));
}
// A small machine misses a bar for a bad minute; sizes that are too small for a bar do not judge it.
process.exitCode = smoke || rows.every((row) => row.holds) ? 0 : 1;
