/** Finds and loads the project a command is about, and prints what is wrong with it. */
import { join, relative } from 'node:path';
import { stateFolderOf } from '../compose.ts';
import type { Diagnostic, Span } from '../diagnostic/diagnostic.ts';
import { renderJson } from '../diagnostic/render-json.ts';
import { type Paint as DiagnosticPaint, renderAll } from '../diagnostic/render-text.ts';
import { readSmallFile } from '../os/text-file.ts';
import { type Discovery, discover, type ProjectPlace } from '../project/discover.ts';
import { loadProject, type ProjectLoad } from '../project/load-project.ts';
import { jsonText } from '../view/json-text.ts';
import { type Context, EXIT } from './context.ts';

export interface ProjectFlags {
  readonly formula?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Where `init` keeps its choice: the formula's path relative to the project root. */
export const choiceFileOf = (root: string): string => join(stateFolderOf(root), 'formula');

/** Which formula is meant; undefined when that was a problem, which is printed then. */
export function findProject(context: Context, flags: ProjectFlags): ProjectPlace | undefined {
  const { cwd, env } = context.console;
  const found: Discovery = discover({
    cwd,
    formula: flags.formula,
    fromEnvironment: env['GASTOWN_FORMULA'],
    chosen: (root) => readSmallFile(choiceFileOf(root))?.trim() || undefined,
  });
  if (found.type === 'found') return found;
  printDiagnostics(context, found.diagnostics, new Map(), '', flags.json === true);
  context.exit(EXIT.usage);
  return undefined;
}

/** The project with its plan; undefined when it cannot be run, which is printed then. */
export function openProject(context: Context, flags: ProjectFlags): ProjectLoad | undefined {
  const place = findProject(context, flags);
  if (place === undefined) return undefined;
  const project = loadProject(place, { strict: flags.strict === true });
  const errors = project.diagnostics.filter(({ severity }) => severity === 'error');
  if (project.plan !== undefined) {
    if (flags.json !== true)
      printDiagnostics(context, project.diagnostics, project.sources, project.root, false);
    return project;
  }
  printDiagnostics(
    context,
    flags.json === true ? errors : project.diagnostics,
    project.sources,
    project.root,
    flags.json === true,
  );
  context.exit(EXIT.usage);
  return undefined;
}

/** As text on standard error, or as one JSON object on standard output. Files are named from where the user stands. */
export function printDiagnostics(
  context: Context,
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  root: string,
  json: boolean,
): void {
  const { stdout, stderr, cwd, columns, paintProblem } = context.console;
  if (diagnostics.length === 0) return;
  const here = (file: string): string => relative(cwd, join(root, file)) || file;
  const moved = diagnostics.map((diagnostic) => moveTo(diagnostic, here));
  if (json) {
    stdout.write(jsonText({ diagnostics: renderJson(moved) }));
    return;
  }
  const texts = new Map([...sources].map(([file, text]) => [here(file), text]));
  const paint: DiagnosticPaint = (role, text) => paintProblem(ROLES[role] ?? 'plain', text);
  stderr.write(renderAll(moved, texts, { paint, columns }));
}

const ROLES: Partial<
  Record<Parameters<DiagnosticPaint>[0], 'failed' | 'problem' | 'ready' | 'heading' | 'dim'>
> = {
  error: 'failed',
  warning: 'problem',
  notice: 'ready',
  message: 'heading',
  gutter: 'dim',
  caret: 'failed',
  hint: 'ready',
};

function moveTo(diagnostic: Diagnostic, here: (file: string) => string): Diagnostic {
  const move = (span: Span): Span => ({ ...span, file: here(span.file) });
  return {
    ...diagnostic,
    span: diagnostic.span === undefined ? undefined : move(diagnostic.span),
    related: diagnostic.related.map(({ span, label }) => ({ span: move(span), label })),
  };
}
