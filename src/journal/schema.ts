/**
 * The tables, as the list of steps that lead to them. `user_version` counts the steps a file has been through;
 * a released step never changes.
 *
 * Keys are made so that everything of one run lies together and in order: `position` and `key` are
 * run number × 2³² + a number within the run. Events and rows are stored as JSON text and read back in one piece
 * per some thousand: column by column, 10,000 rows took three times as long.
 */

import { JournalProblem } from '../ports/journal.ts';
import type { Database, SqlValue } from './database.ts';
import { newer } from './problem.ts';

/** Marks the file as ours for `file(1)` and for {@link migrate}: "GTwn". */
const APPLICATION_ID = 0x4754776e;

const MIGRATIONS: readonly string[] = [
  `CREATE TABLE run (
     number INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     formula_file TEXT NOT NULL,
     body TEXT
   ) STRICT;
   CREATE TABLE event (position INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
   CREATE TABLE bead (
     key INTEGER PRIMARY KEY,
     run INTEGER NOT NULL REFERENCES run (number),
     id TEXT NOT NULL,
     done INTEGER NOT NULL,
     body TEXT NOT NULL,
     UNIQUE (run, id)
   ) STRICT;
   CREATE TABLE lease (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     epoch INTEGER NOT NULL,
     holder TEXT,
     acquired_at INTEGER
   ) STRICT;
   INSERT INTO lease VALUES (1, 0, NULL, NULL);
   CREATE TABLE inbox (
     id INTEGER PRIMARY KEY,
     key TEXT NOT NULL UNIQUE,
     type TEXT NOT NULL,
     body TEXT NOT NULL,
     sender TEXT NOT NULL,
     at INTEGER NOT NULL,
     handled INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE INDEX inbox_open ON inbox (id) WHERE handled = 0;
   CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  // What came of a message, for whoever posted it.
  `ALTER TABLE inbox ADD COLUMN reply TEXT;`,
  // At most one row: what the newest run's events come to, for the build that made it.
  `CREATE TABLE snapshot (
     run INTEGER PRIMARY KEY REFERENCES run (number),
     events INTEGER NOT NULL,
     build TEXT NOT NULL,
     body TEXT NOT NULL
   ) STRICT;`,
];

/** The schema this version writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Rows and events of run number `n` have keys in `[n × RUN_SPAN, (n + 1) × RUN_SPAN)`. */
export const RUN_SPAN = 2 ** 32;

/** Brings a file up to the present schema; two processes may do it at the same time. */
export function migrate(database: Database, path: string, migrations: readonly string[] = MIGRATIONS): void {
  // Checked first without a lock: nearly always there is nothing to do.
  if (schemaVersion(database, path, migrations) === migrations.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    const from = schemaVersion(database, path, migrations);
    for (const step of migrations.slice(from)) database.exec(step);
    database.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}; COMMIT`,
    );
  } catch (error) {
    rollback(database);
    throw error;
  }
}

/** How many steps the file has been through (0: an empty file); throws when it is not ours or from a newer version. */
export function schemaVersion(
  database: Database,
  path: string,
  migrations: readonly string[] = MIGRATIONS,
): number {
  // In one statement: between two, another process may have made the tables.
  const row = database
    .prepare(
      `SELECT user_version AS version, application_id AS application, (SELECT count(*) FROM sqlite_schema) AS tables
       FROM pragma_user_version, pragma_application_id`,
    )
    .get();
  const [version, application, tables] = [number(row?.['version']), row?.['application'], row?.['tables']];
  if (application !== APPLICATION_ID) {
    if (application === 0 && version === 0 && tables === 0) return 0;
    throw new JournalProblem(
      'unusable',
      `${path} is an SQLite database, but not a journal of gastown. Move it away, then run the command again.`,
    );
  }
  if (version > migrations.length) {
    throw newer(path, `its schema is ${version}, this version knows ${migrations.length}`);
  }
  return version;
}

/** Ends a transaction that went wrong. */
export function rollback(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // A full disk or a damaged page has already rolled it back, and that error is on its way up.
  }
}

const number = (value: SqlValue | undefined): number => (typeof value === 'number' ? value : 0);
