/**
 * Files of several parts that a program keeps for itself to save work: each part carries a checksum, and what is not whole, or
 * could have been written by somebody else, is as good as absent. Such a file is never the only copy of anything, so it is
 * not forced to the disk either.
 */
import { closeSync, constants, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { temporaryFor } from './files.ts';
import { isSystemError } from './read-files.ts';

const READING = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** More than any first line needs. */
const MOST_OF_FIRST_LINE = 1024 * 1024;
const MOST_OF_PART = 1024 * 1024 * 1024;

type Extent = readonly [bytes: number, checksum: number];

/** The parts of a file that begins with this head; undefined when there is no such file that can be believed. */
export function readSealed(path: string, head: string): readonly Buffer[] | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, READING);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
  try {
    const found = fstatSync(descriptor);
    const self = process.getuid?.();
    const isOwn = found.isFile() && (self === undefined || found.uid === self) && (found.mode & 0o022) === 0;
    return isOwn ? readParts(descriptor, found.size, head) : undefined;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function readParts(descriptor: number, size: number, head: string): readonly Buffer[] | undefined {
  const begin = `${head}\n`;
  const room = Math.min(size, Buffer.byteLength(begin) + MOST_OF_FIRST_LINE);
  const first = readAt(descriptor, 0, room);
  const bytes = Buffer.from(begin);
  if (first === undefined || !first.subarray(0, bytes.length).equals(bytes)) return undefined;
  const end = first.indexOf('\n', bytes.length);
  const extents = end < 0 ? undefined : extentsOf(first.toString('latin1', bytes.length, end));
  let from = end + 1;
  if (extents?.reduce((sum, [length]) => sum + length, from) !== size) return undefined;
  const parts: Buffer[] = [];
  for (const [length, checksum] of extents) {
    const part = readAt(descriptor, from, length);
    if (part === undefined || crc32(part) !== checksum) return undefined;
    parts.push(part);
    from += length;
  }
  return parts;
}

/** Undefined when there is less. */
function readAt(descriptor: number, from: number, length: number): Buffer | undefined {
  // A memory of its own, so that keeping one part does not keep another.
  const buffer = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (let read = -1; read !== 0 && at < length; at += read)
    read = readSync(descriptor, buffer, at, length - at, from + at);
  return at < length ? undefined : buffer;
}

/** `12 345,6 789` */
function extentsOf(text: string): readonly Extent[] | undefined {
  const extents = text.split(',').map((extent): Extent => {
    const [bytes, checksum] = extent.split(' ');
    return [Number(bytes), Number(checksum)];
  });
  const isSound = ([bytes]: Extent): boolean =>
    Number.isInteger(bytes) && bytes >= 0 && bytes <= MOST_OF_PART;
  return extents.every(isSound) ? extents : undefined;
}

/** Replaces such a file, whose folder must be there; `head` is one line. Says whether it could. */
export function writeSealed(path: string, head: string, parts: readonly Uint8Array[]): boolean {
  const temporary = temporaryFor(path);
  const extents = parts.map((part) => `${part.byteLength} ${crc32(part)}`).join();
  try {
    const descriptor = openSync(temporary, 'wx', 0o600);
    try {
      for (const part of [Buffer.from(`${head}\n${extents}\n`), ...parts]) writeWhole(descriptor, part);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    rmSync(temporary, { force: true });
    return false;
  }
}

function writeWhole(descriptor: number, part: Uint8Array): void {
  for (let at = 0; at < part.byteLength; ) at += writeSync(descriptor, part, at);
}
