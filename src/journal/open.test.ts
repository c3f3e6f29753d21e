import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RunId, runId } from '../core/ids.ts';
import { noCounts } from '../core/status.ts';
import { type Journal, JournalProblem } from '../ports/journal.ts';
import { UPCASTS } from './codec.ts';
import { type Database, openDatabase } from './database.ts';
import { openJournal, openReader } from './open.ts';
import { migrate, schemaVersion } from './schema.ts';

vi.mock('./database.ts', { spy: true });

let project: string;
let state: string;
let database: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'gastown-open-'));
  state = join(project, '.gastown', 'state');
  database = join(state, 'journal.db');
});
afterEach(() => {
  rmSync(project, { recursive: true });
});

const problemOf = (work: () => unknown): JournalProblem => {
  try {
    work();
  } catch (error) {
    if (error instanceof JournalProblem) return error;
    throw error;
  }
  throw new Error('no problem');
};

/** Moves on to a copy of the journal that no connection of this process has ever seen, all in one file. */
function settle(): void {
  const folding = openDatabase(database, 'write');
  folding.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  folding.close();
  state = join(project, 'copy');
  mkdirSync(state, { mode: 0o700 });
  copyFileSync(database, join(state, 'journal.db'));
  database = join(state, 'journal.db');
}

function writeRun(journal: Journal, events = 50): RunId {
  const lease = journal.acquire(
    { host: 'h', bootId: 'b', pidNamespace: 'p', pid: 1, startTime: '1' },
    1,
    () => true,
  );
  if ('heldBy' in lease) throw new Error('held');
  const run = journal.nextRunId();
  const header = { run, formula: 'f', formulaFile: 'f.toml', planHash: 'h', createdAt: 1 };
  journal.createRun(lease.epoch, header);
  journal.append(
    lease.epoch,
    run,
    Array.from(
      { length: events },
      () => ({ type: 'run-paused', at: 1, reason: { type: 'timeout' } }) as const,
    ),
    {
      run: {
        ...header,
        phase: 'active',
        outcome: undefined,
        note: 'x'.repeat(200),
        updatedAt: 1,
        workedMs: 0,
        parallel: 1,
        counts: noCounts(),
      },
      beads: [],
    },
  );
  return run;
}

describe('openJournal', () => {
  it('makes a folder for its owner alone, hidden from version control', () => {
    openJournal(state)[Symbol.dispose]();
    expect(statSync(state).mode & 0o777).toBe(0o700);
    expect(statSync(database).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(state, '.gitignore'), 'utf8')).toBe('*\n');
    expect(readdirSync(join(project, '.gastown'))).toEqual(['state']);
  });

  it('writes with a log and a sync for every commit', () => {
    using journal = openJournal(state);
    writeRun(journal);
    const probe = openDatabase(database, 'read');
    expect(probe.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(probe.prepare('PRAGMA trusted_schema').get()).toEqual({ trusted_schema: 0 });
    probe.close();
    // Whether it syncs is a setting of the connection, which only the connection tells.
    using another = openJournal(state);
    const connection = vi.mocked(openDatabase).mock.results.at(-1)?.value as Database;
    expect(connection.prepare('PRAGMA synchronous').get(), 'FULL').toEqual({ synchronous: 2 });
    expect(another.runs()).toHaveLength(1);
  });

  it('goes on with an empty file, as a crash right after its creation leaves it', () => {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    writeFileSync(database, '', { mode: 0o600 });
    expect(openReader(state)).toBeUndefined();
    using journal = openJournal(state);
    expect(journal.runs()).toEqual([]);
  });

  it.each<[string, JournalProblem['reason'], RegExp, () => void]>([
    [
      'a text file',
      'damaged',
      /is damaged .*Move the folder/,
      () => writeFileSync(database, 'hello\n'.repeat(5_000)),
    ],
    [
      'a header of zeros',
      'damaged',
      /is damaged/,
      () => writeFileSync(database, Buffer.alloc(100, 1), { flag: 'r+' }),
    ],
    [
      'another database',
      'unusable',
      /not a journal of gastown/,
      () => {
        rmSync(database);
        const other = openDatabase(database, 'write');
        other.exec('CREATE TABLE recipe (name TEXT)');
        other.close();
      },
    ],
    [
      'a later schema',
      'newer',
      /written by a newer version/,
      () => {
        const later = openDatabase(database, 'write');
        later.exec('PRAGMA user_version = 99');
        later.close();
      },
    ],
    [
      'a link to elsewhere',
      'unusable',
      /not a regular file/,
      () => {
        rmSync(database);
        symlinkSync(join(project, 'elsewhere.db'), database);
      },
    ],
    ['a folder others write', 'unusable', /can be written by other users/, () => chmodSync(state, 0o770)],
    ['a database others write', 'unusable', /that other users can write/, () => chmodSync(database, 0o666)],
    [
      'a folder in the place of the database',
      'unusable',
      /not a regular file/,
      () => {
        rmSync(database);
        mkdirSync(database);
      },
    ],
  ])(
    'refuses %s with a sentence, for writing and for reading, and leaves it alone',
    (_, reason, sentence, spoil) => {
      openJournal(state)[Symbol.dispose]();
      settle();
      spoil();
      const before = statSync(database, { throwIfNoEntry: false });
      for (const open of [openJournal, openReader]) {
        const problem = problemOf(() => open(state));
        expect(problem.reason).toBe(reason);
        expect(problem.message).toMatch(sentence);
      }
      const after = statSync(database, { throwIfNoEntry: false });
      expect([after?.size, after?.mtimeMs]).toEqual([before?.size, before?.mtimeMs]);
    },
  );

  it('does not drive a journal that may have come with a clone, but shows it', () => {
    openJournal(state)[Symbol.dispose]();
    chmodSync(state, 0o755);
    const problem = problemOf(() => openJournal(state));
    expect([problem.reason, problem.message]).toEqual(['unusable', expect.stringContaining('chmod 700')]);
    using reader = openReader(state);
    expect(reader?.runs()).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)('believes nothing of another user', () => {
    openJournal(state)[Symbol.dispose]();
    chownSync(database, 12_345, 12_345);
    for (const open of [openJournal, openReader]) {
      const problem = problemOf(() => open(state));
      expect([problem.reason, problem.message]).toEqual(['unusable', expect.stringContaining('12345')]);
    }
  });

  it('says what is wrong when the state folder cannot be made', () => {
    writeFileSync(join(project, '.gastown'), 'a file');
    const problem = problemOf(() => openJournal(state));
    expect(problem.reason).toBe('unusable');
    expect(problem.message).toContain(state);
  });
});

describe('a damaged database', () => {
  it.each([1, 2, 3, 4, 5, 6])('gives the truth or a sentence when page %i is garbled', (page) => {
    const writer = openJournal(state);
    const run = writeRun(writer, 400);
    const whole = [...writer.events(run)];
    writer[Symbol.dispose]();
    settle();
    const bytes = readFileSync(database);
    bytes.fill(0xa5, page * 4096, (page + 1) * 4096);
    writeFileSync(database, bytes);

    let read: unknown;
    try {
      using reader = openReader(state);
      read = reader && [...reader.events(run)];
      expect(reader?.latestRun()?.run).toBe(run);
    } catch (error) {
      expect(error).toBeInstanceOf(JournalProblem);
      expect(error).toMatchObject({ reason: 'damaged', message: expect.stringContaining('is damaged') });
      return;
    }
    expect(read).toEqual(whole);
  });

  it('gives a sentence when its end is missing', () => {
    const writer = openJournal(state);
    writeRun(writer, 400);
    writer[Symbol.dispose]();
    settle();
    truncateSync(database, 4096 * 2 + 17);
    const problem = problemOf(() => {
      using reader = openReader(state);
      return reader && [...reader.runs(), ...reader.events(runId('r1'))];
    });
    expect(problem.reason).toBe('damaged');
  });
});

describe('events of a later version', () => {
  it('can still be looked at, but not driven on', () => {
    const known = { ...UPCASTS, 'run-sang': [] };
    const { 'run-paused': _, ...without } = UPCASTS;
    const writer = openJournal(state, known);
    const run = writeRun(writer);
    writer[Symbol.dispose]();
    using old = openJournal(state, without);
    expect(old.latestRun()?.run).toBe(run);
    const problem = problemOf(() => [...old.events(run)]);
    expect(problem.reason).toBe('newer');
    expect(problem.message).toContain('"run-paused"');
  });
});

describe('openReader', () => {
  it('knows when there is no journal yet, and makes nothing', () => {
    expect(openReader(state)).toBeUndefined();
    expect(readdirSync(project)).toEqual([]);
  });

  it('sees commits of a live driver as they happen, and cannot write', () => {
    using journal = openJournal(state);
    using reader = openReader(state);
    expect(reader?.runs()).toEqual([]);
    const run = writeRun(journal);
    expect(reader?.latestRun()?.run).toBe(run);
    const probe = openDatabase(database, 'read');
    expect(() => probe.exec('DELETE FROM event')).toThrow();
    probe.close();
  });

  it('never keeps the driver from folding its log back', () => {
    using journal = openJournal(state);
    using reader = openReader(state);
    const run = writeRun(journal, 6_000);
    const reading = reader?.events(run)[Symbol.iterator]();
    reading?.next();
    const probe = openDatabase(database, 'write');
    expect(probe.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 });
    probe.close();
  });
});

describe('a journal of an earlier version', () => {
  it('is brought up to date by whoever writes; messages that were handled without a reply are not accepted', () => {
    const writer = openJournal(state);
    const run = writeRun(writer);
    writer.post({ key: 'old', type: 'stop', body: null, from: 'anna', at: 1 });
    writer[Symbol.dispose]();
    const back = openDatabase(database, 'write');
    back.exec(
      'DROP TABLE snapshot; ALTER TABLE inbox DROP COLUMN reply; UPDATE inbox SET handled = 1; PRAGMA user_version = 1',
    );
    back.close();
    expect(problemOf(() => openReader(state)).message).toContain('written by an older version');
    using journal = openJournal(state);
    expect(journal.latestRun()?.run).toBe(run);
    expect(journal.replyTo('old')).toEqual({ type: 'refused', sentence: 'nobody said what came of it' });
  });
});

describe('a snapshot that cannot be believed', () => {
  it('is as good as none: from another build, or garbled', () => {
    using journal = openJournal(state);
    const run = writeRun(journal);
    const epoch = journal.lease()?.epoch ?? 0;
    const spoil = (sql: string): void => {
      expect(journal.keepSnapshot(epoch, run, { events: 1, body: { a: 1 } })).toBe(true);
      expect(journal.snapshot(run)?.events).toBe(1);
      const other = openDatabase(database, 'write');
      other.exec(sql);
      other.close();
      expect(journal.snapshot(run), sql).toBeUndefined();
    };
    spoil("UPDATE snapshot SET build = 'another'");
    spoil(`UPDATE snapshot SET body = '{"a":'`);
    spoil('DELETE FROM snapshot');
  });
});

describe('migrate', () => {
  it('takes each step once, whole or not at all', () => {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    const file = openDatabase(database, 'write');
    const steps = [
      'CREATE TABLE a (x) STRICT',
      'CREATE TABLE a (x INTEGER) STRICT; CREATE TABLE b (x INTEGER) STRICT',
    ];
    expect(() => migrate(file, database, steps.slice(0, 1))).toThrow();
    const good = ['CREATE TABLE a (x INTEGER) STRICT'];
    migrate(file, database, good);
    migrate(file, database, good);
    expect(schemaVersion(file, database, good)).toBe(1);
    expect(() =>
      migrate(file, database, [...good, 'CREATE TABLE b (x INTEGER) STRICT; CREATE TABLE a (y)']),
    ).toThrow();
    expect(schemaVersion(file, database, good)).toBe(1);
    migrate(file, database, [...good, 'CREATE TABLE b (x INTEGER) STRICT']);
    expect(schemaVersion(file, database, [...good, ''])).toBe(2);
    file.close();
  });
});
