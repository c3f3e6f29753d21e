/**
 * A Diagnostic is something the author can mend: collected, never thrown. Rendering lives beside this file;
 * the table of codes in `codes.ts` holds what `gastown explain` tells.
 */
import type { Code } from './codes.ts';
import type { Severity } from './severity.ts';

export type { Severity };

/** 1-based line; 1-based column counted in UTF-16 units, as editors' `file:line:column` links expect. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A half-open range inside one file; `file` is relative to the project root. */
export interface Span {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
}

/** Something in the author's files that is wrong, or could be better. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  /** One sentence, what is wrong. May quote author text: renderers neutralise it. */
  readonly message: string;
  readonly span: Span | undefined;
  readonly related: readonly { readonly span: Span; readonly label: string }[];
  /** What to do, one line each. */
  readonly hints: readonly string[];
}
