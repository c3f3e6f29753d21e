/**
 * Journals that released versions have written: every later version reads them for ever, and goes on with their runs.
 * `scripts/record-journals.mjs` records them. A recorded file never changes; a release that changes events, the schema or the
 * rows that readers see adds some.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkInvariants } from '../src/core/invariants.ts';
import { Chronicle } from '../src/engine/chronicle.ts';
import { replayWith } from '../src/engine/history.ts';
import { RowNames } from '../src/engine/roster.ts';
import { decodeEvents, UPCASTS } from '../src/journal/codec.ts';
import { openDatabase } from '../src/journal/database.ts';
import { openJournal, openReader } from '../src/journal/open.ts';
import type { BeadRow, JournalReader } from '../src/ports/journal.ts';
import { Sandbox } from './support/sandbox.ts';

const folder = fileURLToPath(new URL('journals/', import.meta.url));
const recorded = readdirSync(folder)
  .filter((file) => file.endsWith('.sql'))
  .map((file) => file.slice(0, -'.sql'.length));
const sqlOf = (name: string): string => readFileSync(`${folder}${name}.sql`, 'utf8');

/** The project of a recording, with its journal as it was written. */
function restored(name: string): Sandbox {
  const sandbox = new Sandbox();
  cpSync(`${folder}${name}`, sandbox.folder, { recursive: true });
  mkdirSync(sandbox.path('.gastown/state'), { recursive: true, mode: 0o700 });
  const database = openDatabase(sandbox.path('.gastown/state/journal.db'), 'write');
  database.exec(`BEGIN; ${sqlOf(name)} COMMIT`);
  database.close();
  return sandbox;
}

/** Opened for writing once: that brings it up to date. */
function upToDate(sandbox: Sandbox): JournalReader {
  openJournal(sandbox.path('.gastown/state'))[Symbol.dispose]();
  const reader = openReader(sandbox.path('.gastown/state'));
  if (reader === undefined) throw new Error('there is no journal');
  return reader;
}

/** What no release may tell otherwise; sentences may get better. */
const facts = ({ name, note, ...row }: BeadRow): unknown => JSON.parse(JSON.stringify(row));

/** Folds every run: what readers were told must be what comes out. */
function expectToFold(reader: JournalReader): void {
  const runs = reader.runs();
  expect(runs).not.toEqual([]);
  for (const run of runs) {
    const rows = reader.beads(run.run);
    const chronicle = new Chronicle(run, new RowNames(rows));
    const store = replayWith(reader, run.run, chronicle);
    checkInvariants(store);
    expect([...chronicle.rows(store)].map(facts)).toEqual(rows.map(facts));
    const { phase, outcome, counts } = chronicle.project(store, []).run ?? run;
    expect({ phase, outcome, counts }).toEqual({
      phase: run.phase,
      outcome: run.outcome,
      counts: run.counts,
    });
  }
}

/** How each recorded project is gone on with: what is typed, and the exit code. */
const GOING_ON: Readonly<Record<string, readonly (readonly [line: string, code: number])[]>> = {
  '0.1-crew': [
    ['why yours', 0],
    ['resume', 2],
    ['resume --steal', 0],
  ],
  '0.1-release': [
    ['why publish', 0],
    ['approve sync/1', 0],
    ['resume', 0],
  ],
  '0.1-survey': [
    ['why ask', 0],
    ['answer ask first', 0],
    ['resume', 1],
  ],
};

describe.each(recorded)('the recorded journal %s', (name) => {
  it('is brought up to date, folds to what was recorded, and satisfies every invariant', async () => {
    await using sandbox = restored(name);
    using reader = upToDate(sandbox);
    expectToFold(reader);
  });

  it('is shown and gone on with by the program', async () => {
    await using sandbox = restored(name);
    using reader = upToDate(sandbox);
    const run = reader.latestRun();
    const status = await sandbox.gastown(['status', '--json', '--all']);
    expect([status.code, status.stderr]).toEqual([0, '']);
    const shown = JSON.parse(status.stdout);
    expect(shown.run).toMatchObject({ id: run?.run, phase: run?.phase });
    const told = ({ id, status: word, attempts }: BeadRow): unknown => ({ id, status: word, attempts });
    expect(shown.beads.map(told)).toEqual(run && reader.beads(run.run).map(told));
    // For whatever its last bead waits.
    sandbox.write({ gone: '' });
    const lines = GOING_ON[name] ?? [];
    expect(lines).not.toEqual([]);
    for (const [line, code] of lines) {
      const { stdout, stderr, ...ended } = await sandbox.gastown(line.split(' '));
      expect(ended, `gastown ${line}\n${stdout}${stderr}`).toEqual({ code });
    }
    expect(reader.latestRun()).toMatchObject({ run: run?.run, phase: 'settled' });
    expectToFold(reader);
  });

  it('names nothing of the machine that it was recorded on', () => {
    expect(sqlOf(name)).not.toMatch(/\/(tmp|home|root|var|work|Users)\b/);
  });
});

it('every type of event stands in some recorded journal', () => {
  const types = new Set<string>();
  for (const name of recorded)
    for (const [, body] of sqlOf(name).matchAll(/^INSERT INTO event VALUES \(\d+, '(.*)'\);$/gm))
      for (const { type } of decodeEvents((body ?? '').replaceAll("''", "'"))) types.add(type);
  expect([...types].toSorted()).toEqual(Object.keys(UPCASTS).toSorted());
});
