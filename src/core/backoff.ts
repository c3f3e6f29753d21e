/**
 * How long to wait before the next attempt. Grows by two, from one second to five minutes, with a quarter of jitter either
 * way drawn from the run's seed, so that the same run always waits the same and beads that failed together spread out.
 */
import type { NodeId } from './ids.ts';

const FIRST_MS = 1000;
const LONGEST_MS = 5 * 60_000;

/** `failures`: how many of its kind this bead has now had, ≥ 1. Milliseconds, never 0. */
export function backoffMs(seed: number, node: NodeId, failures: number): number {
  const base = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.round(base * (0.75 + 0.5 * chance(seed, `${node}/${failures}`)));
}

/** A number in [0, 1) that depends on nothing but its arguments (FNV-1a, then a finishing mix). */
function chance(seed: number, text: string): number {
  let hash = (2166136261 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 16777619);
  hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
