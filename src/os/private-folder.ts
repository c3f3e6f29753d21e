/** Folders that belong to one user alone, and the little files a long-running program keeps in them. */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createExclusive, writeFileAtomic } from './files.ts';

/** What stands in the way of trusting a path, in words that complete "<path> …"; undefined: nothing does. */
export type Distrust = string | undefined;

/** Makes a folder that only its owner can enter, with a `.gitignore` that hides everything in it; keeps one that exists. */
export function makePrivateFolder(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    mkdirSync(path, { mode: 0o700 });
    // A set-group-id parent or an odd umask may have changed the mode.
    chmodSync(path, 0o700);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  createExclusive(join(path, '.gitignore'), '*\n');
}

/**
 * Says why a folder and the files named in it cannot be taken for our own work: another owner, or room for others to
 * write. Links are not followed. Missing files are fine; a missing folder is too.
 */
export function distrustOf(folder: string, files: readonly string[]): Distrust {
  const self = process.getuid?.();
  const top = lstatSync(folder, { throwIfNoEntry: false });
  if (top === undefined) return undefined;
  if (!top.isDirectory()) return 'is not a folder';
  if (self !== undefined && top.uid !== self) return `belongs to another user (number ${top.uid})`;
  if ((top.mode & 0o022) !== 0) return 'can be written by other users';
  for (const name of files) {
    const file = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (file === undefined) continue;
    if (!file.isFile()) return `holds a "${name}" that is not a regular file`;
    if (self !== undefined && file.uid !== self)
      return `holds a "${name}" of another user (number ${file.uid})`;
    if ((file.mode & 0o022) !== 0) return `holds a "${name}" that other users can write`;
  }
  return undefined;
}

/** Which file stands at a path, whatever its content; undefined: none. */
export function fileIdentity(path: string): string | undefined {
  const file = lstatSync(path, { throwIfNoEntry: false });
  return file && `${file.dev}:${file.ino}`;
}

/** Whether others can even look into the folder; a folder we made never lets them. */
export function isOpenToOthers(folder: string): boolean {
  return (lstatSync(folder).mode & 0o077) !== 0;
}

/** Whether there is a folder that is ours alone: nobody else can have put there what is in it. */
export function isPrivateFolder(path: string): boolean {
  try {
    return distrustOf(path, []) === undefined && !isOpenToOthers(path);
  } catch (error) {
    // It is not there, or cannot be looked at.
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

/** Makes a private folder if it is missing and can be made; says whether there is one. */
export function tryPrivateFolder(path: string): boolean {
  try {
    makePrivateFolder(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
  return isPrivateFolder(path);
}

/** Bytes that an ordinary user can still write to the file system of a folder. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Fills a file with bytes that no file system can compress or leave out, so that removing it frees as many. */
export function reserveBytes(path: string, bytes: number): void {
  writeFileAtomic(path, randomBytes(bytes), 0o600);
}

/** The text of a file, undefined when there is none. */
export function readTextIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes a file; says whether there was one. */
export function removeFile(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Whether a folder's file system refuses every write, also root's. */
export function isOnReadOnlyDisk(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EROFS';
  }
}

/** Whether this process may still open as many files as a database needs: itself, its log, its index, a temporary one. */
export function mayOpenFiles(): boolean {
  const open: number[] = [];
  try {
    for (let more = 0; more < 4; more += 1) open.push(openSync('/dev/null', 'r'));
    return true;
  } catch {
    return false;
  } finally {
    for (const descriptor of open) closeSync(descriptor);
  }
}
