/** What tells cheaply that a file or folder has not changed: its size, its dates and which one it is. */
import { lstatSync, type Stats } from 'node:fs';
import { isSystemError } from './read-files.ts';

/** Size, when it was modified and when anything about it changed (ms), number of the file. */
export const STAMP_LENGTH = 4;

/** A file that changes twice within one tick of its file system's clock, which may be as coarse as this, shows it once. */
const COARSEST_TICK_MS = 2000;

const QUIETLY = { throwIfNoEntry: false } as const;

/**
 * The stamp of a regular file or folder; undefined for anything else, links too. One that had changed shortly before `now`
 * may change again unseen: its stamp is one that no file ever has.
 */
export function stampOf(path: string, kind: 'file' | 'folder', now: number): readonly number[] | undefined {
  const found = look(path);
  if (found === undefined || !(kind === 'file' ? found.isFile() : found.isDirectory())) return undefined;
  const { size, mtimeMs, ctimeMs, ino } = found;
  return [Math.max(mtimeMs, ctimeMs) > now - COARSEST_TICK_MS ? -1 : size, mtimeMs, ctimeMs, ino];
}

/** Whether what stands at a path has the stamp at a place of a list of stamps. */
export function hasStamp(path: string, stamps: ArrayLike<number>, at: number): boolean {
  const found = look(path);
  return (
    found !== undefined &&
    found.mtimeMs === stamps[at + 1] &&
    found.size === stamps[at] &&
    found.ctimeMs === stamps[at + 2] &&
    found.ino === stamps[at + 3]
  );
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, QUIETLY);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
