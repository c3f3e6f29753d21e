import type { Plan } from '../core/plan.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { loadPlan } from '../plan/load.ts';
import type { Draft, LoadRequest, ProjectFiles } from '../plan/load-request.ts';
import type { Settings } from '../plan/settings.ts';
import { loadSettings } from '../plan/settings-load.ts';
import type { VariableRequest } from '../plan/variables/binding.ts';
import { contentHash } from './content-hash.ts';
import type { ProjectPlace } from './discover.ts';
import { projectFiles } from './project-files.ts';

/** A project's plan and settings with everything that is wrong in either. */
export interface ProjectLoad extends ProjectPlace {
  readonly settings: Settings;
  /** Undefined if and only if a diagnostic is an error. */
  readonly plan: Plan | undefined;
  readonly draft: Draft;
  /** Those of the settings first. */
  readonly diagnostics: readonly Diagnostic[];
  /** Texts by file, for rendering the diagnostics. */
  readonly sources: ReadonlyMap<string, string>;
}

/** How a project is loaded. */
export interface ProjectOptions {
  readonly strict: boolean;
  /** Values for the formula's variables. Default: none is given, and none is needed. */
  readonly vars?: VariableRequest;
  /** See {@link LoadRequest.eager}. */
  readonly eager?: boolean;
}

/** Loads a project from its files. Runs nothing. */
export function loadProject(
  place: ProjectPlace,
  options: ProjectOptions,
  files: ProjectFiles = projectFiles(place.root),
): ProjectLoad {
  const { settings, diagnostics, sources } = loadSettings(files, options);
  const loaded = loadPlan({
    formulaFile: place.formulaFile,
    files,
    settings,
    hash: contentHash,
    strict: options.strict,
    ...(options.vars === undefined ? {} : { vars: options.vars }),
    ...(options.eager === true ? { eager: true } : {}),
  });
  const isBroken = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  return {
    root: place.root,
    formulaFile: place.formulaFile,
    settings,
    plan: isBroken ? undefined : loaded.plan,
    get draft() {
      return loaded.draft;
    },
    diagnostics: [...diagnostics, ...loaded.diagnostics],
    sources: new Map([...sources, ...loaded.sources]),
  };
}
