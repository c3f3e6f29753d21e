/** What is left when a run is over: its outcome, which no crash may change, and nothing else. */
import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { openReader } from '../../src/journal/open.ts';
import { readRecord } from '../../src/os/shell-record.ts';
import { attemptNamed } from '../../src/ports/attempt-name.ts';
import { stateFolderOf } from '../../src/project/state-folder.ts';
import { recordsOf } from './faults.ts';
import { linesOf } from './ledger.ts';
import type { Sandbox } from './sandbox.ts';

/** What does not depend on how often a run was interrupted. */
export interface Outcome {
  readonly phase: string;
  readonly outcome: string | undefined;
  readonly beads: Readonly<Record<string, string>>;
  /** The files below `out`, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** Undefined before there is a run. */
export function outcomeOf(sandbox: Sandbox): Outcome | undefined {
  using reader = openReader(stateFolderOf(sandbox.folder));
  const run = reader?.latestRun();
  if (reader === undefined || run === undefined) return undefined;
  const beads = reader.beads(run.run).map(({ id, status }) => [id, status] as const);
  return {
    phase: run.phase,
    outcome: run.outcome,
    beads: Object.fromEntries(beads.toSorted()),
    files: Object.fromEntries(
      sandbox.has('out')
        ? readdirSync(sandbox.path('out')).map((name) => [name, sandbox.read(`out/${name}`)])
        : [],
    ),
  };
}

/**
 * What is wrong with what the beads wrote down; `log/ledger` is that of `random-project.ts`. `harmed`: beads of which a command was
 * made to fail from outside, perhaps a check.
 */
export function troubles(sandbox: Sandbox, harmed: ReadonlySet<string> = new Set()): string[] {
  const lines = linesOf(sandbox, 'log/ledger');
  const found = lines.filter((line) => line.startsWith('twice'));
  const begun = new Map<string, number>();
  for (const line of lines) {
    const [word, bead = '', attempt] = line.split(' ');
    if (word !== 'begin') continue;
    if (Number(attempt) <= (begun.get(bead) ?? 0)) found.push(`begun out of turn: ${line}`);
    begun.set(bead, Number(attempt));
  }
  // The record of an attempt is what a driver can know, whoever dies: a success in it is for ever.
  for (const path of recordsOf(sandbox).filter((one) => one.endsWith('/work.record'))) {
    const { node, attempt } = attemptNamed(path.split('/').at(-2) ?? '');
    const state = readRecord(path);
    if (harmed.has(node)) continue;
    if (state.phase === 'ended' && state.status === 0 && (begun.get(node) ?? 0) > attempt)
      found.push(`${node} ended well in attempt ${attempt} and was begun again`);
  }
  using reader = openReader(stateFolderOf(sandbox.folder));
  const run = reader?.latestRun();
  const done = new Set<string>();
  for (const event of reader === undefined || run === undefined ? [] : reader.events(run.run)) {
    if (event.type !== 'bead-done') continue;
    if (done.has(event.node)) found.push(`${event.node} was done twice`);
    done.add(event.node);
  }
  return found;
}

/** The files that stand in the state folder of a project between two runs. */
const KEPT =
  /^(?:\.gitignore|journal\.db(?:-wal|-shm)?|status\.json|ballast|doorbell|formula|plan-[0-9a-f]{16}|rigs|runs)$/;
const TEMPORARY = /\.tmp$/;

/** Waits for the helpers of killed drivers, which end by themselves; then nothing may be left but what is meant to stay. */
export async function expectNothingLeft(sandbox: Sandbox): Promise<void> {
  await sandbox.until('no process is left', () => sandbox.processes().length === 0);
  using reader = openReader(stateFolderOf(sandbox.folder));
  expect(reader?.lease(), 'the lease').toBeUndefined();
  expect(sandbox.list().filter((path) => TEMPORARY.test(path))).toEqual([]);
  expect(readdirSync(stateFolderOf(sandbox.folder)).filter((name) => !KEPT.test(name))).toEqual([]);
}
