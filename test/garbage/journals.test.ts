/**
 * Journals in which anything may stand: bytes flipped, cut and repeated; rows that hold what was never written. A reader
 * tells the truth or says that the journal is damaged, newer or unusable, and changes nothing.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeId } from '../../src/core/ids.ts';
import type { Plan } from '../../src/core/plan.ts';
import { neutralise } from '../../src/diagnostic/neutralise.ts';
import { replay, replayMachine } from '../../src/engine/history.ts';
import { RowNames } from '../../src/engine/roster.ts';
import { openDatabase } from '../../src/journal/database.ts';
import { openJournal, openReader } from '../../src/journal/open.ts';
import { journalProblem } from '../../src/journal/problem.ts';
import { readStatus } from '../../src/journal/status-snapshot.ts';
import { type Journal, JournalProblem, type JournalReader } from '../../src/ports/journal.ts';
import { loadProject } from '../../src/project/load-project.ts';
import { convoy, Sandbox } from '../support/sandbox.ts';
import { PATIENCE_MS, slowHunt } from './hunt.ts';
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

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
let opened = 0;

/** Where Node has no SQLite of its own, files are closed when their statements are collected: here too many would wait for that. */
async function collected(): Promise<void> {
  opened += 1;
  if (opened % 200 !== 0) return;
  collect();
  await setImmediate();
}

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
  it('of damaged bytes is read, or said to be damaged', { timeout: PATIENCE_MS }, async () => {
    await slowHunt(100, tapes(60), async (tape) => {
      await collected();
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

  it('with any rows is read, or said to be damaged or newer', { timeout: PATIENCE_MS }, async () => {
    await slowHunt(150, tapes(80), async (tape) => {
      await collected();
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

describe('found here', () => {
  it.each<[string, string, RegExp]>([
    [
      'a row without one of its fields',
      "UPDATE run SET body = json_remove(body, '$.counts')",
      /a row does not have its form/,
    ],
    [
      'a row with another type in it',
      "UPDATE bead SET body = json_set(body, '$.requires', 1)",
      /a row does not have its form/,
    ],
    [
      'an event without its date',
      "UPDATE event SET body = json_remove(body, '$[1].at')",
      /an event has no date/,
    ],
    [
      'an event before the one before it',
      "UPDATE event SET body = json_set(body, '$[1].at', 1) WHERE position % 4294967296 = 5",
      /run r1 tells of an event "[a-z-]+" that cannot have happened/,
    ],
    [
      'a holder that is no process',
      "UPDATE lease SET holder = '7', acquired_at = 1",
      /a row does not have its form/,
    ],
    [
      'a number beyond those of JavaScript',
      'UPDATE lease SET epoch = 9223372036854775807',
      /a number in it is too large/,
    ],
  ])('%s is damage', (_, sql, sentence) => {
    fresh(whole);
    const database = openDatabase(file, 'write');
    database.exec(sql);
    database.close();
    using reader = openReader(state);
    const everything = (): unknown => [
      reader?.lease(),
      ...(reader?.runs() ?? []).map(({ run }) => [reader?.beads(run), reader && replayMachine(reader, run)]),
    ];
    expect(everything).toThrow(JournalProblem);
    expect(everything).toThrow(sentence);
  });

  it('a table without a column is damage', () => {
    fresh(whole);
    const database = openDatabase(file, 'write');
    database.exec('ALTER TABLE lease RENAME COLUMN epoch TO epock');
    database.close();
    using reader = openReader(state);
    expect(() => reader?.lease()).toThrow(/is damaged \(no such column: epoch\)/);
  });

  it('a bead without its row is damage', () => {
    expect(() => new RowNames([]).get(nodeId('a'))).toThrow(/bead a has no row/);
  });

  it('an error of SQLite that comes without its code is damage', () => {
    const error = Object.assign(new Error('database disk image is malformed'), { code: 'ERR_SQLITE_ERROR' });
    expect(journalProblem(error, file, () => false)).toMatchObject({ reason: 'damaged' });
  });

  it('a status file of another form counts as none', () => {
    fresh(whole);
    for (const text of ['null', '[]', '{"format":1}', '{"format":1,"runs":[1],"beads":{},"settings":{}}']) {
      writeFileSync(join(state, 'status.json'), text, { mode: 0o600 });
      expect(readStatus(state)).toBeUndefined();
    }
  });

  it('a snapshot of another form counts as none', () => {
    fresh(whole);
    using journal = openJournal(state);
    const [row] = journal.runs();
    if (row === undefined) throw new Error('there is a run');
    const folded = replayMachine(journal, row.run).nodes.size;
    for (const body of [null, 1, {}, { image: {}, added: [] }, { image: null }]) {
      const reader: JournalReader = new Proxy(journal, {
        get: (target, key) => {
          if (key === 'snapshot') return () => ({ events: 3, body });
          const value: unknown = Reflect.get(target, key);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      expect(replayMachine(reader, row.run).nodes.size).toBe(folded);
    }
  });
});
