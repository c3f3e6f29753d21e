/** Prints diagnostics the way the user asked for. */
import { join, relative } from 'node:path';
import type { Diagnostic, Span } from '../diagnostic/diagnostic.ts';
import { type DiagnosticJson, renderJson } from '../diagnostic/render-json.ts';
import { type Paint as DiagnosticPaint, renderAll } from '../diagnostic/render-text.ts';
import { jsonText } from '../view/json-text.ts';
import type { Role } from '../view/theme.ts';
import type { Context } from './context.ts';

export interface DiagnosticsOf {
  /** Texts by file, relative to the root. */
  readonly sources: ReadonlyMap<string, string>;
  /** Empty when no project was found. */
  readonly root: string;
}

/** As text on standard error, or as one JSON object on standard output. Files are named from where the user stands. */
export function printDiagnostics(
  context: Context,
  diagnostics: readonly Diagnostic[],
  of: DiagnosticsOf & { readonly json: boolean },
): void {
  if (diagnostics.length === 0) return;
  const { stdout, stderr, cwd, columns, paintProblem } = context.console;
  if (of.json) {
    stdout.write(jsonText({ diagnostics: diagnosticsJson(context, diagnostics, of.root) }));
    return;
  }
  const here = placer(cwd, of.root);
  const texts = new Map([...of.sources].map(([file, text]) => [here(file), text]));
  const paint: DiagnosticPaint = (role, text) => paintProblem(ROLES[role] ?? 'plain', text);
  const moved = diagnostics.map((diagnostic) => moveTo(diagnostic, here));
  stderr.write(renderAll(moved, texts, { paint, columns }));
}

/** Diagnostics as plain data, with files named from where the user stands. */
export function diagnosticsJson(
  { console }: Context,
  diagnostics: readonly Diagnostic[],
  root: string,
): readonly DiagnosticJson[] {
  const here = placer(console.cwd, root);
  return renderJson(diagnostics.map((diagnostic) => moveTo(diagnostic, here)));
}

const ROLES: Partial<Record<Parameters<DiagnosticPaint>[0], Role>> = {
  error: 'failed',
  warning: 'problem',
  notice: 'ready',
  message: 'heading',
  gutter: 'dim',
  caret: 'failed',
  hint: 'ready',
};

const placer =
  (cwd: string, root: string) =>
  (file: string): string =>
    relative(cwd, join(root, file)) || file;

function moveTo(diagnostic: Diagnostic, here: (file: string) => string): Diagnostic {
  const move = (span: Span): Span => ({ ...span, file: here(span.file) });
  return {
    ...diagnostic,
    span: diagnostic.span === undefined ? undefined : move(diagnostic.span),
    related: diagnostic.related.map(({ span, label }) => ({ span: move(span), label })),
  };
}
