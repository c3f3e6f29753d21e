/** The status of a formula that was never run: what the machine itself says when nothing may start. */
import { decide } from '../core/decide.ts';
import { runId } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import { Store } from '../core/store.ts';
import { Chronicle } from '../engine/chronicle.ts';
import { Roster } from '../engine/roster.ts';
import type { BeadRow } from '../ports/journal.ts';
import type { ProjectPlace } from '../project/discover.ts';
import { loadProject } from '../project/load-project.ts';
import { type Context, EXIT } from './context.ts';
import { printDiagnostics } from './diagnostics.ts';
import { statusBead } from './status-report.ts';
import type { StatusDocument } from './status-schema.ts';

/** Loads the formula; undefined when it is wrong, which is printed then. */
export function previewStatus(
  context: Context,
  place: ProjectPlace,
  json: boolean,
): StatusDocument | undefined {
  const project = loadProject(place, { strict: false });
  if (project.plan === undefined) {
    const errors = project.diagnostics.filter(({ severity }) => severity === 'error');
    printDiagnostics(context, errors, { ...project, json });
    context.exit(EXIT.usage);
    return undefined;
  }
  const { formula } = project.plan;
  return {
    formula: { name: formula.name, file: formula.file },
    run: null,
    people: [],
    beads: previewRows(project.plan).map(statusBead),
  };
}

/** The rows of a run that has no room for any bead: what could start is ready, all else waits. */
export function previewRows(plan: Plan): BeadRow[] {
  const { formula, hash: planHash, nodes, beads } = plan;
  const run = runId('preview');
  const store = new Store();
  const limits = { parallel: 0, timeoutMs: undefined, rigs: {}, agents: {} };
  const credits = beads
    .filter(({ declaredDone }) => declaredDone)
    .map(({ id }) => ({ node: id, how: 'declared', run: undefined }) as const);
  decide(store, { type: 'create', run, planHash, seed: 0, limits, nodes, credits, select: 'all' }, 0);
  const chronicle = new Chronicle(
    { run, formula: formula.name, formulaFile: formula.file, planHash, createdAt: 0 },
    new Roster(beads),
  );
  const rows = new Map(
    [...store.nodes.values()]
      .filter(({ spec }) => spec.kind === 'bead')
      .map((node) => [node.spec.id, chronicle.row(store, node)]),
  );
  return beads.flatMap(({ id }) => rows.get(id) ?? []);
}
