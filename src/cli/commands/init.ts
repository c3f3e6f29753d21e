/** `gastown init`: checks a formula and makes it the project's default; writes a first one where there is none. */
import { join, relative, resolve } from 'node:path';
import { neutralise, quote } from '../../diagnostic/neutralise.ts';
import { classifyFileError, exists } from '../../os/files.ts';
import { kindOf } from '../../os/read-files.ts';
import { blocksRun } from '../../plan/load.ts';
import { loadProject, type ProjectLoad } from '../../project/load-project.ts';
import { jsonText } from '../../view/json-text.ts';
import { rememberChoice } from '../choice.ts';
import { type Context, EXIT } from '../context.ts';
import { diagnosticsJson, printDiagnostics } from '../diagnostics.ts';
import { findProject } from '../place.ts';
import { planSize, planSummary } from '../plan-summary.ts';
import { scaffold } from '../scaffold.ts';
import { print } from '../terminal/console.ts';

interface InitFlags {
  readonly json: boolean;
  readonly strict: boolean;
}

export async function init(this: Context, flags: InitFlags, path?: string): Promise<void> {
  const start = guarded(this, () => startingPoint(this.console.cwd, path));
  if (start === undefined) return;
  const place = await findProject(this, { json: flags.json, ...start.named });
  if (place === undefined) return;
  const project = loadProject(place, { strict: flags.strict });
  if (project.plan === undefined) {
    printDiagnostics(this, project.diagnostics, { ...project, json: flags.json });
    this.exit(EXIT.usage);
    return;
  }
  const isNews = guarded(this, () => rememberChoice(place.root, place.formulaFile));
  if (isNews === undefined) return;
  tell(this, project, start.created, flags.json);
}

interface StartingPoint {
  readonly named: { readonly formula?: string };
  /** Absolute paths of the files that were made. */
  readonly created: readonly string[];
}

function startingPoint(cwd: string, path: string | undefined): StartingPoint {
  if (path === undefined) return { named: {}, created: [] };
  const formula = newFormula(resolve(cwd, path));
  if (formula === undefined) return { named: { formula: path }, created: [] };
  return { named: { formula }, created: scaffold(formula, cwd) };
}

/** The formula file to make for a path where there is none; undefined when there is something to look at. */
function newFormula(path: string): string | undefined {
  if (kindOf(path) === 'directory') {
    const inside = join(path, 'formula.toml');
    return exists(inside) ? undefined : inside;
  }
  if (exists(path)) return undefined;
  return path.endsWith('.toml') ? path : join(path, 'formula.toml');
}

/** A disk that is full or read-only, a file where a folder should be: sentences, and nothing is chosen. */
function guarded<Result>(context: Context, work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    const path = 'path' in error && typeof error.path === 'string' ? ` ${quote(error.path)}` : '';
    print(context.console.stderr, [`error: cannot write${path}: ${reasons[classifyFileError(error)]}`]);
    context.exit(EXIT.usage);
    return undefined;
  }
}

const reasons: Readonly<Record<ReturnType<typeof classifyFileError>, string>> = {
  full: 'the disk is full',
  'read-only': 'the file system is read-only',
  denied: 'permission denied',
  // Making several folders at once on a read-only file system fails with the same code.
  missing: 'a part of the path is not a folder, or the file system is read-only',
  'not-a-file': 'a folder or a link stands where a file should be',
  'too-many-open': 'too many files are open',
  other: 'a file stands where a folder should be, or the system refuses',
};

function tell(context: Context, project: ProjectLoad, created: readonly string[], json: boolean): void {
  const { stdout, cwd, paint, glyphs } = context.console;
  const { plan, draft, diagnostics, root, formulaFile } = project;
  const size = planSize(draft);
  const named = created.map((path) => relative(cwd, path));
  if (json) {
    stdout.write(
      jsonText({
        formula: { name: draft.name, file: formulaFile, type: size.type },
        root,
        beads: size.beads,
        levels: size.levels,
        created: named,
        diagnostics: diagnosticsJson(context, diagnostics, root),
      }),
    );
    return;
  }
  printDiagnostics(context, diagnostics, { ...project, json: false });
  const isIdle = diagnostics.some(blocksRun);
  print(stdout, [
    ...named.map((path) => `${paint('dim', 'made')} ${neutralise(path)}`),
    `${paint('done', glyphs.marks.done)} ${neutralise(plan?.formula.name ?? draft.name)}: ${planSummary(size)}`,
    isIdle
      ? '  next: name an agent (see above), then gastown run'
      : '  next: gastown run   (gastown run --dry-run shows every command first)',
  ]);
}
