/** What happens when the disk is full, without a full disk: SQLite says so. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalProblem } from '../ports/journal.ts';
import { Ballast } from './ballast.ts';
import { UPCASTS } from './codec.ts';
import { Connection } from './connection.ts';
import { type Database, openDatabase } from './database.ts';
import { SqliteJournal } from './journal.ts';
import { openJournal } from './open.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gastown-ballast-'));
  path = join(folder, 'ballast');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A file system on which there is no room, ever. */
const FULL_DISK = '/proc';

describe('the reserve', () => {
  it('is taken at once, given up once, and taken again when the disk has recovered', () => {
    const ballast = new Ballast(folder, path);
    ballast.restore();
    expect(statSync(path).size).toBeGreaterThanOrEqual(256 * 1024);
    expect([ballast.release(), existsSync(path), ballast.release()]).toEqual([true, false, false]);
    ballast.restore();
    expect(existsSync(path)).toBe(true);
  });

  it.runIf(existsSync(FULL_DISK))('is not taken from a disk that is nearly full', () => {
    const ballast = new Ballast(FULL_DISK, path);
    for (let commit = 0; commit < 200; commit += 1) ballast.restore();
    expect(existsSync(path)).toBe(false);
  });

  it('that an earlier driver took is known', () => {
    new Ballast(folder, path).restore();
    expect(new Ballast(folder, path).release()).toBe(true);
  });
});

describe('a commit', () => {
  /** A journal on a real file, whose next statements that begin like this fail as told. */
  function journalFailing(statement: string, codes: number[]): SqliteJournal {
    const state = join(folder, 'state');
    openJournal(state)[Symbol.dispose]();
    const file = join(state, 'journal.db');
    const database = openDatabase(file, 'write');
    const failing: Database = {
      exec: (sql) => database.exec(sql),
      close: () => database.close(),
      prepare(sql) {
        const prepared = database.prepare(sql);
        return {
          get: (...values) => prepared.get(...values),
          all: (...values) => prepared.all(...values),
          run(...values) {
            const errcode = sql.startsWith(statement) ? codes.shift() : undefined;
            if (errcode !== undefined) throw Object.assign(new Error('it cannot be written'), { errcode });
            return prepared.run(...values);
          },
        };
      },
    };
    const connection = new Connection(failing, file, { isFull: () => true, isInPlace: () => true });
    return new SqliteJournal(connection, UPCASTS, new Ballast(folder, path));
  }
  const FULL = 13;
  const BUSY = 5;
  const problemOf = (work: () => void): unknown => {
    try {
      work();
      return undefined;
    } catch (error) {
      return error instanceof JournalProblem ? error.reason : error;
    }
  };
  const reserve = (): void => new Ballast(folder, path).restore();

  it('that finds the disk full gives the reserve up, and is made', () => {
    reserve();
    using journal = journalFailing('INSERT INTO setting', [FULL]);
    expect(problemOf(() => journal.setSetting('key', 'value'))).toBeUndefined();
    expect(journal.setting('key')).toBe('value');
    // Not taken back by the commit that needed it.
    expect(existsSync(path)).toBe(false);
  });

  it('that finds the disk full without a reserve, or in spite of it, is not made', () => {
    using without = journalFailing('INSERT INTO setting', [FULL]);
    expect(problemOf(() => without.setSetting('key', 'value'))).toBe('full');
    reserve();
    using journal = journalFailing('INSERT INTO setting', [FULL, FULL]);
    expect(problemOf(() => journal.setSetting('key', 'value'))).toBe('full');
    expect([journal.setting('key'), existsSync(path)]).toEqual([undefined, false]);
  });

  it('that fails for something else keeps the reserve', () => {
    reserve();
    using journal = journalFailing('INSERT INTO setting', [BUSY]);
    expect(problemOf(() => journal.setSetting('key', 'value'))).toBe('unusable');
    expect([journal.setting('key'), existsSync(path)]).toEqual([undefined, true]);
  });

  it('of a new run never gets the folder of an old one, whose records are still there', () => {
    using journal = journalFailing('nothing', []);
    expect(journal.nextRunId()).toBe('r1');
    for (const run of ['r1', 'r2', 'r4']) mkdirSync(join(folder, 'state', 'runs', run), { recursive: true });
    expect(journal.nextRunId()).toBe('r3');
  });
});
