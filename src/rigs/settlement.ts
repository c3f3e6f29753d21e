/**
 * Ends whatever a step of an attempt left behind, found by the records in the attempt's folder: each command's record is
 * named after the command (`work`, `check-2.1`, `prepare-1.1`), and so is its marker.
 */
import { join } from 'node:path';
import { type EffectKey, effectKey, type RunId, type Step } from '../core/ids.ts';
import { unreachable } from '../core/invariant.ts';
import { abandonedFor } from '../os/files.ts';
import type { ShellPool } from '../os/shell-pool.ts';
import { entriesOf } from '../os/tree-files.ts';
import { attemptNamed } from '../ports/attempt-name.ts';
import { MARKER_VARIABLE, type MarkerOf } from '../ports/work.ts';

export interface SettlementParts {
  readonly pool: Pick<ShellPool, 'adopt'>;
  readonly marker: MarkerOf;
  /** Between the polite and the firm stop. */
  readonly graceMs: number;
}

const RECORD = '.record';

/** Resolves when nothing of the step lives or will start. `folder` is the attempt's, and exists. */
export async function settleStep(
  { pool, marker, graceMs }: SettlementParts,
  folder: string,
  key: EffectKey,
  step: Step,
): Promise<void> {
  const commands = new Set(
    entriesOf(folder)
      .filter(({ name }) => name.endsWith(RECORD) && belongsTo(step, name))
      .map(({ name }) => name.slice(0, -RECORD.length)),
  );
  // Work is begun by name, so what has not begun can be kept from it.
  if (step === 'work') commands.add('work');
  const settling = [...commands].map((command) =>
    pool.adopt(
      { record: join(folder, `${command}${RECORD}`), marker: `${MARKER_VARIABLE}=${marker(key, command)}` },
      AbortSignal.abort(),
      graceMs,
    ),
  );
  await Promise.all(settling);
}

/** Where an earlier driver died: what its ended attempts left behind was never looked for. */
export interface Remains {
  /** Absolute folder of the run's attempts. */
  readonly folder: string;
  readonly run: RunId;
  /** Steps that are in work, by `BEAD.N`: what is alive of them is adopted, not ended. */
  readonly inWork: ReadonlyMap<string, Step>;
}

/** What may be left of a run besides what is in work: the markers of its commands, and files that were never finished. */
export function remainsOf(
  marker: MarkerOf,
  { folder, run, inWork }: Remains,
): { readonly markers: ReadonlySet<string>; readonly files: readonly string[] } {
  const markers = new Set<string>();
  const files: string[] = [];
  for (const entry of entriesOf(folder)) {
    const { node, attempt } = attemptNamed(entry.name);
    for (const { name } of entriesOf(join(folder, entry.name))) {
      if (abandonedFor(name) !== undefined) files.push(join(folder, entry.name, name));
      const step = STEPS.find((candidate) => name.endsWith(RECORD) && belongsTo(candidate, name));
      if (step === undefined || inWork.get(`${node}.${attempt}`) === step) continue;
      const value = marker(effectKey(run, node, attempt, step), name.slice(0, -RECORD.length));
      markers.add(`${MARKER_VARIABLE}=${value}`);
    }
  }
  return { markers, files };
}

const STEPS: readonly Step[] = ['prepare', 'work', 'verify'];

function belongsTo(step: Step, name: string): boolean {
  switch (step) {
    case 'prepare':
      return name.startsWith('prepare-');
    case 'work':
      return name === `work${RECORD}`;
    case 'verify':
      return name.startsWith('check-');
    case 'integrate':
      return false;
    default:
      return unreachable(step);
  }
}
