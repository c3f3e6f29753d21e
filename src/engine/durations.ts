/** How long beads took in the newest runs of a formula: what estimates and ties rest on. Reads rows, never events. */
import type { NodeId, RunId } from '../core/ids.ts';
import type { BeadRow, JournalReader } from '../ports/journal.ts';

/** Runs that are looked at in any case. */
const NEWEST_RUNS = 5;
/** Runs that are looked at for beads that the newest ones were only credited with. */
const MOST_RUNS = 20;
/** Rows that are read: a start with 10,000 beads must not wait for its history. */
const MOST_ROWS = 20_000;

/** How much history is looked at. */
export interface DurationLimits {
  /** Further back than the newest runs is looked only while one of these is missing. */
  readonly wanted?: readonly NodeId[];
  /** How many rows may be read. */
  readonly rows?: number;
  /** Is looked at last: what a run that goes on has done already is not what its end depends on. */
  readonly present?: RunId;
}

/** Milliseconds by bead. */
export type Durations = ReadonlyMap<NodeId, number>;

/** The median over the newest runs of what a bead's successful attempt took, from its start until the bead was done. */
export function knownDurations(
  reader: JournalReader,
  formulaFile: string,
  { wanted = [], rows = MOST_ROWS, present }: DurationLimits = {},
): Durations {
  const samples = new Map<NodeId, number[]>();
  const runs = reader.runs().filter((run) => run.formulaFile === formulaFile);
  const newest = runs.reverse().sort((a, b) => Number(a.run === present) - Number(b.run === present));
  let rest = rows;
  for (const [age, { run }] of newest.slice(0, MOST_RUNS).entries()) {
    if (rest <= 0 || (age >= NEWEST_RUNS && wanted.every((id) => samples.has(id)))) break;
    const beads = reader.finished(run, rest);
    rest -= beads.length;
    for (const row of beads) {
      const took = tookMs(row);
      if (took === undefined) continue;
      const known = samples.get(row.id);
      if (known === undefined) samples.set(row.id, [took]);
      else known.push(took);
    }
  }
  return new Map([...samples].map(([id, all]) => [id, median(all)]));
}

/** Undefined for a bead that did no work of its own: it was credited, or declared done. */
function tookMs({ startedAt, endedAt }: BeadRow): number | undefined {
  if (startedAt === undefined || endedAt === undefined) return undefined;
  return Math.max(0, endedAt - startedAt);
}

/** What a bead of which nothing is known is taken for: the median of the others; 1 where nothing is known at all. */
export function typicalDuration(durations: Durations): number {
  return durations.size === 0 ? 1 : median([...durations.values()]);
}

/** Duration of a bead, known or supposed. */
export function durationOr(durations: Durations): (id: NodeId) => number {
  const typical = typicalDuration(durations);
  return (id) => durations.get(id) ?? typical;
}

function median(numbers: number[]): number {
  numbers.sort((a, b) => a - b);
  const upper = numbers[numbers.length >> 1] ?? 0;
  const lower = numbers[(numbers.length - 1) >> 1] ?? 0;
  return Math.round((lower + upper) / 2);
}
