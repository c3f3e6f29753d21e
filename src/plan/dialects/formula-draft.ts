/** The formula file, read: both dialects as one shape, before the beads are known. */
import type { Formula, FormulaType, OnFailure, SpawnLimits } from '../../core/plan.ts';
import type { Collector } from '../../diagnostic/collector.ts';
import type { Place, Source } from '../toml/source.ts';
import type { TomlEntry, TomlTable } from '../toml/toml-tree.ts';
import { declare, type Variables } from '../variables/variable.ts';
import { type FormulaTables, formulaFile } from './formula-schema.ts';
import { Reading } from './reading.ts';
import { type Dialect, recognise, reportUnread } from './recognise.ts';
import type { Located } from './schema.ts';

export interface FormulaDraft {
  readonly source: Source;
  readonly dialect: Dialect;
  readonly name: string;
  /** Where to point for remarks on the formula as a whole. */
  readonly place: Place;
  readonly type: FormulaType;
  readonly rig: Located<string> | undefined;
  readonly version: string | undefined;
  /** Paths as written, by document key. */
  readonly context: readonly { readonly key: string; readonly path: Located<string> }[];
  readonly parallel: number;
  readonly timeoutMs: number | undefined;
  readonly retries: number;
  readonly onFailure: OnFailure;
  readonly sync: Formula['sync'];
  /** `sync` is not what the file says, but what was asked for on the command line. */
  readonly isEager: boolean;
  readonly quorum: Formula['quorum'];
  /** Commands at sync points, and what a person is asked there (undefined: nobody is). */
  readonly syncChecks: readonly string[];
  readonly syncGate: string | undefined;
  /** `formula.sync.checks` and `formula.sync.approval`, where they ask for something. */
  readonly syncWishes: readonly TomlEntry[];
  /** Names of environment variables that expressions may read. */
  readonly env: readonly string[];
  /** Undefined: beads may not add beads. */
  readonly spawn: SpawnLimits | undefined;
  /** The author's order; undefined when the formula gives none. */
  readonly order: readonly Located<string>[] | undefined;
  /** Relative to the formula's folder. */
  readonly beadsDirectory: Located<string> | undefined;
  /** Requirements as an exported formula repeats them, by bead. */
  readonly listed: ReadonlyMap<string, readonly Located<string>[]>;
  /** Undefined: it declares none, and `{{` in texts is text. */
  readonly vars: Variables | undefined;
}

const DEFAULT_PARALLEL = 3;

/** Reads a formula; undefined when the file is none (which was reported). */
export function readFormula(
  root: TomlTable,
  source: Source,
  collector: Collector,
  strict: boolean,
): FormulaDraft | undefined {
  const recognised = recognise(root);
  if (recognised.type !== 'formula') {
    reportUnread(recognised, source, collector);
    return undefined;
  }
  const reading = new Reading(source, collector, strict);
  const tables = formulaFile.read(root, reading);
  if (tables === undefined) return undefined;
  return draft(tables, recognised.dialect, source, reading);
}

function draft(tables: FormulaTables, dialect: Dialect, source: Source, reading: Reading): FormulaDraft {
  const { formula, convoy, beads } = tables;
  const execution = formula?.execution;
  const sync = formula?.sync;
  const type = typeOf(tables, dialect, reading);
  const entries = beads?.list?.items ?? [];
  const listed = entries.flatMap((entry) => (entry.id === undefined ? [] : [entry.id]));
  const blockers = entries.flatMap(({ id, blocked_by: by }) =>
    id === undefined || by === undefined ? [] : [[id.value, by.items] as const],
  );
  return {
    source,
    dialect,
    name: formula?.name?.value ?? '(without a name)',
    place: formula?.name ?? tables.table.entries.get('formula') ?? { start: 0, end: 0 },
    type,
    rig: formula?.rig,
    version: versionOf(formula?.version),
    context: [...(formula?.context ?? [])].map(([key, { value }]) => ({ key, path: value })),
    parallel: execution?.parallel_beads?.value ?? DEFAULT_PARALLEL,
    timeoutMs: execution?.timeout_minutes?.value ?? convoy?.timeout?.value,
    retries: execution?.retries?.value ?? 0,
    onFailure: execution?.on_failure?.value ?? 'pause',
    sync: sync?.mode?.value ?? 'level',
    isEager: false,
    quorum: sync?.quorum?.value ?? convoy?.quorum?.value ?? 'all',
    syncChecks: sync?.checks?.items.map((check) => check.value) ?? [],
    syncGate: sync?.approval?.value,
    syncWishes: syncWishes(sync),
    env: [...new Set(formula?.env?.items.map((name) => name.value))],
    spawn: spawnLimits(formula?.spawn, type),
    order: orderOf(formula?.beads) ?? (beads?.list === undefined ? undefined : listed),
    beadsDirectory: beads?.directory,
    listed: new Map(blockers),
    vars: formula?.vars && declare(formula.vars, 'variable', source, reading.collector),
  };
}

type Formulas = NonNullable<FormulaTables['formula']>;

function syncWishes(sync: Formulas['sync']): readonly TomlEntry[] {
  const asked = [
    sync?.checks !== undefined && sync.checks.items.length > 0 ? 'checks' : undefined,
    sync?.approval?.value === undefined ? undefined : 'approval',
  ];
  return asked.flatMap((key) => (key === undefined ? [] : (sync?.table.entries.get(key) ?? [])));
}

const SPAWN_LIMITS: SpawnLimits = { depth: 5, children: 100, total: 10_000, approval: false };

function spawnLimits(spawn: Formulas['spawn'], type: FormulaType): SpawnLimits | undefined {
  if (!(spawn?.allowed?.value ?? type === 'expansion')) return undefined;
  return {
    depth: spawn?.depth?.value ?? SPAWN_LIMITS.depth,
    children: spawn?.children?.value ?? SPAWN_LIMITS.children,
    total: spawn?.total?.value ?? SPAWN_LIMITS.total,
    approval: spawn?.approval?.value ?? SPAWN_LIMITS.approval,
  };
}

/** Undefined also when entries were wrong: what would be said about the rest were only echoes of that. */
function orderOf(beads: Formulas['beads']): readonly Located<string>[] | undefined {
  const written = beads?.table.entries.get('order')?.value;
  const isWhole = written?.type === 'array' && written.items.length === beads?.order?.items.length;
  return isWhole ? beads?.order?.items : undefined;
}

function typeOf(tables: FormulaTables, dialect: Dialect, reading: Reading): FormulaType {
  const said = tables.formula?.type?.value;
  if (said !== undefined) return said;
  const sections = (['convoy', 'workflow', 'expansion'] as const).filter(
    (key) => tables.table.entries.get(key) !== undefined,
  );
  const only = sections.length === 1 ? sections[0] : undefined;
  const type = only ?? (dialect === 'exporter' ? 'workflow' : 'convoy');
  // A wrong type was reported already; guessing aloud would only echo it.
  if (tables.formula !== undefined && tables.formula.table.entries.get('type') === undefined) {
    const why = only === undefined ? '' : `, because the file has a section [${only}]`;
    reading.report(
      'dialect/type-inferred',
      `the formula does not say its type: taken as "${type}"${why}`,
      tables.table.entries.get('formula') ?? { start: 0, end: 0 },
      [`add: type = "${type}"`],
    );
  }
  return type;
}

function versionOf(
  value: { readonly type: string; readonly value?: unknown } | undefined,
): string | undefined {
  return typeof value?.value === 'string' || typeof value?.value === 'number'
    ? String(value.value)
    : undefined;
}
