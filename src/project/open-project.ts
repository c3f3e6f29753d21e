/** A project that is to be acted on: its plan from the snapshot when nothing has changed, else from its files. */
import type { Plan } from '../core/plan.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Settings } from '../plan/settings.ts';
import type { ProjectPlace } from './discover.ts';
import { InputRecorder } from './inputs.ts';
import type { ProjectOptions } from './load-project.ts';
import { type Lane, readSnapshot, type Snapshot, writeSnapshot } from './plan-snapshot.ts';

/** Not the whole load: a run of many hours would keep every text it was read from. */
export interface OpenProject extends ProjectPlace {
  readonly settings: Settings;
  /** Undefined if and only if a diagnostic is an error. */
  readonly plan: Plan | undefined;
  /** Where its beads run, and who works there. */
  readonly lanes: readonly Lane[];
  readonly diagnostics: readonly Diagnostic[];
  /** Texts of the files that diagnostics point into. */
  readonly sources: ReadonlyMap<string, string>;
  /** Keeps what was loaded for the next start; this one may be called once, where the project's state may be written. */
  readonly keep: () => void;
}

/** Opens a project. Runs nothing; writes nothing new until it is told to. */
export async function openProject(
  place: ProjectPlace,
  options: ProjectOptions,
  now: () => number,
): Promise<OpenProject> {
  const { root, formulaFile } = place;
  const known = readSnapshot(place, options, now());
  if (known !== undefined) return { root, formulaFile, ...known, keep: () => undefined };
  const recorder = new InputRecorder(root, now);
  const loaded = await load(place, options, recorder);
  const { plan } = loaded;
  if (plan === undefined) return { ...loaded, keep: () => undefined };
  let write: (() => void) | undefined = writer(place, options, recorder, { ...loaded, plan });
  return {
    ...loaded,
    keep: () => {
      write?.();
      write = undefined;
    },
  };
}

/** By itself, so that nothing else holds on to what was recorded. */
const writer =
  (place: ProjectPlace, options: ProjectOptions, recorder: InputRecorder, snapshot: Snapshot) => (): void =>
    writeSnapshot(place, options, recorder.inputs, snapshot);

type Loaded = Omit<OpenProject, 'keep'>;

/** What loading leaves: without the drafts, which are much larger than the plan. */
async function load(place: ProjectPlace, options: ProjectOptions, files: InputRecorder): Promise<Loaded> {
  // Parsers take long to load, and are not needed where nothing has changed.
  const { loadProject } = await import('./load-project.ts');
  const { root, formulaFile, settings, plan, diagnostics, sources } = loadProject(place, options, files);
  const lanes = plan === undefined ? [] : lanesOf(plan);
  return { root, formulaFile, settings, plan, lanes, diagnostics, sources: mentioned(diagnostics, sources) };
}

function lanesOf({ nodes }: Plan): Snapshot['lanes'] {
  const lanes = new Map<string, Lane>();
  for (const node of nodes) {
    if (node.kind !== 'bead') continue;
    const { rig, agent } = node;
    const key = `${rig}\n${agent}`;
    if (!lanes.has(key)) lanes.set(key, { rig, agent });
  }
  return [...lanes.values()];
}

function mentioned(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const files = diagnostics.flatMap(({ span, related }) => [
    ...(span === undefined ? [] : [span.file]),
    ...related.map((one) => one.span.file),
  ]);
  return new Map([...sources].filter(([file]) => files.includes(file)));
}
