/** `gastown graph`: draws the plan, or as much of a wrong one as could be understood. */
import { unreachable } from '../../core/invariant.ts';
import type { NodeStatus } from '../../core/status.ts';
import { openReader } from '../../journal/open.ts';
import type { BeadRow } from '../../ports/journal.ts';
import type { ProjectPlace } from '../../project/discover.ts';
import { loadProject, type ProjectLoad } from '../../project/load-project.ts';
import { stateFolderOf } from '../../project/state-folder.ts';
import { withAddedBeads } from '../../view/added-beads.ts';
import { dot } from '../../view/dot.ts';
import { graphJson } from '../../view/graph-json.ts';
import { graphText } from '../../view/graph-text.ts';
import { type GraphView, graphOfBeads, graphOfPlan } from '../../view/graph-view.ts';
import { mermaid } from '../../view/mermaid.ts';
import { type Context, EXIT } from '../context.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { findProject } from '../place.ts';
import { type Console, print } from '../terminal/console.ts';
import { givenValues, type VariableFlags } from '../variables.ts';

type Format = 'text' | 'mermaid' | 'dot' | 'json';

interface GraphFlags extends VariableFlags {
  readonly formula?: string;
  readonly format: Format;
}

export async function graph(this: Context, flags: GraphFlags): Promise<void> {
  const { formula, format } = flags;
  const place = await findProject(this, formula === undefined ? {} : { formula });
  const given = givenValues(this, flags);
  if (place === undefined || given === undefined) return;
  const project = loadProject(place, { strict: false, vars: { given, earlier: {}, toRun: false } });
  if (project.plan === undefined || project.draft.beads.length > 0)
    draw(this.console, viewOf(project, rowsOf(place)), format);
  if (project.plan !== undefined) return;
  printDiagnostics(this, project.diagnostics, { ...project, json: false });
  this.exit(EXIT.usage);
}

function viewOf({ plan, draft }: ProjectLoad, rows: readonly BeadRow[]): GraphView {
  const statuses = new Map<string, NodeStatus>(rows.map(({ id, status }) => [id, status]));
  if (plan !== undefined) return withAddedBeads(graphOfPlan(plan, statuses), rows);
  const beads = draft.beads.map((bead) => {
    const status = statuses.get(bead.id);
    return { ...bead, ...(status === undefined ? {} : { status }) };
  });
  return graphOfBeads(draft.name, beads, draft);
}

/** Of the latest run; none before the first. */
function rowsOf({ root, formulaFile }: ProjectPlace): readonly BeadRow[] {
  using reader = openReader(stateFolderOf(root));
  const run = reader?.latestRun(formulaFile);
  return reader === undefined || run === undefined ? [] : reader.beads(run.run);
}

function draw({ stdout, columns, glyphs, paint }: Console, view: GraphView, format: Format): void {
  switch (format) {
    case 'text':
      print(stdout, graphText(view, { columns, glyphs, paint }));
      return;
    case 'mermaid':
      stdout.write(mermaid(view));
      return;
    case 'dot':
      stdout.write(dot(view));
      return;
    case 'json':
      stdout.write(graphJson(view));
      return;
    default:
      unreachable(format);
  }
}
