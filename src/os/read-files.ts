/** Synchronous reading of small text files and folders below one root, never leaving it. Synchronous, because for many small files that is ten times faster. */
import { isUtf8 } from 'node:buffer';
import {
  constants,
  type Dirent,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';

/** Why a path could not be read; `code` is the system's. */
export type ReadProblem =
  | { readonly type: 'missing' | 'directory' | 'outside' | 'binary' | 'too-large' }
  | { readonly type: 'unreadable'; readonly code: string };

export type TextRead = { readonly type: 'text'; readonly text: string } | ReadProblem;

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
}

export type FolderRead = { readonly type: 'folder'; readonly entries: readonly FolderEntry[] } | ReadProblem;

/** Absolute path with all links resolved; undefined when it does not exist or cannot be looked at. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** What stands at a path, links followed; undefined when nothing does or it cannot be looked at. */
export function kindOf(path: string): FolderEntry['kind'] | undefined {
  try {
    const found = statSync(path);
    return found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

// O_NONBLOCK: opening a pipe must not wait for its writer.
const NOT_FOLLOWED = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
// The types know flags by letters only.
const READING = { flag: NOT_FOLLOWED as unknown as string };
const READING_UTF8 = { ...READING, encoding: 'utf8' } as const;

/**
 * Reads files below a root.
 * Owns: which folders were found to lie inside. Does not own: what their content means.
 * I1: nothing outside the real root is ever opened for reading, links included. I2: nothing but regular files is read.
 */
export class RootedReader {
  readonly #root: string;
  readonly #maxBytes: number;
  readonly #folders = new Map<string, string | ReadProblem>();
  /** By real folder, what a listing called regular files: they need not be looked at again before they are read. */
  readonly #regular = new Map<string, ReadonlySet<string>>();

  /** `root` is an absolute, real path. */
  constructor(root: string, maxBytes: number) {
    this.#root = root;
    this.#maxBytes = maxBytes;
  }

  /** Reads a UTF-8 text file; a leading byte order mark is dropped. */
  readText(path: string): TextRead {
    if (path === '') return { type: 'directory' };
    // The folder is resolved once; a file in it is opened without following a link, which is the common case.
    const slash = path.lastIndexOf('/');
    const folder = this.#folder(slash === -1 ? '' : path.slice(0, slash));
    if (typeof folder !== 'string') return folder;
    const name = path.slice(slash + 1);
    const file = `${folder}/${name}`;
    if (this.#regular.get(folder)?.has(name) === true) return this.#listed(file);
    const direct = this.#open(file);
    return direct.type === 'link' ? this.#readLinked(file) : direct;
  }

  /** Lists a folder, sorted by name. */
  list(path: string): FolderRead {
    const folder = this.#folder(path);
    if (typeof folder !== 'string') return folder;
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      if (isSystemError(error) && error.code === 'ENOTDIR') return { type: 'unreadable', code: error.code };
      return problemOf(error);
    }
    this.#regular.set(folder, new Set(entries.flatMap((entry) => (entry.isFile() ? [entry.name] : []))));
    const listed = entries.map(
      (entry): FolderEntry => ({
        name: entry.name,
        kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other',
      }),
    );
    return {
      type: 'folder',
      entries: listed.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    };
  }

  /** A link to a file: allowed as long as it ends inside. */
  #readLinked(path: string): TextRead {
    const real = realPath(path);
    if (real === undefined) return { type: 'missing' };
    if (!this.#isInside(real)) return { type: 'outside' };
    const read = this.#open(real);
    return read.type === 'link' ? { type: 'outside' } : read;
  }

  #listed(path: string): TextRead {
    try {
      return this.#text(path);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      // It has changed since it was listed.
      const direct = this.#open(path);
      return direct.type === 'link' ? this.#readLinked(path) : direct;
    }
  }

  /** Looks before it reads; should a link or a pipe take the file's place in between, it is not followed nor waited for. */
  #open(path: string): TextRead | { readonly type: 'link' } {
    try {
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found === undefined) return { type: 'missing' };
      if (found.isSymbolicLink()) return { type: 'link' };
      if (found.isDirectory()) return { type: 'directory' };
      if (!found.isFile()) return { type: 'unreadable', code: 'not a regular file' };
      if (found.size > this.#maxBytes) return { type: 'too-large' };
      return this.#text(path);
    } catch (error) {
      if (isSystemError(error) && error.code === 'ELOOP') return { type: 'link' };
      return problemOf(error);
    }
  }

  /** Reading as text is much faster than reading bytes, but replaces what is no UTF-8: only then the bytes are looked at. */
  #text(path: string): TextRead {
    const text = readFileSync(path, READING_UTF8);
    if (text.length > this.#maxBytes) return { type: 'too-large' };
    if (text.includes('\0')) return { type: 'binary' };
    if (text.includes('\ufffd') && !isUtf8(readFileSync(path, READING))) return { type: 'binary' };
    return { type: 'text', text: text.startsWith('\ufeff') ? text.slice(1) : text };
  }

  /** The real folder of a path relative to the root. */
  #folder(path: string): string | ReadProblem {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const found = this.#realFolder(path);
    this.#folders.set(path, found);
    return found;
  }

  #realFolder(path: string): string | ReadProblem {
    let real: string;
    try {
      real = realpathSync.native(join(this.#root, path));
    } catch (error) {
      return problemOf(error);
    }
    return this.#isInside(real) ? real : { type: 'outside' };
  }

  #isInside(real: string): boolean {
    const way = relative(this.#root, real);
    return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
  }
}

function problemOf(error: unknown): ReadProblem {
  if (!isSystemError(error)) throw error;
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { type: 'missing' };
    case 'EISDIR':
      return { type: 'directory' };
    case 'ERR_FS_FILE_TOO_LARGE':
    case 'ERR_STRING_TOO_LONG':
      return { type: 'too-large' };
    default:
      return { type: 'unreadable', code: error.code };
  }
}

/** What the system refused, and nothing of our own. */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException & { readonly code: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';
