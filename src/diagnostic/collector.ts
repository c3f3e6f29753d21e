/**
 * Owns: the diagnostics found so far, in the order they were found, and how much may still be spent on guessing. Does not
 * own: what is wrong or where.
 * I1: of more than {@link MOST_KEPT} the first are kept, and the last one says how many are not. I2: `hasErrors` is true
 * if and only if one of them is an error.
 */
import { type Code, codes } from './codes.ts';
import type { Diagnostic, Severity, Span } from './diagnostic.ts';
import { Patience } from './patience.ts';

/** What may be said about an occurrence besides its sentence; the severity defaults to the code's. */
export interface Details {
  readonly span?: Span | undefined;
  readonly related?: Diagnostic['related'];
  readonly hints?: readonly string[];
  readonly severity?: Severity;
}

/** Nobody reads more, and a file of 4 MiB can be wrong in a million places. */
export const MOST_KEPT = 10_000;

/** Collects diagnostics; the one way to make them. */
export class Collector {
  /** For hints at what an author may have meant. */
  readonly patience = new Patience();
  readonly #found: Diagnostic[] = [];
  readonly #leftOut: Record<Severity, number> = { error: 0, warning: 0, notice: 0 };
  #errors = 0;

  get diagnostics(): readonly Diagnostic[] {
    const { error, warning, notice } = this.#leftOut;
    const count = error + warning + notice;
    if (count === 0) return this.#found;
    const severity = error > 0 ? 'error' : warning > 0 ? 'warning' : 'notice';
    const message = `there are ${count.toLocaleString('en-US')} more remarks, which are left out`;
    const hints = ['mend the first ones, and look again'];
    return [
      ...this.#found,
      { code: 'file/too-many-remarks', severity, message, span: undefined, related: [], hints },
    ];
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** Adds one occurrence of `code`. */
  report(code: Code, message: string, details: Details = {}): void {
    const severity = details.severity ?? codes[code].severity;
    if (severity === 'error') this.#errors++;
    if (this.#found.length >= MOST_KEPT) {
      this.#leftOut[severity]++;
      return;
    }
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
