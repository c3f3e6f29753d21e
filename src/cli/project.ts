/** Loads the project a command is about, and prints what is wrong with it. */
import { loadProject, type ProjectLoad } from '../project/load-project.ts';
import { type Context, EXIT } from './context.ts';
import { printDiagnostics } from './diagnostics.ts';
import { findProject, type PlaceFlags } from './place.ts';

export interface ProjectFlags extends PlaceFlags {
  readonly strict?: boolean;
}

/** The project with its plan; undefined when it cannot be run, which is printed then. */
export async function openProject(context: Context, flags: ProjectFlags): Promise<ProjectLoad | undefined> {
  const place = await findProject(context, flags);
  if (place === undefined) return undefined;
  const project = loadProject(place, { strict: flags.strict === true });
  const json = flags.json === true;
  if (project.plan !== undefined) {
    if (!json) printDiagnostics(context, project.diagnostics, { ...project, json });
    return project;
  }
  const errors = project.diagnostics.filter(({ severity }) => severity === 'error');
  printDiagnostics(context, json ? errors : project.diagnostics, { ...project, json });
  context.exit(EXIT.usage);
  return undefined;
}
