/**
 * Processes that a mutant's tests left behind: it may well be the mistake that nothing is cleaned up. Found by the folder
 * for temporary files that only they were given. Where there is no `/proc` nobody is found.
 */
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { listPids, processFacts } from '../../src/os/process-table.ts';
import { killIfAlive } from '../support/leftovers.ts';

/**
 * Kills everybody who mentions the folder, until two looks find nobody, and removes it. The children of `spared` are left to
 * it: vitest waits a minute for a worker that is killed while it is being stopped.
 */
export async function clearAway(folder: string, spared?: number): Promise<void> {
  for (let quiet = 0, looks = 0; quiet < 2 && looks < 200; looks += 1) {
    const found = mentioning(folder).filter(
      (pid) => spared === undefined || processFacts(pid)?.parent !== spared,
    );
    for (const pid of found) killIfAlive(pid);
    quiet = found.length === 0 ? quiet + 1 : 0;
    await delay(quiet === 0 ? 20 : 1);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function mentioning(folder: string): number[] {
  return listPids().filter((pid) => {
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
