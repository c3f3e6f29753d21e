// Whole processes, interleaved with what they are compared with: medians and ratios, so that a slow hour of the machine
// slows both sides.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Peak memory of a live process in MB, as Linux accounts for it; undefined elsewhere. */
function peakOf(pid) {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? undefined : Number(peak) / 1024;
  } catch {
    return undefined;
  }
}

/**
 * Runs a command once: wall time in ms, peak memory in MB, output, and when `mark` first stood in the output. Throws when
 * its exit status is not `expect`.
 */
export function once([program, ...args], { cwd, env, expect = 0, mark } = {}) {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    // Certificates read at every start of Node would drown small differences.
    const { NODE_EXTRA_CA_CERTS: _unused, ...rest } = process.env;
    const child = spawn(program, args, { cwd, env: { ...rest, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let memoryMb;
    let markMs;
    const since = () => Number(process.hrtime.bigint() - start) / 1e6;
    const look = setInterval(() => {
      memoryMb = peakOf(child.pid) ?? memoryMb;
    }, 20);
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (mark !== undefined && markMs === undefined && output.includes(mark)) markMs = since();
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      clearInterval(look);
      if (status === expect) resolve({ ms: since(), markMs, memoryMb, output });
      else reject(new Error(`${program} ${args.join(' ')} exited ${status}:\n${output.slice(-2000)}`));
    });
  });
}

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Runs `ours` and `theirs` (functions that return a promise of {ms}) in turn. */
export async function pair(rounds, ours, theirs) {
  const mine = [];
  const other = [];
  let memoryMb = 0;
  for (let round = 0; round < rounds; round += 1) {
    const theirRun = await theirs(round);
    const ourRun = await ours(round);
    other.push(theirRun.ms);
    mine.push(ourRun.ms);
    memoryMb = Math.max(memoryMb, ourRun.memoryMb ?? 0);
  }
  return {
    ours: median(mine),
    theirs: median(other),
    memoryMb,
    difference: median(mine.map((ms, at) => ms - other[at])),
  };
}
