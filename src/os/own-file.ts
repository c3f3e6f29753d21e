/** Files that are believed because nobody but their user, or root, can have written them. */
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file's text, or why there is none; `why` completes a sentence that begins with the path. */
export type OwnFileRead =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'missing' }
  | { readonly type: 'refused'; readonly why: string };

const MAX_BYTES = 1024 * 1024;
const STICKY = 0o1000;

/**
 * Reads a UTF-8 text that belongs to the user or to root, and that no one else can write or put something else in the
 * place of. Links are followed: the folders of both ends count.
 */
export function readOwnFile(path: string): OwnFileRead {
  let descriptor: number | undefined;
  try {
    for (const folder of new Set([dirname(path), dirname(realpathSync(path))])) {
      const { uid, mode } = statSync(folder);
      // In a sticky folder (/tmp) only the owner of a file can replace it.
      const why = distrust(uid, (mode & STICKY) === 0 ? mode : 0);
      if (why !== undefined) return { type: 'refused', why: `lies in "${folder}", which ${why}` };
    }
    // What is read is what was looked at. O_NONBLOCK: opening a pipe must not wait for its writer.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = fstatSync(descriptor);
    if (!found.isFile()) return { type: 'refused', why: 'is not a regular file' };
    const why = distrust(found.uid, found.mode);
    if (why !== undefined) return { type: 'refused', why };
    if (found.size > MAX_BYTES) return { type: 'refused', why: 'is larger than 1 MiB' };
    return decode(readFileSync(descriptor));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code !== 'string') throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { type: 'missing' };
    return { type: 'refused', why: `cannot be read (${code})` };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function distrust(uid: number, mode: number): string | undefined {
  const self = process.getuid?.();
  if (self !== undefined && uid !== self && uid !== 0) return `belongs to another user (number ${uid})`;
  return (mode & 0o022) === 0 ? undefined : 'can be written by other users';
}

function decode(bytes: Buffer): OwnFileRead {
  try {
    return { type: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { type: 'refused', why: 'is not UTF-8 text' };
  }
}
