/** Finds the project a command is about. Loads no parser unless it must: looking at a status has to be instant. */
import { join, normalize } from 'node:path';
import { readSmallFile } from '../os/text-file.ts';
import { type Discovery, discover, type ProjectPlace } from '../project/discover.ts';
import { choiceFileOf, stateFolderOf } from '../project/state-folder.ts';
import { type Context, EXIT } from './context.ts';
import { printDiagnostics } from './diagnostics.ts';

export interface PlaceFlags {
  readonly formula?: string;
  readonly json?: boolean;
}

/** Which formula is meant; prints nothing. */
export function discoverProject({ console }: Context, formula: string | undefined): Promise<Discovery> {
  const { cwd, env } = console;
  return discover({
    cwd,
    formula,
    fromEnvironment: env['GASTOWN_FORMULA'],
    chosen,
    fromSettings: async (root) => (await import('../project/settings-formula.ts')).settingsFormula(root),
  });
}

/** Which formula is meant; undefined when that was a problem, which is printed then. */
export async function findProject(context: Context, flags: PlaceFlags): Promise<ProjectPlace | undefined> {
  const found = await discoverProject(context, flags.formula);
  if (found.type === 'found') return found;
  printDiagnostics(context, found.diagnostics, { sources: new Map(), root: '', json: flags.json === true });
  context.exit(EXIT.usage);
  return undefined;
}

/** What `init` chose. The file may have come with the project: a path that leaves it is no choice of ours. */
function chosen(root: string): string | undefined {
  const path = readSmallFile(choiceFileOf(stateFolderOf(root)))?.trim();
  if (!path || path.startsWith('/') || path.includes('\n') || path.includes('\0')) return undefined;
  return normalize(path).startsWith('..') ? undefined : join(path);
}
