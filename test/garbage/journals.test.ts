/**
 * Journals in which anything may stand: bytes flipped, cut and repeated; rows that hold what was never written. A reader
 * tells the truth or says that the journal is damaged, newer or unusable, and changes nothing.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import { neutralise } from '../../src/diagnostic/neutralise.ts';
import { replay, replayMachine } from '../../src/engine/history.ts';
import { openDatabase } from '../../src/journal/database.ts';
import { openJournal, openReader } from '../../src/journal/open.ts';
import { type Journal, JournalProblem, type JournalReader } from '../../src/ports/journal.ts';
import { loadProject } from '../../src/project/load-project.ts';
import { convoy, Sandbox } from '../support/sandbox.ts';
import { hunt, PATIENCE_MS } from './hunt.ts';
import { damaged } from './mutations.ts';
import { spoil } from './spoil.ts';
import { tapes } from './tape.ts';
import { judgeText } from './verdict.ts';

let sandbox: Sandbox;
let plan: Plan;
let whole: Buffer;
let state: string;
let file: string;

beforeAll(async () => {
  const beads = { a: {}, b: { requires: ['a'] }, c: { requires: ['b'], run: 'false', more: '' } };
  sandbox = new Sandbox(convoy(beads));
  await sandbox.gastown(['run']);
  const loaded = loadProject({ root: sandbox.folder, formulaFile: 'formula.toml' }, { strict: false });
  if (loaded.plan === undefined) throw new Error('the plan is right');
  plan = loaded.plan;
  const written = sandbox.path('.gastown', 'state', 'journal.db');
  const folding = openDatabase(written, 'write');
  folding.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE');
  folding.close();
  whole = readFileSync(written);
  state = sandbox.path('copy');
  file = join(state, 'journal.db');
});
afterAll(() => sandbox[Symbol.asyncDispose]());

/** A state folder of its own, so that no connection has ever seen its file. */
function fresh(bytes: Buffer): void {
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state, { mode: 0o700 });
  writeFileSync(file, bytes, { mode: 0o600 });
}

/** Everything that can be read; whatever is wrong is a problem in words. */
function read(open: (stateFolder: string) => JournalReader | undefined): void {
  try {
    using reader = open(state);
    if (reader === undefined) return;
    for (const row of reader.runs()) {
      const run = reader.latestRun(row.formulaFile)?.run ?? row.run;
      for (const { id } of reader.beads(run)) reader.bead(run, id);
      reader.finished(run, 5);
      reader.unfinished(run, 5);
      replayMachine(reader, run);
      if (row.planHash === plan.hash) replay(reader, row, plan);
    }
    reader.lease();
    reader.setting('x');
    if ('inbox' in reader) (reader as Journal).inbox();
  } catch (error) {
    if (!(error instanceof JournalProblem)) throw error;
    judgeText(neutralise(error.message));
  }
}

describe('a journal', () => {
  it('of damaged bytes is read, or said to be damaged', { timeout: PATIENCE_MS }, () => {
    hunt(100, tapes(60), (tape) => {
      fresh(damaged(whole, tape));
      const before = readFileSync(file);
      read(openReader);
      if (!readFileSync(file).equals(before)) throw new Error('a reader has written');
      if (tape.rarely(3)) read(openJournal);
    });
  });

  it('that ends anywhere is read, or said to be damaged', { timeout: PATIENCE_MS }, () => {
    for (let length = 0; length < whole.length; length += length < 120 ? 1 : 1021) {
      fresh(whole.subarray(0, length));
      read(openReader);
    }
  });

  it('with any rows is read, or said to be damaged or newer', { timeout: PATIENCE_MS }, () => {
    hunt(150, tapes(80), (tape) => {
      fresh(whole);
      const database = openDatabase(file, 'write');
      database.exec('PRAGMA foreign_keys = OFF');
      for (let left = 1 + tape.below(3); left > 0; left--) spoil(database, tape);
      database.close();
      read(openReader);
      if (tape.rarely(3)) read(openJournal);
    });
  });
});
