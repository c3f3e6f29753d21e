/** Looking at the files of a tree without opening them, following only the links one asks for. */
import { lstatSync, readdirSync, statSync } from 'node:fs';

/** What stands at a path. */
export interface Sight {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Epoch ms of the last change of content or of anything else about it; cannot be set back by a program. */
  readonly changedAt: number;
}

/** An entry of a folder. */
export interface Entry {
  readonly name: string;
  readonly kind: Sight['kind'];
}

/** Looks at a path; `follow` resolves a link at its end. Undefined: nothing there, or it cannot be looked at. */
export function lookAt(path: string, follow: boolean): Sight | undefined {
  try {
    const found = follow ? statSync(path) : lstatSync(path);
    return { kind: kindOf(found), size: found.size, changedAt: Math.max(found.mtimeMs, found.ctimeMs) };
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** A folder's entries by name; none when it is missing or cannot be read. */
export function entriesOf(folder: string): readonly Entry[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

/**
 * Epoch ms at which a folder was made, by the clock that dates the files around it; undefined where the file system does
 * not keep it (it then shows the time of the last change instead).
 */
export function bornAt(folder: string): number | undefined {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined || found.birthtimeMs <= 0) return undefined;
  return found.birthtimeMs < found.ctimeMs ? found.birthtimeMs : undefined;
}

function kindOf(found: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): Sight['kind'] {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  return found.isSymbolicLink() ? 'link' : 'other';
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
