/** A project that is to be acted on: its plan from the snapshot when nothing has changed, else from its files. */
import type { Plan } from '../core/plan.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Settings } from '../plan/settings.ts';
import type { ProjectPlace } from './discover.ts';
import { InputRecorder } from './inputs.ts';
import type { ProjectLoad, ProjectOptions } from './load-project.ts';
import { type Lane, readSnapshot, type Snapshot, writeSnapshot } from './plan-snapshot.ts';

/** A project whose plan can be run. Not the whole load: a run of many hours would keep every text it was read from. */
export interface ReadyProject extends ProjectPlace {
  readonly settings: Settings;
  /** Not to be held on to before {@link keep}: what it gives afterwards is smaller. */
  readonly plan: Plan;
  /** Where its beads run, and who works there. */
  readonly lanes: readonly Lane[];
  /** Warnings and notices. */
  readonly diagnostics: readonly Diagnostic[];
  /** Texts of the files that diagnostics point into. */
  readonly sources: ReadonlyMap<string, string>;
  /** Keeps the plan for the next start; for whoever is about to write into the project's state. */
  keep(): void;
}

/** A project that cannot be run. */
interface BrokenProject extends Pick<ProjectLoad, 'root' | 'diagnostics' | 'sources'> {
  readonly plan: undefined;
}

/** Opens a project. Runs nothing, and makes no file before it is told to. */
export async function openProject(
  place: ProjectPlace,
  options: ProjectOptions,
  now: () => number,
): Promise<ReadyProject | BrokenProject> {
  const known = readSnapshot(place, options, now());
  if (known !== undefined) return ready(place, known);
  // Parsers take long to load, and are not needed where nothing has changed.
  const { loadProject } = await import('./load-project.ts');
  const { keepNewSpaceSmall } = await import('../os/heap.ts');
  keepNewSpaceSmall();
  const recorder = new InputRecorder(place.root, now);
  return readyOrBroken(place, loadProject(place, options, recorder), (snapshot) =>
    writeSnapshot(place, options, recorder.inputs, snapshot),
  );
}

/** A function of its own, so that nobody holds on to the load, whose drafts are much larger than the plan. */
function readyOrBroken(place: ProjectPlace, load: ProjectLoad, write: Writer): ReadyProject | BrokenProject {
  const { root, settings, plan, diagnostics, sources } = load;
  if (plan === undefined) return { root, plan, diagnostics, sources };
  const lanes = lanesOf(plan);
  return ready(
    place,
    { settings, plan, lanes, diagnostics, sources: mentioned(diagnostics, sources) },
    write,
  );
}

/** Gives the plan as it will be read the next time, if it could be written. */
type Writer = (snapshot: Snapshot) => Plan | undefined;

function ready(
  { root, formulaFile }: ProjectPlace,
  { plan: known, settings, lanes, diagnostics, sources }: Snapshot,
  writer?: Writer,
): ReadyProject {
  let plan = known;
  let write = writer;
  return {
    ...{ root, formulaFile, settings, lanes, diagnostics, sources },
    get plan() {
      return plan;
    },
    keep() {
      plan = write?.({ plan, settings, lanes, diagnostics, sources }) ?? plan;
      write = undefined;
    },
  };
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
  const files = new Set<string>();
  for (const { span, related } of diagnostics) {
    if (span !== undefined) files.add(span.file);
    for (const one of related) files.add(one.span.file);
  }
  return new Map([...sources].filter(([file]) => files.has(file)));
}
