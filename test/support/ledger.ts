/** What the beads of a sandbox wrote down themselves. */
import { readdirSync } from 'node:fs';
import type { Sandbox } from './sandbox.ts';

/** The lines of a file; none when there is no such file yet. */
export function linesOf(sandbox: Sandbox, path: string): string[] {
  return sandbox.has(path) ? sandbox.read(path).split('\n').slice(0, -1) : [];
}

/** What each bead wrote into its own file below `log`. */
export function written(sandbox: Sandbox): Record<string, string[]> {
  return Object.fromEntries(
    readdirSync(sandbox.path('log')).map((name) => [name, linesOf(sandbox, `log/${name}`)]),
  );
}
