import { codes } from './codes.ts';
import type { Diagnostic, Span } from './diagnostic.ts';

/** A diagnostic as programs read it. Texts are as they are: JSON escapes control characters itself. */
export interface DiagnosticJson {
  readonly code: string;
  readonly severity: string;
  readonly title: string;
  readonly message: string;
  readonly span: Span | null;
  readonly related: readonly { readonly span: Span; readonly label: string }[];
  readonly hints: readonly string[];
}

/** Diagnostics as plain data for `--json`. */
export const renderJson = (diagnostics: readonly Diagnostic[]): readonly DiagnosticJson[] =>
  diagnostics.map(({ code, severity, message, span, related, hints }) => ({
    code,
    severity,
    title: codes[code].title,
    message,
    span: span ?? null,
    related,
    hints,
  }));
