/**
 * Beads that a bead, or a person, adds to a run: from their files to what the machine is asked to admit. Everything that
 * is wrong is collected with its place; whether the run has room for them is the machine's to say (`core/additions.ts`).
 */
import type { Proposal } from '../../core/events.ts';
import { type NodeId, nodeId } from '../../core/ids.ts';
import type { Bead, BeadNode, Formula, Need, Policy } from '../../core/plan.ts';
import { Collector } from '../../diagnostic/collector.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import { beadKey } from '../assemble.ts';
import { defaultAgent, SHELL } from '../assignments.ts';
import type { ContextDocuments, Section } from '../context.ts';
import { type BeadDraft, draftOf } from '../dialects/bead-draft.ts';
import { Reading } from '../dialects/reading.ts';
import { spawnFile } from '../dialects/spawn-schema.ts';
import { joinOf, stepsOf } from '../graph/lower.ts';
import { type Graph, resolve } from '../graph/resolve.ts';
import { checkArtifacts } from '../load.ts';
import type { Hash, ProjectFiles } from '../load-request.ts';
import type { Settings } from '../settings.ts';
import { Source } from '../toml/source.ts';
import { readToml } from '../toml/toml.ts';
import { childId, isTooLong, LONGEST_ID } from './child-id.ts';
import { locksTogether } from './locks.ts';
import { openDocuments } from './sections.ts';

/** A description of one bead to add. */
export interface AdditionFile {
  /** As people know it. */
  readonly name: string;
  /** Where it is kept, for the bead. */
  readonly path: string;
  readonly text: string;
}

/** What somebody wants to add, and to what. */
export interface AdditionRequest {
  /** The bead that gets them, as its author wrote it and as it is scheduled. */
  readonly parent: Bead;
  readonly node: BeadNode;
  readonly files: readonly AdditionFile[];
  /** The beads of the run. */
  readonly find: (id: NodeId) => Bead | undefined;
  readonly formula: Formula;
  readonly settings: Settings;
  readonly hash: Hash;
  /** Context documents are read through it. */
  readonly documents: ProjectFiles;
  /** A person wrote them, or will look at them first. */
  readonly mayRun: boolean;
}

/** The beads, or what is wrong with them. */
export type Addition =
  | { readonly type: 'proposal'; readonly proposal: Proposal }
  | {
      readonly type: 'refused';
      readonly diagnostics: readonly Diagnostic[];
      /** Texts by file name, for rendering. */
      readonly sources: ReadonlyMap<string, string>;
    };

/** Reads files that describe beads, and makes beads of them. */
export function planAdditions(request: AdditionRequest): Addition {
  const collector = new Collector();
  const drafts = request.files.flatMap((file) => readFile(file, request, collector) ?? []);
  const elsewhere = new Map<string, Need>();
  const ownIds = new Set<string>(drafts.map(({ id }) => id));
  for (const { value } of drafts.flatMap(({ requires }) => requires)) {
    const need = ownIds.has(value) ? undefined : needOutside(value, request);
    if (need !== undefined) elsewhere.set(value, need);
  }
  const graph = resolve(drafts, new Set(elsewhere.keys()), collector);
  for (const draft of graph.beads) checkArtifacts(draft, collector);
  const documents = openDocuments(request, collector);
  const beads = inOrder(graph).flatMap(
    (at) => makeBead({ ...request, graph, elsewhere, documents, collector }, at) ?? [],
  );
  if (collector.hasErrors)
    return {
      type: 'refused',
      diagnostics: collector.diagnostics.filter(({ severity }) => severity === 'error'),
      sources: new Map(request.files.map(({ name, text }) => [name, text])),
    };
  const locks = locksTogether(beads.map(({ bead }) => bead.artifacts));
  return {
    type: 'proposal',
    proposal: {
      beads: beads.map(({ bead }) => bead),
      nodes: beads.map(({ node }, at) => ({ ...node, locks: locks[at] ?? [] })),
    },
  };
}

function readFile(
  { name, text }: AdditionFile,
  { mayRun, parent }: AdditionRequest,
  collector: Collector,
): BeadDraft | undefined {
  const source = new Source(name, text);
  const root = readToml(source, collector);
  const table = root && spawnFile(mayRun).read(root, new Reading(source, collector, true))?.bead;
  const draft = table && draftOf(table, source, collector);
  if (draft === undefined) return undefined;
  if (isTooLong(childId(parent, draft.id)))
    collector.report(
      'plan/bad-id',
      `the id ${quote(draft.id)} is too long: with those of the beads above it may have ${LONGEST_ID} characters`,
      { span: source.span(draft.idPlace) },
    );
  return draft;
}

/** A requirement that is none of the new beads: the bead itself, one it added before, any other of the run. */
function needOutside(value: string, { parent, find }: AdditionRequest): Need | undefined {
  if (value === parent.id) return { node: parent.id, on: 'worked' };
  const before = childId(parent, value);
  if (find(before) !== undefined) return { node: before, on: 'succeeded' };
  return find(nodeId(value)) === undefined ? undefined : { node: nodeId(value), on: 'succeeded' };
}

/** Each after what it requires; what is in a cycle is left out, since that was reported. */
const inOrder = ({ beads, levels }: Graph): readonly number[] =>
  beads
    .map((_, at) => at)
    .filter((at) => levels[at] !== undefined)
    .sort((a, b) => (levels[a] ?? 0) - (levels[b] ?? 0));

interface Making extends Omit<AdditionRequest, 'documents'> {
  readonly graph: Graph;
  readonly elsewhere: ReadonlyMap<string, Need>;
  readonly documents: ContextDocuments;
  readonly collector: Collector;
}

function makeBead(making: Making, at: number): { readonly bead: Bead; readonly node: BeadNode } | undefined {
  const { parent, node: parentNode, graph, documents, formula, hash } = making;
  const draft = graph.beads[at];
  const rig = making.settings.rigs[parentNode.rig];
  if (draft === undefined || rig === undefined) return undefined;
  const agent = agentOf(making, draft);
  const needs = needsOf(draft, making);
  const sections: readonly Section[] = documents.sections(draft);
  const policy = policyOf(draft, parentNode.policy, formula);
  const id = childId(parent, draft.id);
  const depth = (parentNode.depth ?? 0) + 1;
  const spawns = depth < (formula.spawn?.depth ?? 0) ? parentNode.spawns : undefined;
  const file = making.files.find(({ name }) => name === draft.source.file);
  const definition = {
    id,
    name: draft.name,
    description: draft.description,
    requires: needs.map((need) => need.node),
    artifacts: draft.artifacts.map(({ value }) => value),
    criteria: draft.criteria.map(({ text, check }) => ({ text, check })),
    checks: draft.checks,
    run: draft.run?.value,
  };
  const shared = { level: parentNode.level, ...(spawns === undefined ? {} : { spawns }), parent: parent.id };
  const key = beadKey(hash, definition, sections);
  const priority = draft.priority ?? parentNode.priority;
  const bead: Bead = {
    ...definition,
    ...shared,
    file: file?.path ?? draft.source.file,
    priority,
    context: sections.map(({ ref }) => ref),
    agent,
    rig: parentNode.rig,
    timeoutMs: policy.timeoutMs,
    declaredDone: false,
    statusLine: undefined,
    key,
  };
  const node: BeadNode = {
    ...shared,
    kind: 'bead',
    id,
    needs,
    join: joinOf(draft),
    priority,
    order: parentNode.order,
    tail: 1,
    policy,
    rig: parentNode.rig,
    agent: agent ?? '',
    locks: [],
    key,
    steps: stepsOf(draft, rig),
    depth,
  };
  return { bead, node };
}

/** Each once: that a requirement is listed twice was reported. */
function needsOf(draft: BeadDraft, { parent, elsewhere }: Making): readonly Need[] {
  const values = [...new Set(draft.requires.map(({ value }) => value))];
  return values.map((value) => elsewhere.get(value) ?? { node: childId(parent, value), on: 'succeeded' });
}

/** The one of the bead above; a command is the shell's, and what the shell cannot do is done by whoever is there for it. */
function agentOf({ node, settings, collector }: Making, draft: BeadDraft): string | undefined {
  if (draft.run !== undefined) return SHELL;
  if (node.agent !== SHELL) return node.agent;
  const found = defaultAgent(settings.rigs[node.rig], settings);
  if (found !== undefined && found !== SHELL) return found;
  collector.report('plan/no-agent', `nobody is there to do the work of ${quote(draft.id)}`, {
    severity: 'error',
    span: draft.source.span(draft.idPlace),
    hints: ['define an agent in gastown.toml: [agents.NAME] with command = ["program", "argument"]'],
  });
  return undefined;
}

function policyOf(draft: BeadDraft, above: Policy, { timeoutMs: whole }: Formula): Policy {
  const own = draft.timeoutMs ?? above.timeoutMs;
  return {
    retries: draft.retries ?? above.retries,
    timeoutMs: own === undefined || whole === undefined ? (own ?? whole) : Math.min(own, whole),
    onFailure: draft.onFailure ?? above.onFailure,
  };
}

/** So many are enough to begin with. */
const MOST_TEXTS = 5;

/** What is wrong with an addition in one text, for whoever wrote it. */
export function refusalText(diagnostics: readonly Diagnostic[]): string {
  const texts = diagnostics.slice(0, MOST_TEXTS).map(({ span, message, hints }) => {
    const place = span === undefined ? '' : `${span.file}:${span.start.line}:${span.start.column}: `;
    const hint = hints[0] === undefined ? '' : ` (${hints[0]})`;
    return `${place}${message}${hint}`;
  });
  const left = diagnostics.length - texts.length;
  return [...texts, ...(left > 0 ? [`and ${left} more`] : [])].join('\n');
}
