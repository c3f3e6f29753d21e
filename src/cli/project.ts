/** Loads the project a command is about, and prints what is wrong with it. */
import { systemClock } from '../os/clock.ts';
import type { VariableRequest } from '../plan/variables/binding.ts';
import { openProject as open, type ReadyProject } from '../project/open-project.ts';
import { type Context, EXIT } from './context.ts';
import { printDiagnostics } from './diagnostics.ts';
import { findProject, type PlaceFlags } from './place.ts';
import { givenValues, type VariableFlags } from './variables.ts';

export interface ProjectFlags extends PlaceFlags, VariableFlags {
  readonly strict?: boolean;
  /** A convoy without its sync points. */
  readonly eager?: boolean;
}

/** What a run, or whoever asks for the project, says of its values. */
interface Values {
  /** Those of the run that is gone on with. */
  readonly earlier?: VariableRequest['earlier'];
  /** Default: true. */
  readonly toRun?: boolean;
}

/** The project with its plan; undefined when it cannot be run, which is printed then. */
export async function openProject(
  context: Context,
  flags: ProjectFlags,
  { earlier = {}, toRun = true }: Values = {},
): Promise<ReadyProject | undefined> {
  const place = await findProject(context, flags);
  const given = givenValues(context, flags);
  if (place === undefined || given === undefined) return undefined;
  const vars = { given, earlier, toRun };
  const options = { strict: flags.strict === true, vars, eager: flags.eager === true };
  const project = await open(place, options, systemClock.now);
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
