/**
 * The plan as it was loaded, kept beside the journal so that the next start need not parse what has not changed
 * (docs/architecture.md, "The plan snapshot").
 *
 * Owns: the file and what it must agree with to be believed. Does not own: whether the files have changed (inputs.ts), how a
 * plan becomes texts (plan-image.ts).
 * I1  What comes out of it is what loading would give. In doubt it is as good as absent.
 * I2  It is never the only copy of anything, and that it cannot be written is no problem of anybody.
 */
import { decodeColumns, encodeColumns } from '../core/columns.ts';
import type { Plan } from '../core/plan.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { BUILD } from '../os/build.ts';
import { fileIdentity, isPrivateFolder, tryPrivateFolder } from '../os/private-folder.ts';
import { readSealed, writeSealed } from '../os/sealed-file.ts';
import { imageOf, planOf } from '../plan/plan-image.ts';
import type { Settings } from '../plan/settings.ts';
import { contentHash } from './content-hash.ts';
import type { ProjectPlace } from './discover.ts';
import { type Inputs, recheck } from './inputs.ts';
import type { ProjectOptions } from './load-project.ts';
import { planSnapshotOf, stateFolderOf } from './state-folder.ts';

/** What is kept, and comes back. */
export interface Snapshot {
  readonly plan: Plan;
  readonly settings: Settings;
  readonly lanes: readonly Lane[];
  /** Warnings and notices: a plan with errors is not kept. */
  readonly diagnostics: readonly Diagnostic[];
  /** Texts of the files that diagnostics point into. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Where beads of a plan run, and who works there. */
export interface Lane {
  readonly rig: string;
  readonly agent: string;
}

/** What is needed at every start. */
interface Summary extends Omit<Snapshot, 'plan' | 'sources'>, Pick<Plan, 'hash' | 'formula'> {
  readonly sources: readonly (readonly [string, string])[];
}

/** The snapshot, when every file would still be read as it was. */
export function readSnapshot(
  place: ProjectPlace,
  options: ProjectOptions,
  now: number,
): Snapshot | undefined {
  const stateFolder = stateFolderOf(place.root);
  // As for the journal: nobody else can have put anything there.
  if (!isPrivateFolder(stateFolder)) return undefined;
  const path = planSnapshotOf(stateFolder, contentHash(place.formulaFile));
  const head = headOf(stateFolder, place, options);
  const parts = readSealed(path, head);
  if (parts === undefined || parts.length !== PARTS) return undefined;
  const [names, stamps, hashes, ...content] = parts as Tuple;
  const inputs: Inputs = { ...JSON.parse(names.toString()), stamps: numbersIn(stamps), hashes };
  const checked = recheck(place.root, inputs, now);
  if (checked === undefined) return undefined;
  if (checked !== inputs) writeSealed(path, head, [...inputParts(checked), ...content]);
  const [summary, ...image] = content;
  const [kept] = decodeColumns<Summary>(summary.toString());
  if (kept === undefined) return undefined;
  const { settings, lanes, diagnostics, sources } = kept;
  return { plan: planIn(kept, image), settings, lanes, diagnostics, sources: new Map(sources) };
}

type ImageBytes = readonly [nodes: Buffer, beads: Buffer, ends: Buffer, texts: Buffer];
type Tuple = readonly [names: Buffer, stamps: Buffer, hashes: Buffer, summary: Buffer, ...ImageBytes];
const PARTS: Tuple['length'] = 8;

/** Keeps what was loaded from these inputs, and gives the plan as it will come back; undefined when it cannot be kept. */
export function writeSnapshot(
  place: ProjectPlace,
  options: ProjectOptions,
  inputs: Inputs,
  snapshot: Snapshot,
): Plan | undefined {
  const stateFolder = stateFolderOf(place.root);
  if (!tryPrivateFolder(stateFolder)) return undefined;
  const { plan, settings, lanes, diagnostics, sources } = snapshot;
  const { hash, formula } = plan;
  const summary: Summary = { hash, formula, settings, lanes, diagnostics, sources: [...sources] };
  const path = planSnapshotOf(stateFolder, contentHash(place.formulaFile));
  const image = bytesOfImage(plan);
  const isWritten = writeSealed(path, headOf(stateFolder, place, options), [
    ...inputParts(inputs),
    Buffer.from(encodeColumns([summary])),
    ...image,
  ]);
  return isWritten ? planIn(plan, image) : undefined;
}

function bytesOfImage(plan: Plan): ImageBytes {
  const { nodes, beads, texts } = imageOf(plan);
  let end = 0;
  const bytes = texts.map((text) => Buffer.from(text));
  const ends = Float64Array.from(bytes, ({ length }) => {
    end += length;
    return end;
  });
  return [Buffer.from(nodes), Buffer.from(beads), bytesOf(ends), Buffer.concat(bytes)];
}

function planIn(summary: Pick<Plan, 'hash' | 'formula'>, [nodes, beads, ends, texts]: ImageBytes): Plan {
  const ending = numbersIn(ends);
  return planOf(summary, {
    nodes: () => nodes.toString(),
    beads: () => beads.toString(),
    text: (number) => texts.toString('utf8', ending[number - 1] ?? 0, ending[number]),
  });
}

const inputParts = ({ folders, others, stamps, hashes }: Inputs): readonly Uint8Array[] => [
  Buffer.from(JSON.stringify({ folders, others })),
  bytesOf(stamps),
  hashes,
];

const bytesOf = (numbers: Float64Array): Buffer =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** Each part has a memory of its own, so numbers stand where they may. */
const numbersIn = (bytes: Buffer): Float64Array =>
  new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / Float64Array.BYTES_PER_ELEMENT);

/**
 * What a snapshot must agree with: the program that made it, the folder it was made in (one that came with a copy of the
 * project is not believed), and everything besides files that decides what a plan is.
 */
function headOf(stateFolder: string, { root, formulaFile }: ProjectPlace, options: ProjectOptions): string {
  const { strict, eager = false, vars } = options;
  const values = vars && [[...vars.given], Object.entries(vars.earlier), vars.toRun];
  const asked = contentHash(JSON.stringify([root, formulaFile, strict, eager, values]));
  return `gastown plan ${BUILD} ${fileIdentity(stateFolder)} ${asked}`;
}
