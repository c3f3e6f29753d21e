/** What can happen to a run from outside. Who is hit is found by what the run itself has written down: its records and its lease. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../src/journal/database.ts';
import { isBusy } from '../../src/journal/problem.ts';
import { isSame, type ProcessIdentity } from '../../src/os/process-identity.ts';
import { listPids, processFacts } from '../../src/os/process-table.ts';
import { readRecord } from '../../src/os/shell-record.ts';
import { attemptNamed } from '../../src/ports/attempt-name.ts';
import { killIfAlive } from './leftovers.ts';
import type { Sandbox } from './sandbox.ts';

/** A command that has begun and not ended, as far as its record tells. */
export interface Command {
  readonly node: string;
  readonly attempt: number;
  /** Absolute path of its record. */
  readonly record: string;
  readonly helper: ProcessIdentity;
}

/** Paths of the records of all commands of all runs. */
export function recordsOf(sandbox: Sandbox): string[] {
  const runs = sandbox.path('.gastown/state/runs');
  if (!sandbox.has('.gastown/state/runs')) return [];
  return readdirSync(runs, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.record'))
    .map((path) => join(runs, path))
    .toSorted();
}

/** The commands whose helpers live. */
export function commandsOf(sandbox: Sandbox): Command[] {
  return recordsOf(sandbox).flatMap((record): Command[] => {
    const state = readRecord(record);
    if (state.phase !== 'begun' || !isSame(state.helper)) return [];
    return [{ ...attemptNamed(record.split('/').at(-2) ?? ''), record, helper: state.helper }];
  });
}

/** What a helper has started and is still in its session. */
export function childrenOf({ pid }: ProcessIdentity): number[] {
  return listPids().filter((one) => one !== pid && processFacts(one)?.session === pid);
}

/** Everything at once, as in a power cut: whoever could start something dies first. */
export function cutPower(sandbox: Sandbox, driver: number | undefined): void {
  if (driver !== undefined) killIfAlive(driver);
  for (let left = sandbox.processes(); left.length > 0; left = sandbox.processes())
    for (const pid of left) killIfAlive(pid);
}

/** Makes the journal say that somebody else holds the lease; false where the journal is locked. */
export function changeHolder(sandbox: Sandbox, change: Partial<ProcessIdentity>): boolean {
  const database = openDatabase(sandbox.path('.gastown/state/journal.db'), 'write');
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN IMMEDIATE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return false;
    throw error;
  }
  try {
    for (const [key, value] of Object.entries(change))
      database
        .prepare(`UPDATE lease SET holder = json_set(holder, '$.${key}', ?) WHERE holder IS NOT NULL`)
        .run(value);
    database.exec('COMMIT');
    return true;
  } finally {
    database.close();
  }
}
