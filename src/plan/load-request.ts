/**
 * What the loader is given and what it gives back. The loader itself reads no file: it asks for project-relative POSIX
 * paths through {@link ProjectFiles}, so that the same code serves the command line, an editor and tests.
 */
import type { Formula, FormulaType, Plan } from '../core/plan.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Settings } from './settings.ts';
import type { VariableRequest } from './variables/binding.ts';

/** Why a file or folder could not be read; `message` is the reason in words, without the path. */
export interface FileProblem {
  readonly type: 'problem';
  readonly problem: 'missing' | 'directory' | 'unreadable' | 'outside' | 'binary' | 'too-large';
  readonly message: string;
}

export type ReadResult = { readonly type: 'text'; readonly text: string } | FileProblem;

export interface ListEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
}

export type ListResult = { readonly type: 'list'; readonly entries: readonly ListEntry[] } | FileProblem;

/** A synchronous reader of project-relative POSIX paths that never leaves the project. */
export interface ProjectFiles {
  read(path: string): ReadResult;
  /** Entries of a folder, sorted by name. */
  list(directory: string): ListResult;
}

/** Hashes text; the same text always gives the same short string. */
export type Hash = (text: string) => string;

export interface LoadRequest {
  /** Relative to the project root. */
  readonly formulaFile: string;
  readonly files: ProjectFiles;
  readonly settings: Settings;
  readonly hash: Hash;
  /** Unknown keys are errors instead of warnings. */
  readonly strict: boolean;
  /** A convoy without its sync points, whatever the file says. */
  readonly eager?: boolean;
  /** Values for the formula's variables. Default: none is given, and none is needed. */
  readonly vars?: VariableRequest;
}

/** A bead as far as it could be understood. */
export interface DraftBead {
  readonly id: string;
  readonly name: string;
  readonly file: string;
  /** Only ids of beads that exist. */
  readonly requires: readonly string[];
  /** Undefined in a cycle and after one. */
  readonly level: number | undefined;
}

/** Enough of a formula to draw it, also when it is cyclic or otherwise wrong. */
export interface Draft {
  readonly name: string;
  readonly type: FormulaType;
  readonly sync: Formula['sync'];
  readonly beads: readonly DraftBead[];
  /** Each as `[a, b, c]` for `a → b → c → a`; bounded. */
  readonly cycles: readonly (readonly string[])[];
}

export interface LoadResult {
  /** Undefined if and only if a diagnostic is an error. */
  readonly plan: Plan | undefined;
  readonly draft: Draft;
  readonly diagnostics: readonly Diagnostic[];
  /** Texts of the files that were read, as the spans of the diagnostics count them. */
  readonly sources: ReadonlyMap<string, string>;
}
