/** How far a run is: as the program says it, and as the journal has it. */
import { expect } from 'vitest';
import { openReader } from '../../src/journal/open.ts';
import type { Lease } from '../../src/ports/journal.ts';
import { stateFolderOf } from '../../src/project/state-folder.ts';
import type { Sandbox } from './sandbox.ts';

export interface Status {
  readonly run: { readonly phase: string; readonly outcome: string | null; readonly driver: string };
  readonly beads: readonly { readonly id: string; readonly status: string; readonly attempts: number }[];
}

export async function status(sandbox: Sandbox): Promise<Status> {
  const { code, stdout, stderr } = await sandbox.gastown(['status', '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

/** Who holds the lease, living or dead. */
export function leaseOf(sandbox: Sandbox): Lease | undefined {
  try {
    using reader = openReader(stateFolderOf(sandbox.folder));
    return reader?.lease();
  } catch {
    // It is only just being made.
    return undefined;
  }
}
