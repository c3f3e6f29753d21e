/** Which formula is meant, and which folder is its project. Looks at names only; files are read by whoever asks. */
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { Collector } from '../diagnostic/collector.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { quote } from '../diagnostic/neutralise.ts';
import { kindOf, realPath } from '../os/read-files.ts';

export interface DiscoverRequest {
  /** Absolute. */
  readonly cwd: string;
  /** `--formula`: a file, or a folder that holds formula.toml. */
  readonly formula: string | undefined;
  /** `$GASTOWN_FORMULA`. */
  readonly fromEnvironment: string | undefined;
  /** What `init` chose for a project root: a path relative to it. */
  readonly chosen: (root: string) => string | undefined;
  /** `project.formula` of a project's gastown.toml; asked last, because it takes a parser to know. */
  readonly fromSettings: (root: string) => Promise<string | undefined>;
}

/** Where a plan lives. */
export interface ProjectPlace {
  /** Absolute, real. */
  readonly root: string;
  /** Relative to the root, POSIX. */
  readonly formulaFile: string;
}

export type Discovery =
  | ({ readonly type: 'found' } & ProjectPlace)
  /** For exit code 2. */
  | { readonly type: 'problem'; readonly diagnostics: readonly Diagnostic[] };

const FORMULA = 'formula.toml';
const CANDIDATES = [FORMULA, `gastown/${FORMULA}`, `.gastown/${FORMULA}`, `export/gastown/${FORMULA}`];
const SETTINGS = 'gastown.toml';
/** The last one makes a project stay one: what was run is found again from every folder below. */
const MARKERS = [SETTINGS, 'visionspec.yaml', '.git', '.gastown/state'];

/** Finds the formula: the one that is named, else the one from the environment, else the chosen one, else the nearest. */
export async function discover(request: DiscoverRequest): Promise<Discovery> {
  const { cwd } = request;
  if (request.formula !== undefined) return locate(request.formula, cwd, '--formula');
  if (request.fromEnvironment !== undefined && request.fromEnvironment !== '') {
    return locate(request.fromEnvironment, cwd, '$GASTOWN_FORMULA');
  }
  const root = projectRoot(cwd);
  const chosen = request.chosen(root);
  if (chosen !== undefined) return locate(join(root, chosen), cwd, 'the choice of `gastown init`');
  const fromSettings = kindOf(join(root, SETTINGS)) === 'file' ? await request.fromSettings(root) : undefined;
  if (fromSettings !== undefined)
    return locate(join(root, fromSettings), cwd, '`project.formula` in gastown.toml');
  return nearest(cwd);
}

/** The project that a folder belongs to before any formula is known: the nearest one with a marker, else itself. */
export function projectRoot(folder: string): string {
  const start = realPath(folder) ?? resolve(folder);
  return ancestors(start).find(isMarked) ?? start;
}

/** The project of a formula: the nearest marked folder, else the current folder if the formula lies below it, else its own. */
export function rootOfFormula(file: string, cwd: string): string {
  const folder = realPath(dirname(file)) ?? dirname(file);
  const marked = ancestors(folder).find(isMarked);
  if (marked !== undefined) return marked;
  const current = realPath(cwd) ?? cwd;
  return folder === current || folder.startsWith(current.endsWith(sep) ? current : current + sep)
    ? current
    : folder;
}

function locate(path: string, cwd: string, origin: string): Discovery {
  const absolute = resolve(cwd, path);
  const kind = kindOf(absolute);
  if (kind === 'file') return found(absolute, cwd);
  if (kind === 'directory') {
    const inside = join(absolute, FORMULA);
    if (kindOf(inside) === 'file') return found(inside, cwd);
    return problem('file/missing', `the folder ${quote(path)} (${origin}) holds no ${FORMULA}`, [
      `name the formula itself: ${path}/<file>.toml`,
    ]);
  }
  if (kind === 'other')
    return problem('file/unreadable', `${quote(path)} (${origin}) is no regular file`, []);
  return problem('file/missing', `the formula ${quote(path)} (${origin}) does not exist`, [
    '`gastown init PATH` scaffolds a new one',
  ]);
}

function found(file: string, cwd: string): Discovery {
  const root = rootOfFormula(file, cwd);
  const folder = realPath(dirname(file)) ?? dirname(file);
  const formulaFile = relative(root, join(folder, basename(file)))
    .split(sep)
    .join('/');
  return { type: 'found', root, formulaFile };
}

/** The nearest formula upwards, not beyond the project. */
function nearest(cwd: string): Discovery {
  const start = realPath(cwd) ?? cwd;
  for (const folder of ancestors(start)) {
    const candidates = CANDIDATES.filter((name) => kindOf(join(folder, name)) === 'file');
    const [only, ...others] = candidates;
    if (only !== undefined && others.length === 0) return found(join(folder, only), cwd);
    if (only !== undefined) {
      const paths = candidates.map((name) => relative(start, join(folder, name)) || name);
      return problem(
        'project/several-formulas',
        `several formulas were found: ${paths.map(quote).join(', ')}`,
        [`name one: --formula ${paths[0] ?? FORMULA}`, 'or choose one for good: gastown init PATH'],
      );
    }
    if (isMarked(folder)) break;
  }
  return problem('project/no-formula', `no formula was found in ${quote(start)} or above it`, [
    `looked for: ${CANDIDATES.join(', ')}`,
    'name one: --formula PATH',
    'or make one: gastown init gastown/formula.toml',
  ]);
}

const isMarked = (folder: string): boolean =>
  MARKERS.some((name) => kindOf(join(folder, name)) !== undefined);

/** The folder itself, then each one above it. */
function ancestors(folder: string): readonly string[] {
  const out = [folder];
  for (let above = dirname(folder); above !== out[out.length - 1]; above = dirname(above)) out.push(above);
  return out;
}

function problem(
  code: 'file/missing' | 'file/unreadable' | 'project/no-formula' | 'project/several-formulas',
  message: string,
  hints: readonly string[],
): Discovery {
  const collector = new Collector();
  collector.report(code, message, { hints });
  return { type: 'problem', diagnostics: collector.diagnostics };
}
