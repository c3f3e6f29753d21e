/** Files that other programs leave for us: opened without following links, bounded, and never waited for. */
import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { exists } from './files.ts';

/** `why` completes "the file …". */
interface Problem {
  readonly type: 'problem';
  readonly why: string;
}

/** What stands where a file was expected. */
export type LeftFile = { readonly type: 'none' } | { readonly type: 'text'; readonly text: string } | Problem;

/** What stands where a folder was expected. */
export type LeftFolder =
  | { readonly type: 'none' }
  | { readonly type: 'names'; readonly names: readonly string[] }
  | Problem;

// O_NONBLOCK: opening a pipe must not wait for its writer.
const READING = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The text of a regular file of at most `maxBytes`. */
export function readLeftFile(path: string, maxBytes: number): LeftFile {
  // Nearly always there is none, and an exception costs more than the look.
  if (!exists(path)) return { type: 'none' };
  let descriptor: number;
  try {
    descriptor = openSync(path, READING);
  } catch (error) {
    return problemOf(error);
  }
  try {
    if (!fstatSync(descriptor).isFile()) return problem('is no regular file');
    // One byte more than allowed: a file may grow while it is read.
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
    const bytes = buffer.subarray(0, length);
    if (length > maxBytes) return problem(`has more than ${maxBytes} bytes`);
    if (!isUtf8(bytes)) return problem('is no UTF-8 text');
    return { type: 'text', text: bytes.toString('utf8') };
  } catch (error) {
    return problemOf(error);
  } finally {
    closeSync(descriptor);
  }
}

/** The names in a folder, sorted. */
export function namesLeftIn(folder: string): LeftFolder {
  try {
    const standing = lstatSync(folder);
    // A link would lead anywhere.
    if (standing.isSymbolicLink()) return problem('is a link');
    if (!standing.isDirectory()) return problem('is no folder');
    return { type: 'names', names: readdirSync(folder).sort() };
  } catch (error) {
    return problemOf(error);
  }
}

const problem = (why: string): Problem => ({ type: 'problem', why });

function problemOf(error: unknown): Problem | { readonly type: 'none' } {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  if (error.code === 'ENOENT') return { type: 'none' };
  if (error.code === 'ELOOP') return problem('is a link');
  return problem(`cannot be read (${String(error.code)})`);
}
