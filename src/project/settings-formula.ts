/**
 * `project.formula` of a project's gastown.toml. Commands that only look ask for it at every start, so a plain file with a
 * plain path is read the short way; anything else gets the loader, which knows every rule.
 */
import { RootedReader } from '../os/read-files.ts';
import { readPlain } from '../plan/toml/toml-plain.ts';

const PLAIN_PATH = /^(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*$/;
const MAX_BYTES = 64 * 1024;

/** Undefined when the file names none; what is wrong in it is reported when the project is loaded. */
export async function settingsFormula(root: string): Promise<string | undefined> {
  const read = new RootedReader(root, MAX_BYTES).readText('gastown.toml');
  const tree = read.type === 'text' ? readPlain(read.text) : undefined;
  if (tree !== undefined) {
    const project = tree.entries.get('project')?.value;
    if (project === undefined) return undefined;
    const formula = project.type === 'table' ? project.entries.get('formula')?.value : undefined;
    if (project.type === 'table' && formula === undefined) return undefined;
    if (formula?.type === 'string' && PLAIN_PATH.test(formula.value)) return formula.value;
  }
  const { loadSettings } = await import('../plan/settings-load.ts');
  const { projectFiles } = await import('./project-files.ts');
  return loadSettings(projectFiles(root), { strict: false }).settings.formula;
}
