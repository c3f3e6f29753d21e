/** One bead file, read: typed values with their places, before anything is known about other files. */
import type { NodeId } from '../../core/ids.ts';
import type { OnFailure, VariableValue } from '../../core/plan.ts';
import type { Collector } from '../../diagnostic/collector.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import type { Place, Source } from '../toml/source.ts';
import type { TomlTable } from '../toml/toml-tree.ts';
import { beadId, idProblem } from './bead-id.ts';
import {
  type AgentWish,
  type BeadTable,
  beadFile,
  type CriterionText,
  type ForEachWish,
  type JoinWish,
  type SpawnWish,
} from './bead-schema.ts';
import { Reading } from './reading.ts';
import type { Located } from './schema.ts';

export interface ContextWish {
  /** Key of the document: `spec` for `from_spec`. */
  readonly document: string;
  readonly key: Place;
  readonly refs: readonly Located<string>[];
}

export interface BeadDraft {
  readonly source: Source;
  readonly id: NodeId;
  readonly idPlace: Place;
  readonly name: string;
  readonly description: string;
  readonly requires: readonly Located<string>[];
  /** Beads that must have failed for good. */
  readonly onFailureOf: readonly Located<string>[];
  readonly join: JoinWish | undefined;
  /** As the file says; undefined: the default. */
  readonly priority: number | undefined;
  readonly artifacts: readonly Located<string>[];
  readonly criteria: readonly CriterionText[];
  readonly checks: readonly string[];
  readonly context: readonly ContextWish[];
  readonly run: Located<string> | undefined;
  readonly when: Located<string> | undefined;
  readonly gate: string | undefined;
  readonly spawn: SpawnWish | undefined;
  readonly forEach: ForEachWish | undefined;
  readonly agent: AgentWish | undefined;
  readonly rig: Located<string> | undefined;
  readonly timeoutMs: number | undefined;
  readonly retries: number | undefined;
  readonly onFailure: OnFailure | undefined;
  readonly declaredDone: boolean;
  readonly statusLine: number | undefined;
  /** Values of the inputs of the library bead it uses. */
  readonly inputs: Readonly<Record<string, VariableValue>> | undefined;
}

const DONE: ReadonlySet<string> = new Set(['done', 'complete', 'completed']);

/** Adds what a bead file leaves to others; undefined when that is wrong, which was reported. */
interface Completing {
  complete(
    table: BeadTable,
    source: Source,
  ): { readonly table: BeadTable; readonly source: Source; readonly inputs: BeadDraft['inputs'] } | undefined;
}

/** For a table that leaves nothing to others. */
const COMPLETE: Completing = {
  complete: (table, source) => ({ table, source, inputs: undefined }),
};

/** Reads a bead file; undefined when it has no usable id or cannot be completed (which was reported). */
export function readBead(
  root: TomlTable,
  source: Source,
  collector: Collector,
  strict: boolean,
  completing: Completing,
): BeadDraft | undefined {
  const table = beadFile.read(root, new Reading(source, collector, strict))?.bead;
  return table && draftOf(table, source, collector, completing);
}

/** What a table says that was read; undefined when it has no usable id (which was reported). */
export function draftOf(
  table: BeadTable,
  source: Source,
  collector: Collector,
  completing: Completing = COMPLETE,
): BeadDraft | undefined {
  if (table.id === undefined) return undefined;
  const id = beadId(table.id.value);
  if (id === undefined) {
    collector.report(
      'plan/bad-id',
      `the id ${quote(table.id.value)} is not allowed: an id ${idProblem(table.id.value)}`,
      {
        span: source.span(table.id),
      },
    );
    return undefined;
  }
  const complete = completing.complete(table, source);
  return complete && draft(complete.table, id, table.id, complete.source, complete.inputs);
}

function draft(
  table: BeadTable,
  id: NodeId,
  idPlace: Place,
  source: Source,
  inputs: BeadDraft['inputs'],
): BeadDraft {
  const { dependencies, task, acceptance, execution } = table;
  const status = table.table.entries.get('status');
  const description = task?.description?.value ?? table.description?.value ?? '';
  // A value that was filled in may be empty.
  const name = table.name?.value.trim() ? table.name.value : id;
  const waitsForOne = dependencies?.wait_for_all?.value === false ? dependencies.wait_for_all : undefined;
  return {
    source,
    id,
    idPlace,
    name,
    description,
    requires: joined(dependencies?.requires?.items, dependencies?.blocked_by?.items),
    onFailureOf: dependencies?.on_failure_of?.items ?? NONE,
    join:
      table.join ??
      (waitsForOne === undefined
        ? undefined
        : { value: 'any', start: waitsForOne.start, end: waitsForOne.end }),
    priority: table.priority?.value,
    artifacts: joined(table.artifacts?.items, task?.artifacts?.items),
    criteria: acceptance?.criteria?.items ?? [],
    checks: acceptance?.checks?.items.map((check) => check.value) ?? [],
    context: contextWishes(table),
    run: task?.run,
    when: table.when,
    gate: table.gate?.value,
    spawn: table.spawn,
    forEach: table.for_each,
    agent: table.agent,
    rig: table.rig,
    timeoutMs: execution?.timeout?.value ?? execution?.timeout_minutes?.value,
    retries: execution?.retries?.value,
    onFailure: execution?.on_failure?.value,
    declaredDone: table.status !== undefined && DONE.has(table.status.value.trim().toLowerCase()),
    statusLine: status === undefined ? undefined : source.line(status.start),
    inputs,
  };
}

function contextWishes(table: BeadTable): readonly ContextWish[] {
  if (table.context === undefined) return [];
  return [...table.context].map(([key, { key: place, value }]) => ({
    document: key.slice('from_'.length),
    key: place,
    refs: value.items,
  }));
}

const NONE: readonly never[] = [];

function joined<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): readonly T[] {
  if (a === undefined || a.length === 0) return b ?? NONE;
  return b === undefined || b.length === 0 ? a : [...a, ...b];
}
