import type { Plan } from '../core/plan.ts';
import { type Durations, knownDurations } from '../engine/durations.ts';
import { openReader } from '../journal/open.ts';
import { stateFolderOf } from '../project/state-folder.ts';

/** What the beads of a plan took in past runs; what its runs knew of other beads is left out. */
export function pastDurations(root: string, { formula, beads }: Plan): Durations {
  using reader = openReader(stateFolderOf(root));
  if (reader === undefined) return new Map();
  const ids = beads.map(({ id }) => id);
  const known = knownDurations(reader, formula.file, { wanted: ids });
  return new Map(
    ids.flatMap((id) => {
      const ms = known.get(id);
      return ms === undefined ? [] : [[id, ms] as const];
    }),
  );
}

/** Where the durations of an estimate come from, in a sentence. */
export function sourceSentence(durations: Durations, beads: number, typical: string): string {
  if (durations.size === 0) return 'no durations are known before the first run: every bead counts as one';
  if (durations.size === beads) return 'durations are those of past runs';
  return `durations of ${durations.size} of ${beads} beads are those of past runs, the others count as ${typical}, the median`;
}
