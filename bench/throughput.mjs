// What a bead costs: whole runs of no-op beads, durable, 8 at once, against tools that keep less.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gastown, ms, times } from './bench.mjs';
import { chain, layered, name, writeBeads } from './dag.mjs';
import { interleave, once } from './measure.mjs';
import { peersFor } from './peers.mjs';

export async function throughput(bench) {
  const costs = new Map();
  const sizes = bench.options.isFull ? [1000, 10_000, 100_000] : [1000, 10_000];
  for (const full of sizes) {
    const count = bench.size(full, full / 10);
    costs.set(count, await layers(bench, count, full));
  }
  scaling(bench, costs);
  await chains(bench);
  await killed(bench, bench.size(10_000));
  await inLargeDriver(bench, bench.size(10_000));
  await conditions(bench, bench.size(4000));
}

const run = (bench, cwd, how) => () => {
  bench.fresh(cwd);
  return once([...gastown, 'run', '--json'], { cwd, ...how });
};

async function layers(bench, count, full) {
  const cwd = bench.project(count);
  const nodes = layered(count);
  const asked = full === 1000 ? bench.options.peers : [];
  const peers = peersFor(join(bench.folder, `peers-${count}`), nodes, asked);
  const competitors = { ...peers, gastown: run(bench, cwd) };
  const results = await interleave(bench.rounds(full >= 100_000 ? 1 : 3), competitors);
  const { gastown: ours, ...others } = results;
  const per = ours.ms / count;
  const what = `\`run\`, ${count} no-op beads in layers`;
  for (const [name, theirs] of Object.entries(others)) {
    const figures = {
      measured: `${ms(ours.ms)}, ${per.toFixed(2)} ms a bead`,
      against: `${name} ${ms(theirs.ms)}`,
    };
    if (name !== 'ninja') {
      bench.report({ what, ...figures, difference: times(ours.ms / theirs.ms) });
      continue;
    }
    bench.ratio({ what, ...figures, ratio: ours.ms / theirs.ms, bar: 2 });
    bench.ratio({
      what: 'the same, processor time of everything it starts',
      measured: ms(ours.processorMs),
      against: `ninja ${ms(theirs.processorMs)}`,
      ratio: ours.processorMs / theirs.processorMs,
      bar: 2,
    });
  }
  const mostMb = full >= 100_000 ? 300 : 120;
  bench.report({
    what: 'the same, peak memory of the driver',
    measured: `${ours.memoryMb.toFixed(0)} MB`,
    bar: `${mostMb} MB`,
    holds: ours.memoryMb < mostMb,
  });
  return ours.processorMs;
}

/** The exponent of cost over size, from the smallest to the largest: 1 is a cost that grows as the plan does. */
function scaling(bench, costs) {
  const sizes = [...costs.keys()];
  const [small, large] = [sizes[0], sizes.at(-1)];
  const exponent = Math.log(costs.get(large) / costs.get(small)) / Math.log(large / small);
  bench.report({
    what: `growth of processor time from ${small} to ${large} beads`,
    measured: `size to the power of ${exponent.toFixed(3)}`,
    bar: '1.05',
    holds: exponent <= 1.05,
  });
}

async function chains(bench) {
  const count = bench.size(1000);
  const cwd = join(bench.folder, 'chain');
  writeBeads(cwd, chain(count), 8);
  const { ninja, gastown: ours } = await interleave(bench.rounds(3), {
    ...peersFor(join(bench.folder, 'chain-peers'), chain(count)),
    gastown: run(bench, cwd),
  });
  if (ninja !== undefined)
    bench.ratio({
      what: `a chain of ${count}`,
      measured: ms(ours.ms),
      against: `ninja ${ms(ninja.ms)}`,
      ratio: ours.ms / ninja.ms,
      bar: 3,
    });
  if (!bench.options.isFull) return;
  const long = join(bench.folder, 'long-chain');
  const length = bench.size(100_000);
  writeBeads(long, chain(length), 8);
  const whole = await once([...gastown, 'run'], { cwd: long });
  bench.report({
    what: `a chain of ${length}`,
    measured: `${ms(whole.ms)}, ${(whole.ms / length).toFixed(2)} ms a bead, ${whole.memoryMb?.toFixed(0)} MB`,
    bar: 'it ends',
    holds: /\d+ done/.test(whole.output),
  });
}

/** In the very configuration that was measured: nothing that makes it fast may make it forget. */
async function killed(bench, count) {
  const cwd = bench.project(count);
  bench.fresh(cwd);
  const mark = `"bead-done","node":"${name(Math.floor(count / 2))}"`;
  const kill = (pid) => process.kill(pid, 'SIGKILL');
  const first = await once([...gastown, 'run', '--json'], { cwd, mark, onMark: kill, expect: 'any' });
  if (first.markMs === undefined) throw new Error('the driver was not killed');
  await once([...gastown, 'resume'], { cwd });
  const { beads, again } = whatRan(cwd);
  bench.report({
    what: `the driver killed half way (${count} beads), then resumed: beads that were begun twice`,
    measured: String(again),
    bar: '0',
    holds: again === 0 && beads === count,
  });
}

/** How many beads were begun, and how many of them twice: by the records that helpers leave, not by what the driver believes. */
function whatRan(cwd) {
  const runs = join(cwd, '.gastown', 'state', 'runs', 'r1');
  const begun = new Map();
  for (const attempt of readdirSync(runs)) {
    const record = join(runs, attempt, 'work.record');
    if (!existsSync(record) || !readFileSync(record, 'utf8').startsWith('B ')) continue;
    const bead = attempt.slice(0, attempt.lastIndexOf('.'));
    begun.set(bead, (begun.get(bead) ?? 0) + 1);
  }
  return { beads: begun.size, again: [...begun.values()].filter((times) => times > 1).length };
}

/** Starting a process takes long in a large one: ours must not start any itself. */
async function inLargeDriver(bench, count) {
  const cwd = bench.project(count);
  const ballast = join(bench.folder, 'ballast.cjs');
  writeFileSync(ballast, 'globalThis.ballast = Buffer.alloc(2 ** 30, 1);\n');
  const { small, large } = await interleave(bench.rounds(2), {
    small: run(bench, cwd, { mark: '"attempt-started"' }),
    large: run(bench, cwd, { mark: '"attempt-started"', env: { NODE_OPTIONS: `--require ${ballast}` } }),
  });
  // From the first bead on: making the ballast is not what is measured.
  const [ours, theirs] = [large.ms - large.markMs, small.ms - small.markMs];
  bench.ratio({
    what: `${count} beads with 1 GB resident in the driver`,
    measured: ms(ours),
    against: `without ${ms(theirs)}`,
    ratio: ours / theirs,
    bar: 1.1,
  });
}

async function conditions(bench, count) {
  const { plain, rich } = await interleave(bench.rounds(3), {
    plain: run(bench, bench.project(count)),
    rich: run(bench, bench.project(count, true)),
  });
  bench.ratio({
    what: `a condition and a variable in every bead (${count})`,
    measured: ms(rich.processorMs),
    against: `processor time without ${ms(plain.processorMs)}`,
    ratio: rich.processorMs / plain.processorMs,
    bar: 1.05,
  });
}
