/** SQLite's errors in the words of {@link JournalProblem}: a sentence for people, with what to do. */

import { dirname } from 'node:path';
import { classifyFileError } from '../os/files.ts';
import { isOnReadOnlyDisk, mayOpenFiles } from '../os/private-folder.ts';
import { JournalProblem } from '../ports/journal.ts';

/** Result codes of SQLite: primary ones are the low byte of `errcode`. */
const ERROR = 1;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const IOERR_SHORT_READ = 522;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;
/** The database file was replaced or removed while it was open. */
const READONLY_DBMOVED = 1032;

/** Turns an error of SQLite into a {@link JournalProblem}; anything else is returned as it is, for the caller to throw. */
export function journalProblem(error: unknown, path: string, isDiskFull: () => boolean): unknown {
  if (error instanceof JournalProblem) return error;
  if (isTooLarge(error)) return damaged(path, 'a number in it is too large', error);
  const said = error instanceof Error ? error.message : String(error);
  // The package forgets the code of what goes wrong between two rows; there, only content can.
  if (isWithoutCode(error)) return damaged(path, said, error);
  const code = sqliteCode(error);
  if (code === undefined) return error;
  switch (code & 0xff) {
    // Our statements fit our tables: the tables are others.
    case ERROR:
    case CORRUPT:
    case NOTADB:
      return damaged(path, said, error);
    case FULL:
      return full(path, error);
    case IOERR:
      if (code === IOERR_SHORT_READ) return damaged(path, 'it ends too early', error);
      // A full disk shows as an I/O error where SQLite had to grow its shared-memory file or to sync.
      if (isDiskFull()) return full(path, error);
      return new JournalProblem(
        'unusable',
        `The journal ${path} cannot be read or written: the disk reports an error (${said}). Check the disk, then run the command again.`,
        error,
      );
    case READONLY:
      if (code === READONLY_DBMOVED) return displaced(path, error);
      return readOnly(path, error);
    case CANTOPEN:
      if (isOnReadOnlyDisk(dirname(path))) return readOnly(path, error);
      if (!mayOpenFiles())
        return new JournalProblem(
          'unusable',
          `The journal ${path} cannot be opened: this process may not open more files. Raise the limit ("ulimit -n 1024"), then run the command again.`,
          error,
        );
      return new JournalProblem(
        'unusable',
        `The journal ${path} cannot be opened (${said}). Check that you may read and write the folder ${dirname(path)}.`,
        error,
      );
    case BUSY:
    case LOCKED:
      return new JournalProblem(
        'unusable',
        `The journal ${path} stays locked by another program (${said}). Close what has it open, then run the command again.`,
        error,
      );
    default:
      return error;
  }
}

/** The sentence for a file whose content cannot be trusted. */
export function damaged(path: string, detail: string, cause?: unknown): JournalProblem {
  return new JournalProblem(
    'damaged',
    `The journal ${path} is damaged (${detail}). Nothing was changed. Move the folder ${dirname(path)} aside ` +
      '(it also holds the logs) and run the command again: it begins a new journal, in which no bead is done yet.',
    cause,
  );
}

/** The sentence for a journal that somebody took away while it was open. */
export function displaced(path: string, cause?: unknown): JournalProblem {
  return new JournalProblem(
    'unusable',
    `The journal ${path} was moved or removed while it was in use. Put it back, or run the command again to begin a new one.`,
    cause,
  );
}

/** The sentence for a journal written by a later version of the program. */
export function newer(path: string, detail: string): JournalProblem {
  return new JournalProblem(
    'newer',
    `The journal ${path} was written by a newer version of gastown (${detail}). Update gastown, then run the command again. Nothing was changed.`,
  );
}

function readOnly(path: string, cause?: unknown): JournalProblem {
  return new JournalProblem(
    'read-only',
    `The journal ${path} cannot be written: the folder or its file system is read-only. Make ${dirname(path)} writable, then run the command again.`,
    cause,
  );
}

/** Turns an error of the file system into a {@link JournalProblem}; anything else is returned as it is. */
export function fileProblem(error: unknown, path: string): unknown {
  if (error instanceof JournalProblem || !(error instanceof Error) || !('code' in error)) return error;
  switch (classifyFileError(error)) {
    case 'full':
      return full(path, error);
    case 'read-only':
    case 'denied':
      return readOnly(path, error);
    default:
      return new JournalProblem(
        'unusable',
        `The journal ${path} cannot be opened (${error.message}). Check the folder ${dirname(path)}.`,
        error,
      );
  }
}

/** Whether SQLite could not open the file at all, as with a write-ahead log in a folder that cannot be written. */
export function isOutOfReach(problem: unknown): boolean {
  if (!(problem instanceof JournalProblem)) return false;
  const code = sqliteCode(problem.cause);
  return code !== undefined && ((code & 0xff) === CANTOPEN || (code & 0xff) === READONLY);
}

/** Whether an error of SQLite says that somebody else has a lock. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && (code & 0xff) === BUSY;
}

function full(path: string, cause: unknown): JournalProblem {
  return new JournalProblem(
    'full',
    `The disk that holds ${dirname(path)} is full: nothing more can be recorded. Free some space, then run \`gastown resume\`. Everything recorded before is safe.`,
    cause,
  );
}

const isWithoutCode = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === 'ERR_SQLITE_ERROR' &&
  sqliteCode(error) === undefined;

/** SQLite's numbers are larger than those of JavaScript; none of ours is. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof RangeError && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}
