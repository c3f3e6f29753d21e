// Whole processes, interleaved with what they are compared with: medians and ratios, so that a slow hour of the machine
// slows both sides.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Runs a command and then says, on descriptor 3, what it and everything below it took of the processors. */
const TIMED = '"$@"; status=$?; times >&3; exit $status';

/** Peak memory of a live process in MB, as Linux accounts for it; undefined elsewhere. */
export function peakOf(pid) {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? undefined : Number(peak) / 1024;
  } catch {
    return undefined;
  }
}

/** The first child of a process; undefined while it has none, or where Linux does not say. */
function childOf(pid) {
  try {
    const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return pids === '' ? undefined : Number(pids.split(' ')[0]);
  } catch {
    return undefined;
  }
}

/** `0m1.25s 0m0.50s` → 1750. */
function processorMs(text) {
  const line = text.trim().split('\n').at(-1) ?? '';
  let ms = 0;
  for (const [, minutes, seconds] of line.matchAll(/(\d+)m([\d.]+)s/g))
    ms += Number(minutes) * 60_000 + Number(seconds) * 1000;
  return ms;
}

/**
 * Runs a command once. Gives wall time and processor time of its whole tree (ms), its peak memory (MB), its output, and
 * when `mark` first stood in it. Throws when its exit status is not `expect`. `onMark` is told the process's number.
 */
export function once([program, ...args], { cwd, env, expect = 0, mark, onMark } = {}) {
  return new Promise((resolve, reject) => {
    // Certificates read at every start of Node would drown small differences.
    const { NODE_EXTRA_CA_CERTS: _unused, ...rest } = process.env;
    const start = process.hrtime.bigint();
    const child = spawn('/bin/sh', ['-c', TIMED, 'sh', program, ...args], {
      cwd,
      env: { ...rest, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const since = () => Number(process.hrtime.bigint() - start) / 1e6;
    let output = '';
    let times = '';
    let pid;
    let memoryMb;
    let markMs;
    const look = setInterval(() => {
      pid ??= childOf(child.pid);
      if (pid !== undefined) memoryMb = peakOf(pid) ?? memoryMb;
    }, 20);
    child.stdout.on('data', (chunk) => {
      // What a large run says is not kept: only its end can matter.
      output = (output + chunk).slice(-100_000);
      if (mark === undefined || markMs !== undefined || !output.includes(mark)) return;
      markMs = since();
      onMark?.(pid ?? childOf(child.pid));
    });
    child.stderr.on('data', (chunk) => {
      output = (output + chunk).slice(-100_000);
    });
    child.stdio[3].on('data', (chunk) => {
      times += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      clearInterval(look);
      if (expect === 'any' || status === expect)
        resolve({ ms: since(), processorMs: processorMs(times), markMs, memoryMb, output, status });
      else reject(new Error(`${program} ${args.join(' ')} exited ${status}:\n${output.slice(-2000)}`));
    });
  });
}

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/**
 * Runs competitors (functions that return a promise of what {@link once} gives) in turn, so many rounds; gives the medians
 * of each, by its name.
 */
export async function interleave(rounds, competitors) {
  const runs = Object.fromEntries(Object.keys(competitors).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, run] of Object.entries(competitors)) runs[name].push(await run(round));
  return Object.fromEntries(
    Object.entries(runs).map(([name, all]) => [
      name,
      {
        ms: median(all.map((run) => run.ms)),
        processorMs: median(all.map((run) => run.processorMs ?? 0)),
        markMs: median(all.map((run) => run.markMs ?? 0)),
        memoryMb: Math.max(...all.map((run) => run.memoryMb ?? 0)),
        all,
      },
    ]),
  );
}
