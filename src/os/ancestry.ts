/** What the processes above this one were started with; nothing is known of them where there is no process table. */
import { environmentOf, processFacts } from './process-table.ts';

/** Processes looked at: longer chains are made, not found. */
const MOST_ANCESTORS = 64;

/**
 * Whether a process above this one has one of these variables in the environment it was started with. A process that got away from its
 * parent, or whose parent belongs to another user, is not found out.
 */
export function ancestorHas(variables: readonly string[]): boolean {
  let pid = process.ppid;
  for (let step = 0; step < MOST_ANCESTORS && pid > 1; step += 1) {
    const entries = environmentOf(pid)?.toString('latin1').split('\0') ?? [];
    if (entries.some((entry) => variables.some((name) => entry.startsWith(`${name}=`)))) return true;
    pid = processFacts(pid)?.parent ?? 0;
  }
  return false;
}
