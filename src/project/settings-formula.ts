import { loadSettings } from '../plan/settings-load.ts';
import { projectFiles } from './project-files.ts';

/** `project.formula` of a project's gastown.toml; what is wrong in that file is reported when the project is loaded. */
export const settingsFormula = (root: string): string | undefined =>
  loadSettings(projectFiles(root), { strict: false }).settings.formula;
