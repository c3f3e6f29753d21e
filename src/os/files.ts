/**
 * Files written so that a crash leaves the old or the new one, and failures named so that people know what to do.
 */
import {
  appendFileSync,
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf } from './process-identity.ts';

/** Why a file operation failed, as far as people can act on it. */
export type FileProblem =
  | 'full'
  | 'read-only'
  | 'denied'
  | 'missing'
  | 'not-a-file'
  | 'too-many-open'
  | 'other';

/** Names the cause of an error thrown by a file operation. */
export function classifyFileError(error: unknown): FileProblem {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'full';
    case 'EROFS':
      return 'read-only';
    case 'EACCES':
    case 'EPERM':
      return 'denied';
    case 'ENOENT':
    case 'ENOTDIR':
      return 'missing';
    case 'EISDIR':
    case 'ELOOP':
      return 'not-a-file';
    case 'EMFILE':
    case 'ENFILE':
      return 'too-many-open';
    default:
      return 'other';
  }
}

/** Whether anything, also a broken link, is at this path. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The path of a folder with all links resolved; undefined when there is no such folder. */
export function realDirectory(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? realpathSync(path) : undefined;
}

/** Makes a folder, and those above it, readable by its owner only; an existing one keeps its mode. */
export function ensureDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

function flushDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

let sequence = 0;

/** `.NAME.PID.N.tmp`: where a file is written before it takes the place of the one with that name. */
export function temporaryFor(path: string): string {
  sequence += 1;
  return join(dirname(path), `.${basename(path)}.${process.pid}.${sequence}.tmp`);
}

const TEMPORARY = /^\.(.+)\.(\d+)\.\d+\.tmp$/;

/**
 * Replaces a file's content: readers and a crash see the old or the new text, never a mixture. An existing file keeps
 * its mode; a new one gets `mode`. A symbolic link is replaced, not followed: resolve it first.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array, mode = 0o644): void {
  const temporary = temporaryFor(path);
  const existing = lstatSync(path, { throwIfNoEntry: false });
  const finalMode = existing?.isFile() ? existing.mode & 0o7777 : mode;
  try {
    const descriptor = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(descriptor, data);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    // By name and after the fact: the umask must not change what the author chose.
    chmodSync(temporary, finalMode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  flushDirectory(dirname(path));
}

/**
 * The name of the file that was to be replaced by the one with this name, whose writer died over it; undefined for every other
 * file. (This process writes each in one go, so that what bears its pid is an earlier one's.)
 */
export function abandonedFor(name: string): string | undefined {
  const [, target, pid] = TEMPORARY.exec(name) ?? [];
  if (target === undefined) return undefined;
  return Number(pid) === process.pid || identityOf(Number(pid)) === undefined ? target : undefined;
}

/** Removes what is not needed any more; what is gone already, or cannot be removed, is no trouble. */
export function discardFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    if (classifyFileError(error) === 'other') throw error;
  }
}

/** Creates a file that must not exist; false when it does. */
export function createExclusive(path: string, data: string | Uint8Array, mode = 0o600): boolean {
  try {
    writeFileSync(path, data, { flag: 'wx', mode });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Appends to a file, which is created readable by its owner only. */
export function appendFile(path: string, data: string | Uint8Array): void {
  appendFileSync(path, data, { mode: 0o600 });
}

/** The last `maxBytes` of a file as text, broken characters replaced; undefined when there is no such file. */
export function readTail(path: string, maxBytes: number): string | undefined {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, maxBytes));
    const length = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Colours and cursor movements of terminals (ECMA-48, CSI). */
const CONTROL_SEQUENCES = /\u001b\[[0-?]*[ -/]*[@-~]/g;

/**
 * The last line of a file that is not blank, at most `maxCharacters` of it, colours left out; undefined when there is none.
 * A line that is still being written counts only when no complete one is near.
 */
export function readLastLine(path: string, maxCharacters = 200): string | undefined {
  const text = readTail(path, 8 * 1024)?.replace(CONTROL_SEQUENCES, '');
  if (text === undefined) return undefined;
  const end = text.lastIndexOf('\n');
  const complete = lastNonBlank(text.slice(0, Math.max(0, end)));
  const line = complete ?? lastNonBlank(text);
  return line === undefined || line.length <= maxCharacters ? line : `${line.slice(0, maxCharacters - 1)}…`;
}

function lastNonBlank(text: string): string | undefined {
  // A carriage return starts a line over: what a terminal would show at last is what counts.
  return text
    .split(/[\r\n]/)
    .findLast((line) => line.trim() !== '')
    ?.trim();
}

/**
 * The bytes of a growing file from its beginning on, piece by piece. Ends once `isFinished` was true before a read that
 * found nothing, or when the signal aborts; waits for a file that does not exist yet. A file that shrank is read anew.
 */
export async function* followFile(
  path: string,
  signal: AbortSignal,
  isFinished: () => boolean,
  pollMs = 100,
): AsyncGenerator<Buffer, void> {
  let offset = 0;
  const buffer = Buffer.alloc(64 * 1024);
  while (!signal.aborted) {
    // Asked before reading: what was written before the end must still be shown.
    const finished = isFinished();
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size < offset) offset = 0;
    if (size > offset) {
      const descriptor = openSync(path, 'r');
      try {
        const length = readSync(descriptor, buffer, 0, buffer.length, offset);
        offset += length;
        if (length > 0) yield Buffer.from(buffer.subarray(0, length));
      } finally {
        closeSync(descriptor);
      }
      continue;
    }
    if (finished) return;
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
