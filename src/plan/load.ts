/** The loader: from a formula file to a plan. Everything that is wrong is collected, nothing is thrown. */
import type { Plan } from '../core/plan.ts';
import { Collector } from '../diagnostic/collector.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { quote } from '../diagnostic/neutralise.ts';
import { assemble } from './assemble.ts';
import { Assignments } from './assignments.ts';
import { readBeadFiles } from './beads-folder.ts';
import { checkExpressions, checkSpawning, checkSyncWishes } from './conditions.ts';
import { ContextDocuments } from './context.ts';
import type { BeadDraft } from './dialects/bead-draft.ts';
import { type FormulaDraft, readFormula } from './dialects/formula-draft.ts';
import { reportFile } from './file-problems.ts';
import { hasSync } from './graph/lower.ts';
import { authorRanks } from './graph/order.ts';
import { type Graph, resolve } from './graph/resolve.ts';
import { Completion, valuesOf } from './library/completion.ts';
import { Library } from './library/library.ts';
import type { Draft, LoadRequest, LoadResult } from './load-request.ts';
import { artifactProblem } from './path.ts';
import { isBeyond, Source } from './toml/source.ts';
import { readToml } from './toml/toml.ts';
import { bindVariables, type VariableRequest } from './variables/binding.ts';

/** Loads a formula with its beads and context documents. Reads files through the request only; runs nothing. */
export function loadPlan(request: LoadRequest): LoadResult {
  const collector = new Collector();
  const sources = new Map<string, string>();
  const shared = new Set<string>();
  const result = (plan: Plan | undefined, draft: () => Draft): LoadResult => {
    let drawn: Draft | undefined;
    return {
      plan: collector.hasErrors ? undefined : plan,
      // Made when somebody draws: most callers do not.
      get draft() {
        drawn ??= draft();
        return drawn;
      },
      // Who does the work matters once there is a plan: before, it is an echo of what is wrong.
      diagnostics: onceIn(shared, collector.diagnostics).filter(
        ({ code }) => plan !== undefined || code !== 'plan/no-agent',
      ),
      sources,
    };
  };
  const written = openFormula(request, sources, collector);
  if (written === undefined) return result(undefined, () => EMPTY);
  const isEager = request.eager === true && hasSync(written);
  const formula: FormulaDraft = isEager ? { ...written, sync: 'none', isEager } : written;
  const vars = bindVariables(formula.vars, request.vars ?? LOOKING, formula.source, collector);
  const library = new Library(request.formulaFile, request.files, collector, request.strict);
  const completion = new Completion(vars, library, collector);
  const files = readBeadFiles(formula, request.files, collector, request.strict, completion);
  for (const [file, text] of [...files.sources, ...library.sources]) sources.set(file, text);
  for (const file of library.sources.keys()) shared.add(file);
  const graph = resolve(files.drafts, files.broken, collector);
  for (const bead of graph.beads) checkBead(bead, formula, collector);
  checkSyncWishes(formula, hasSync(formula), collector);
  checkSpawning(formula, graph, collector);
  const expressions = checkExpressions(formula, graph, formula.vars ?? new Map(), collector);
  const ranks = authorRanks(formula, graph, files.broken, collector);
  const assigned = new Assignments(formula, request.settings, collector);
  const assignments = graph.beads.map((bead) => assigned.assign(bead));
  assigned.finish();
  const documents = new ContextDocuments(formula, request.files, collector);
  for (const [file, text] of documents.sources) sources.set(file, text);
  const sections = graph.beads.map((bead) => documents.sections(bead));
  const plan = assemble({
    hash: request.hash,
    formula,
    vars: vars && valuesOf(vars),
    graph,
    ranks,
    assignments,
    sections,
    expressions,
    context: documents.paths,
    collector,
  });
  return result(plan, () => draftOf(formula, graph));
}

/** Whether `run` has to refuse a plan although it is valid: nobody is there to do the work. */
export const blocksRun = (diagnostic: Diagnostic): boolean =>
  diagnostic.severity === 'error' || diagnostic.code === 'plan/no-agent';

const LOOKING: VariableRequest = { given: new Map(), earlier: {}, toRun: false };

/** Of what several beads bring about at one place of a file that they share, the first. */
function onceIn(shared: ReadonlySet<string>, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (shared.size === 0) return diagnostics;
  const said = new Set<string>();
  return diagnostics.filter(({ code, span }) => {
    if (span === undefined || !shared.has(span.file)) return true;
    const key = `${code} ${span.file} ${span.start.line}:${span.start.column}`;
    return said.size < said.add(key).size;
  });
}

const EMPTY: Draft = { name: '', type: 'convoy', sync: 'none', beads: [], cycles: [] };

function openFormula(
  request: LoadRequest,
  sources: Map<string, string>,
  collector: Collector,
): FormulaDraft | undefined {
  const read = request.files.read(request.formulaFile);
  if (read.type === 'problem') {
    reportFile(collector, read, `formula ${quote(request.formulaFile)}`, undefined);
    return undefined;
  }
  sources.set(request.formulaFile, read.text);
  const source = new Source(request.formulaFile, read.text);
  const root = readToml(source, collector);
  return root === undefined ? undefined : readFormula(root, source, collector, request.strict);
}

function checkBead(bead: BeadDraft, formula: FormulaDraft, collector: Collector): void {
  checkArtifacts(bead, collector);
  const listed = formula.listed.get(bead.id);
  const extra = listed?.find((entry) => !bead.requires.some((own) => own.value === entry.value));
  if (extra === undefined) return;
  collector.report(
    'plan/list-differs',
    `the formula says that ${quote(bead.id)} is blocked by ${quote(extra.value)}, but its bead file does not: the bead file counts`,
    {
      span: formula.source.span(extra),
      related: [{ span: bead.source.span(bead.idPlace), label: 'the bead' }],
    },
  );
}

/** Reports artifacts that would leave the rig. */
export function checkArtifacts(
  bead: Pick<BeadDraft, 'artifacts' | 'source' | 'idPlace'>,
  collector: Collector,
): void {
  for (const artifact of bead.artifacts) {
    const problem = artifactProblem(artifact.value);
    if (problem === undefined) continue;
    collector.report('plan/artifact-outside', `artifact ${quote(artifact.value)} ${problem}`, {
      span: bead.source.span(artifact),
      related: isBeyond(artifact) ? [{ span: bead.source.span(bead.idPlace), label: 'of this bead' }] : [],
    });
  }
}

function draftOf(formula: FormulaDraft, graph: Graph): Draft {
  const idOf = (node: number): string => graph.beads[node]?.id ?? '';
  return {
    name: formula.name,
    type: formula.type,
    sync: formula.type === 'convoy' ? formula.sync : 'none',
    beads: graph.beads.map((bead, node) => ({
      id: bead.id,
      name: bead.name,
      file: bead.source.file,
      requires: (graph.requires[node] ?? []).map(idOf),
      level: graph.levels[node],
    })),
    cycles: graph.cycles.map((cycle) => cycle.map(idOf)),
  };
}
