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
  const [names, stamps, hashes, summary, nodes, beads, ends, texts] = parts as Tuple;
  const inputs: Inputs = { ...JSON.parse(names.toString()), stamps: numbersIn(stamps), hashes };
  const checked = recheck(place.root, inputs, now);
  if (checked === undefined) return undefined;
  if (checked !== inputs) writeSealed(path, head, [...inputParts(checked), ...parts.slice(3)]);
  const [kept] = decodeColumns<Summary>(summary.toString());
  if (kept === undefined) return undefined;
  const ending = numbersIn(ends);
  return {
    plan: planOf(kept, {
      nodes: () => nodes.toString(),
      beads: () => beads.toString(),
      text: (number) => texts.toString('utf8', ending[number - 1] ?? 0, ending[number]),
    }),
    settings: kept.settings,
    lanes: kept.lanes,
    diagnostics: kept.diagnostics,
    sources: new Map(kept.sources),
  };
}

type Tuple = readonly [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
const PARTS: Tuple['length'] = 8;

/** Keeps what was loaded from these inputs. */
export function writeSnapshot(
  place: ProjectPlace,
  options: ProjectOptions,
  inputs: Inputs,
  snapshot: Snapshot,
): void {
  const stateFolder = stateFolderOf(place.root);
  if (!tryPrivateFolder(stateFolder)) return;
  const { plan, settings, lanes, diagnostics, sources } = snapshot;
  const { hash, formula } = plan;
  const summary: Summary = { hash, formula, settings, lanes, diagnostics, sources: [...sources] };
  const { nodes, beads, texts } = imageOf(plan);
  const bytes = texts.map((text) => Buffer.from(text));
  let end = 0;
  const ends = Float64Array.from(bytes, ({ length }) => (end += length));
  writeSealed(
    planSnapshotOf(stateFolder, contentHash(place.formulaFile)),
    headOf(stateFolder, place, options),
    [
      ...inputParts(inputs),
      ...[encodeColumns([summary]), nodes, beads].map((text) => Buffer.from(text)),
      bytesOf(ends),
      Buffer.concat(bytes),
    ],
  );
}

const inputParts = ({ folders, others, stamps, hashes }: Inputs): readonly Uint8Array[] => [
  Buffer.from(JSON.stringify({ folders, others })),
  bytesOf(stamps),
  hashes,
];

const bytesOf = (numbers: Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

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
