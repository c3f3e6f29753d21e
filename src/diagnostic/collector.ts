/**
 * Owns: the diagnostics found so far, in the order they were found. Does not own: what is wrong or where.
 * I1: nothing is ever thrown away. I2: `hasErrors` is true if and only if one of them is an error.
 */
import { type Code, codes } from './codes.ts';
import type { Diagnostic, Severity, Span } from './diagnostic.ts';

/** What may be said about an occurrence besides its sentence; the severity defaults to the code's. */
export interface Details {
  readonly span?: Span | undefined;
  readonly related?: Diagnostic['related'];
  readonly hints?: readonly string[];
  readonly severity?: Severity;
}

/** Collects diagnostics; the one way to make them. */
export class Collector {
  readonly #found: Diagnostic[] = [];
  #errors = 0;

  get diagnostics(): readonly Diagnostic[] {
    return this.#found;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** Adds one occurrence of `code`. */
  report(code: Code, message: string, details: Details = {}): void {
    const severity = details.severity ?? codes[code].severity;
    if (severity === 'error') this.#errors++;
    this.#found.push({
      code,
      severity,
      message,
      span: details.span,
      related: details.related ?? [],
      hints: details.hints ?? [],
    });
  }
}
