/** `gastown simulate`: how long the formula would take with more or fewer beads at once. Runs nothing. */
import { durationOr, typicalDuration } from '../../engine/durations.ts';
import { weighed } from '../../engine/tails.ts';
import { compareWidths } from '../../engine/widths.ts';
import { openReader } from '../../journal/open.ts';
import type { VariableRequest } from '../../plan/variables/binding.ts';
import type { ProjectPlace } from '../../project/discover.ts';
import { stateFolderOf } from '../../project/state-folder.ts';
import { jsonText } from '../../view/json-text.ts';
import type { Context } from '../context.ts';
import { namedLimits } from '../limits.ts';
import { pastDurations, sourceSentence } from '../past-durations.ts';
import { findProject } from '../place.ts';
import { openProject } from '../project.ts';
import { ratioOf, simulateLines, timeText } from '../simulate-text.ts';
import { print } from '../terminal/console.ts';
import type { VariableFlags } from '../variables.ts';

interface SimulateFlags extends VariableFlags {
  readonly formula?: string;
  readonly parallel?: readonly number[];
  readonly json: boolean;
}

/** Widths that are listed when nobody asks for others. */
const MOST_LISTED = 16;

/** Those of the latest run; without any, the formula can be simulated all the same. */
function latestValues({ root, formulaFile }: ProjectPlace): VariableRequest['earlier'] {
  using reader = openReader(stateFolderOf(root));
  return reader?.latestRun(formulaFile)?.vars ?? {};
}

export async function simulate(this: Context, flags: SimulateFlags): Promise<void> {
  const { console } = this;
  const place = await findProject(this, flags);
  if (place === undefined) return;
  const project = await openProject(this, flags, { earlier: latestValues(place), toRun: false });
  if (project === undefined) return;
  const { plan, settings, root } = project;
  const { formula, beads } = plan;
  const durations = pastDurations(root, plan);
  const isTimed = durations.size > 0;
  const isWorkflow = formula.type === 'workflow';
  const comparison = compareWidths(
    {
      nodes: weighed(plan.nodes, durations),
      limits: namedLimits(settings),
      durationOf: durationOr(durations),
    },
    (peak) => {
      if (isWorkflow) return [1];
      return flags.parallel ?? Array.from({ length: Math.min(peak, MOST_LISTED) }, (_, at) => at + 1);
    },
  );
  if (flags.json) {
    const { widths, enough, bound } = comparison;
    console.stdout.write(
      jsonText({
        formula: { name: formula.name, file: formula.file },
        unit: isTimed ? 'ms' : 'bead',
        durations: { known: durations.size, beads: beads.length, typical: typicalDuration(durations) },
        widths: widths.map(({ parallel, makespan, utilisation, lowerBound }) => {
          const ratio = ratioOf(makespan, lowerBound);
          return { parallel, makespan, utilisation, lowerBound, ratio };
        }),
        enough: enough.parallel,
        bound,
        criticalPath: enough.criticalPath,
      }),
    );
    return;
  }
  const source = sourceSentence(durations, beads.length, timeText(typicalDuration(durations), isTimed));
  print(
    console.stdout,
    simulateLines(
      { name: formula.name, beads: beads.length, isWorkflow, isTimed, source, comparison },
      console,
    ),
  );
}
