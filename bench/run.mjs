// npm run bench [-- OPTIONS]: measures what the README promises, each against a floor or a peer in the same run.
//   --smoke       small sizes, once: does it work?
//   --full        also what takes an hour: 100,000 beads, a chain of as many, 20 disks
//   --only PART   start, throughput, engine or rest; may be given again
//   --peers LIST  wireit, turbo, nx: fetched from npm into a folder that is removed again
//   --write       puts the table into docs/benchmarks.md
import { parseArgs } from 'node:util';
import { Bench } from './bench.mjs';
import { engine } from './engine.mjs';
import { rest } from './rest.mjs';
import { start } from './start.mjs';
import { throughput } from './throughput.mjs';

const parts = { start, throughput, engine, rest };
const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: Object.keys(parts) },
    peers: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
});

const options = {
  smoke: values.smoke,
  isFull: values.full,
  peers: values.peers.split(',').filter((peer) => peer !== ''),
};
const bench = new Bench(options);
try {
  for (const part of values.only) {
    if (!Object.hasOwn(parts, part))
      throw new Error(`there is no part ${part}: ${Object.keys(parts).join(', ')}`);
    await parts[part](bench);
  }
} finally {
  bench.dispose();
}
if (values.write) bench.write();
// A small machine misses a bar for a bad minute; sizes that are too small for a bar do not judge it.
process.exitCode = values.smoke || bench.rows.every(({ holds }) => holds !== false) ? 0 : 1;
