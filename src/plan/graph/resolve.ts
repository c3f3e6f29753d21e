/** Ids and requirements: from bead drafts to a graph, with everything that can be wrong between files. */
import type { Collector } from '../../diagnostic/collector.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import type { BeadDraft } from '../dialects/bead-draft.ts';
import type { Located } from '../dialects/schema.ts';
import { similar } from '../similar.ts';
import { cycles, levels, type Requires } from './graph.ts';

/** Beads as a graph; indices are positions in `beads`. */
export interface Graph {
  readonly beads: readonly BeadDraft[];
  readonly index: ReadonlyMap<string, number>;
  /** Known requirements, without repetitions. */
  readonly requires: Requires;
  /** Undefined in a cycle and after one. */
  readonly levels: readonly (number | undefined)[];
  readonly cycles: readonly (readonly number[])[];
}

const MOST_CYCLES = 20;
const MOST_SUGGESTIONS = 50;

/**
 * Resolves requirements. `broken` holds ids that are probably those of files that could not be read: what refers to them
 * is an echo of an error that was reported already.
 */
export function resolve(
  drafts: readonly BeadDraft[],
  broken: ReadonlySet<string>,
  collector: Collector,
): Graph {
  const { beads, index } = uniqueBeads(drafts, collector);
  let suggestions = MOST_SUGGESTIONS;
  const requires = beads.map((bead, own) => {
    const known: number[] = [];
    const seen = new Set<string>();
    for (const entry of bead.requires) {
      const target = index.get(entry.value);
      if (seen.has(entry.value)) {
        report(
          collector,
          'plan/repeated-requirement',
          bead,
          entry,
          `bead ${quote(bead.id)} lists ${quote(entry.value)} twice`,
        );
      } else if (target === own) {
        report(
          collector,
          'plan/self-dependency',
          bead,
          entry,
          `Circular dependency detected: ${bead.id} → ${bead.id}`,
        );
      } else if (target !== undefined) {
        known.push(target);
      } else if (!broken.has(entry.value)) {
        unknownRequirement(bead, entry, suggestions-- > 0 ? { beads, index } : undefined, collector);
      }
      seen.add(entry.value);
    }
    return known;
  });
  checkJoins(beads, collector);
  const found = levels(requires);
  // A level everywhere means that there is no cycle to search for.
  const circles = found.includes(undefined) ? cycles(requires, MOST_CYCLES).cycles : [];
  for (const cycle of circles) reportCycle(cycle, beads, collector);
  return { beads, index, requires, levels: found, cycles: circles };
}

function uniqueBeads(
  drafts: readonly BeadDraft[],
  collector: Collector,
): { readonly beads: readonly BeadDraft[]; readonly index: ReadonlyMap<string, number> } {
  const beads: BeadDraft[] = [];
  const index = new Map<string, number>();
  const folded = new Map<string, BeadDraft>();
  for (const bead of drafts) {
    const first = beads[index.get(bead.id) ?? -1];
    if (first !== undefined) {
      collector.report('plan/duplicate-id', `two beads have the id ${quote(bead.id)}`, {
        span: bead.source.span(bead.idPlace),
        related: [{ span: first.source.span(first.idPlace), label: 'first used here' }],
      });
      continue;
    }
    const lower = bead.id.toLowerCase();
    const alike = folded.get(lower);
    if (alike !== undefined) {
      collector.report(
        'plan/similar-id',
        `the ids ${quote(alike.id)} and ${quote(bead.id)} differ only in case`,
        {
          span: bead.source.span(bead.idPlace),
          related: [{ span: alike.source.span(alike.idPlace), label: 'the other one' }],
        },
      );
    }
    folded.set(lower, bead);
    index.set(bead.id, beads.length);
    beads.push(bead);
  }
  return { beads, index };
}

function unknownRequirement(
  bead: BeadDraft,
  entry: Located<string>,
  known: Pick<Graph, 'beads' | 'index'> | undefined,
  collector: Collector,
): void {
  const near = known === undefined ? undefined : similar(entry.value, known.index.keys());
  const target = known?.beads[near === undefined ? -1 : (known.index.get(near) ?? -1)];
  collector.report(
    'plan/unknown-requirement',
    `bead ${quote(bead.id)} requires ${quote(entry.value)}, but no bead has that id`,
    {
      span: bead.source.span(entry),
      ...(target === undefined
        ? {}
        : {
            related: [{ span: target.source.span(target.idPlace), label: 'this bead has a similar id' }],
            hints: [`did you mean "${target.id}"?`],
          }),
    },
  );
}

function checkJoins(beads: readonly BeadDraft[], collector: Collector): void {
  for (const bead of beads) {
    const { join } = bead;
    if (join === undefined || join.value === 'all') continue;
    const count = new Set(bead.requires.map((entry) => entry.value)).size;
    const wanted = join.value === 'any' ? 1 : join.value;
    // Exported beads say `wait_for_all` without any requirement, too: waiting for any of nothing is waiting for nothing.
    if (wanted <= count || (join.value === 'any' && count === 0)) continue;
    collector.report('plan/bad-join', `bead ${quote(bead.id)} waits for ${wanted} of ${count} requirements`, {
      span: bead.source.span(join),
    });
  }
}

function reportCycle(cycle: readonly number[], beads: readonly BeadDraft[], collector: Collector): void {
  const path = cycle.flatMap((node) => beads[node] ?? []);
  const related = path.flatMap((bead, at) => {
    const next = path[(at + 1) % path.length];
    const entry = bead.requires.find((candidate) => candidate.value === next?.id);
    return entry === undefined
      ? []
      : [{ span: bead.source.span(entry), label: `${bead.id} → ${entry.value}` }];
  });
  const ids = path.map((bead) => bead.id);
  const shown = ids.length > 24 ? [...ids.slice(0, 12), '…', ...ids.slice(-11)] : ids;
  const [first, ...others] = related;
  collector.report('plan/cycle', `Circular dependency detected: ${[...shown, ids[0]].join(' → ')}`, {
    span: first?.span,
    related: others,
    hints: ['"a → b" means that a requires b: remove one of these requirements'],
  });
}

function report(
  collector: Collector,
  code: 'plan/repeated-requirement' | 'plan/self-dependency',
  bead: BeadDraft,
  entry: Located<string>,
  message: string,
): void {
  collector.report(code, message, { span: bead.source.span(entry) });
}
