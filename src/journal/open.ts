/**
 * Opening the journal of a project: deciding whether it is ours, whole, and of a version we know. Owns: the names in
 * the state folder. Does not own: what is in the files.
 */
import { join } from 'node:path';
import { createExclusive } from '../os/files.ts';
import {
  distrustOf,
  fileIdentity,
  freeBytes,
  isOpenToOthers,
  makePrivateFolder,
} from '../os/private-folder.ts';
import { type Journal, JournalProblem, type JournalReader } from '../ports/journal.ts';
import { Ballast } from './ballast.ts';
import { UPCASTS, type Upcasts } from './codec.ts';
import { Connection } from './connection.ts';
import { type Database, openDatabase } from './database.ts';
import { SqliteJournal } from './journal.ts';
import { fileProblem, isBusy, isOutOfReach, journalProblem } from './problem.ts';
import { SqliteReader } from './reader.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from './schema.ts';
import { readStatus } from './status-snapshot.ts';

const DATABASE = 'journal.db';
const FILES = [
  DATABASE,
  `${DATABASE}-wal`,
  `${DATABASE}-shm`,
  'status.json',
  'ballast',
  'doorbell',
  '.gitignore',
];
/** Below this much free space an I/O error is put down to a full disk. */
const NEARLY_FULL_BYTES = 64 * 1024;

/**
 * Opens the journal for writing, making the state folder and the journal when they are missing; throws
 * {@link JournalProblem}. Whoever wants to append must take the lease; posting to the inbox needs no lease.
 */
export function openJournal(stateFolder: string, upcasts: Upcasts = UPCASTS): Journal {
  const path = join(stateFolder, DATABASE);
  try {
    makePrivateFolder(stateFolder);
    refuseForeign(stateFolder);
    if (isOpenToOthers(stateFolder)) {
      // Version control does not carry a folder's mode: a journal that came with a clone stands in an open folder.
      throw new JournalProblem(
        'unusable',
        `The folder ${stateFolder} is open to other users, so it was not made by gastown: a journal in it may have come with the project's files. If it is yours, run: chmod 700 ${quote(stateFolder)}`,
      );
    }
    createExclusive(path, '');
  } catch (error) {
    throw fileProblem(error, path);
  }
  const connection = connect(path, stateFolder, 'write', (database) => {
    useWriteAheadLog(database, path);
    migrate(database, path);
    // One fsync per commit; the log is folded back every 16 MB, and does not stay larger than that afterwards.
    database.exec(
      `PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = ${16 * 1024 * 1024};`,
    );
  });
  return new SqliteJournal(connection, upcasts, new Ballast(stateFolder, join(stateFolder, 'ballast')));
}

/**
 * Opens the journal for reading, without disturbing whoever drives; undefined when there is none yet. Where SQLite
 * cannot open it because the folder is read-only, the last `status.json` answers instead (its events cannot be read).
 */
export function openReader(stateFolder: string, upcasts: Upcasts = UPCASTS): JournalReader | undefined {
  const path = join(stateFolder, DATABASE);
  try {
    refuseForeign(stateFolder);
    if (fileIdentity(path) === undefined) return undefined;
  } catch (error) {
    throw fileProblem(error, path);
  }
  let version = 0;
  try {
    const connection = connect(path, stateFolder, 'read', (database) => {
      version = schemaVersion(database, path);
    });
    if (version === SCHEMA_VERSION) return new SqliteReader(connection, upcasts);
    connection[Symbol.dispose]();
  } catch (error) {
    const snapshot = isOutOfReach(error) ? readStatus(stateFolder) : undefined;
    if (snapshot === undefined) throw error;
    return snapshot;
  }
  if (version === 0) return undefined;
  throw new JournalProblem(
    'unusable',
    `The journal ${path} was written by an older version of gastown. Run \`gastown resume\` once: it brings the journal up to date.`,
  );
}

function connect(
  path: string,
  stateFolder: string,
  access: 'read' | 'write',
  prepare: (database: Database) => void,
): Connection {
  const isFull = (): boolean => freeBytes(stateFolder) < NEARLY_FULL_BYTES;
  let database: Database | undefined;
  try {
    database = openDatabase(path, access);
    prepare(database);
    const identity = fileIdentity(path);
    return new Connection(database, path, { isFull, isInPlace: () => fileIdentity(path) === identity });
  } catch (error) {
    database?.close();
    throw journalProblem(error, path, isFull);
  }
}

function useWriteAheadLog(database: Database, path: string): void {
  // Refused before anything is changed: the mode is written into the file.
  schemaVersion(database, path);
  const mode = patiently(() => database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']);
  if (mode === 'wal') return;
  throw new JournalProblem(
    'unusable',
    `The file system of ${path} cannot hold a journal (SQLite's write-ahead log does not work there). Use a local disk.`,
  );
}

/** SQLite does not wait for its lock when two processes turn the log on in a new file at once: wait here. */
function patiently<Result>(work: () => Result): Result {
  for (let triesLeft = 100; ; triesLeft -= 1) {
    try {
      return work();
    } catch (error) {
      if (triesLeft === 0 || !isBusy(error)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function refuseForeign(stateFolder: string): void {
  const distrust = distrustOf(stateFolder, FILES);
  if (distrust === undefined) return;
  throw new JournalProblem(
    'unusable',
    `${stateFolder} ${distrust}, so what it says cannot be trusted. If it is yours, mend its owner and mode (chmod -R go= ${quote(stateFolder)}); else move it away.`,
  );
}

/** For a command line that a person may copy. */
function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
