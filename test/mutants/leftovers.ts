/**
 * Processes that a mutant's tests left behind: it may well be the mistake that nothing is cleaned up. Found by the folder
 * for temporary files that only they were given. Where there is no `/proc` nobody is found.
 */
import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Kills everybody who mentions the folder, until two looks find nobody, and removes it. The children of `spared` are left to
 * it: vitest waits a minute for a worker that is killed while it is being stopped.
 */
export async function clearAway(folder: string, spared?: number): Promise<void> {
  for (let quiet = 0, looks = 0; quiet < 2 && looks < 200; looks += 1) {
    const found = mentioning(folder).filter((pid) => spared === undefined || parentOf(pid) !== spared);
    for (const pid of found) kill(pid);
    quiet = found.length === 0 ? quiet + 1 : 0;
    await delay(quiet === 0 ? 20 : 1);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Kills a process, or a group by its negative number; one that is gone is no trouble. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function mentioning(folder: string): number[] {
  return pids().filter((pid) => {
    if (pid === process.pid) return false;
    try {
      return (
        readFileSync(`/proc/${pid}/environ`).includes(folder) ||
        readFileSync(`/proc/${pid}/cmdline`).includes(folder) ||
        readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)
      );
    } catch {
      // It ended meanwhile, or is another user's.
      return false;
    }
  });
}

/** Undefined: it ended meanwhile. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function pids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}
