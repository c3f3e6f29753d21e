// How long it takes until something happens: the program alone, reading a plan, going on with a run, nothing to do.
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gastown, ms, node, root, times } from './bench.mjs';
import { name } from './dag.mjs';
import { interleave, median, once } from './measure.mjs';

const reference = (script, ...args) => [process.execPath, join(root, 'bench', script), ...args];
const differenceOf = ({ ours, theirs }) => median(ours.all.map((run, at) => run.ms - theirs.all[at].ms));

export async function start(bench) {
  await program(bench);
  for (const count of bench.options.isFull ? [10_000, 100_000] : [10_000])
    await plans(bench, bench.size(count));
}

async function program(bench) {
  const version = await interleave(bench.rounds(20), {
    theirs: () => once(node),
    ours: () => once([...gastown, '--version']),
  });
  const difference = differenceOf(version);
  bench.report({
    what: '`gastown --version`',
    measured: ms(version.ours.ms),
    against: `\`node -e 0\` ${ms(version.theirs.ms)}`,
    difference: `+${ms(difference)}`,
    bar: '+15 ms',
    holds: difference <= 15,
  });
}

async function plans(bench, count) {
  const cwd = bench.project(count);
  bench.fresh(cwd);
  const beads = `${count} beads`;
  const validate = await interleave(bench.rounds(5), {
    theirs: () => once(reference('reference-validate.mjs', join(cwd, 'gastown', 'beads'))),
    ours: () => {
      bench.fresh(cwd);
      return once([...gastown, 'validate'], { cwd });
    },
  });
  bench.ratio({
    what: `\`validate\`, ${beads}, nothing known before`,
    measured: ms(validate.ours.ms),
    against: `read and parse alone ${ms(validate.theirs.ms)}`,
    ratio: validate.ours.ms / validate.theirs.ms,
    bar: 1.3,
  });

  // A run that was stopped half way: half of its beads are done, and the next one could start at once.
  const stopped = await once([...gastown, 'run', '--json'], {
    cwd,
    mark: `"bead-done","node":"${name(Math.floor(count / 2))}"`,
    onMark: (pid) => process.kill(pid, 'SIGINT'),
    expect: 130,
  });
  if (stopped.markMs === undefined) throw new Error('the run was not stopped half way');
  const floor = () => once(reference('reference-start.mjs', cwd));
  const going = await interleave(bench.rounds(7), {
    theirs: floor,
    ours: () =>
      once([...gastown, 'run', '--json'], {
        cwd,
        mark: '"attempt-started"',
        onMark: (pid) => process.kill(pid, 'SIGINT'),
        expect: 'any',
      }),
  });
  const what = 'Node, a look at each file, states out of SQLite';
  bench.ratio({
    what: `first bead of a run that goes on, ${beads}`,
    measured: ms(going.ours.markMs),
    against: `${what} ${ms(going.theirs.ms)}`,
    ratio: going.ours.markMs / going.theirs.ms,
    bar: 1.3,
  });

  await once([...gastown, 'run'], { cwd });
  const idle = await interleave(bench.rounds(7), {
    theirs: floor,
    ours: () => once([...gastown, 'run'], { cwd }),
  });
  bench.ratio({
    what: `nothing to do, ${beads}`,
    measured: ms(idle.ours.ms),
    against: `${what} ${ms(idle.theirs.ms)}`,
    ratio: idle.ours.ms / idle.theirs.ms,
    bar: 1.3,
  });
  await noticesChange(bench, cwd, count);

  const status = await interleave(bench.rounds(10), {
    theirs: () => once(node),
    ours: () => once([...gastown, 'status'], { cwd }),
  });
  const difference = differenceOf(status);
  bench.report({
    what: `\`status\`, ${beads}`,
    measured: ms(status.ours.ms),
    against: `\`node -e 0\` ${ms(status.theirs.ms)}`,
    difference: `+${ms(difference)}`,
    bar: '+60 ms',
    holds: difference <= 60,
  });

  const whole = await interleave(bench.rounds(3), {
    ours: () => once([...gastown, 'resume'], { cwd }),
  });
  bench.report({
    what: `\`resume\` of a run that is done, ${beads}`,
    measured: ms(whole.ours.ms),
    bar: '2 s',
    holds: whole.ours.ms < 2000,
  });
}

/** A plan that is not read again must not be one that has changed: same size, same date. */
async function noticesChange(bench, cwd, count) {
  const last = name(count - 1);
  const file = join(cwd, 'gastown', 'beads', `${last}.toml`);
  const before = readFileSync(file, 'utf8');
  const { atime, mtime } = statSync(file);
  writeFileSync(file, before.replace('durably', 'visibly'));
  utimesSync(file, atime, mtime);
  const changed = await once([...gastown, 'run', '--json'], { cwd });
  const again = [...changed.output.matchAll(/"attempt-started","node":"(\w+)"/g)].map(([, id]) => id);
  bench.report({
    what: `a bead file changed, with its old size and date, ${count} beads`,
    measured: again.length === 0 ? 'not noticed' : `${again.join(', ')} run again, nothing else`,
    bar: 'that bead alone',
    difference: times(again.length),
    holds: again.length === 1 && again[0] === last,
  });
}
