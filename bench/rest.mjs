// What a run costs that waits for a person.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gastown } from './bench.mjs';

/** V8 tidies its memory some seconds after the last work. */
const TIDYING_SECONDS = 12;
const SECONDS = 30;

export async function rest(bench) {
  const cwd = join(bench.folder, 'waiting');
  mkdirSync(join(cwd, 'gastown', 'beads'), { recursive: true });
  writeFileSync(join(cwd, 'gastown.toml'), '[project]\nformula = "gastown/formula.toml"\n');
  writeFileSync(join(cwd, 'gastown', 'formula.toml'), '[formula]\nname = "waiting"\ntype = "convoy"\n');
  writeFileSync(
    join(cwd, 'gastown', 'beads', 'a.toml'),
    '[bead]\nid = "a"\nname = "A"\nagent = "shell"\ngate = "May it?"\n\n[bead.task]\ndescription = "Waits"\nrun = "true"\n',
  );
  const seconds = bench.options.smoke ? 2 : SECONDS;
  const [program, ...args] = gastown;
  const child = spawn(program, [...args, 'run', '--json'], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const over = new Promise((resolve) => child.once('close', resolve));
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await sleep(bench.options.smoke ? 1500 : TIDYING_SECONDS * 1000);
    const before = processorMsOf(child.pid);
    if (before === undefined) return;
    await sleep(seconds * 1000);
    const share = (processorMsOf(child.pid) - before) / (seconds * 1000);
    bench.report({
      what: 'a run that waits for an approval',
      measured: `${(100 * share).toFixed(3)} % of a core`,
      bar: '0.1 %',
      holds: share < 0.001,
    });
  } finally {
    child.kill('SIGINT');
    await over;
  }
}

/** What all threads of a process took so far; undefined where Linux does not say. */
function processorMsOf(pid) {
  try {
    let ns = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`))
      ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    return ns / 1e6;
  } catch {
    return undefined;
  }
}
