/** Ids and requirements: from bead drafts to a graph, with everything that can be wrong between files. */
import type { Collector } from '../../diagnostic/collector.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import type { BeadDraft } from '../dialects/bead-draft.ts';
import type { Located } from '../dialects/schema.ts';
import { cycles, levels, type Requires } from './graph.ts';
import { Links } from './links.ts';

/** Beads as a graph; indices are positions in `beads`. */
export interface Graph {
  readonly beads: readonly BeadDraft[];
  readonly index: ReadonlyMap<string, number>;
  /** What each bead waits for, without repetitions: known requirements, then the beads whose failure it waits for. */
  readonly requires: Requires;
  /** The part of `requires` that must be done. */
  readonly successes: Requires;
  /** The part of `requires` that must have failed. */
  readonly failures: Requires;
  /** Undefined in a cycle and after one. */
  readonly levels: readonly (number | undefined)[];
  readonly cycles: readonly (readonly number[])[];
}

const MOST_CYCLES = 20;

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
  const links = new Links(beads, index, broken, collector);
  const successes = beads.map((bead, own) => links.known(bead, own, bead.requires, 'requires'));
  const failures = beads.map((bead, own) => {
    if (bead.onFailureOf.length === 0) return NONE;
    checkContradiction(bead, collector);
    return links.known(bead, own, bead.onFailureOf, 'waits for the failure of');
  });
  const requires = successes.map((needs, node) => {
    const failing = failures[node] ?? NONE;
    return failing.length === 0 ? needs : [...new Set([...needs, ...failing])];
  });
  checkJoins(beads, collector);
  const found = levels(requires);
  // A level everywhere means that there is no cycle to search for.
  const circles = found.includes(undefined) ? cycles(requires, MOST_CYCLES).cycles : [];
  for (const cycle of circles) reportCycle(cycle, beads, collector);
  return { beads, index, requires, successes, failures, levels: found, cycles: circles };
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

const NONE: readonly never[] = [];

function checkContradiction(bead: BeadDraft, collector: Collector): void {
  const required = new Map(bead.requires.map((entry) => [entry.value, entry]));
  for (const entry of bead.onFailureOf) {
    const success = required.get(entry.value);
    if (success === undefined) continue;
    collector.report(
      'plan/contradicting-requirement',
      `bead ${quote(bead.id)} needs ${quote(entry.value)} to be done and to fail`,
      {
        span: bead.source.span(entry),
        related: [{ span: bead.source.span(success), label: 'required here' }],
      },
    );
  }
}

/** Where a bead says that it waits for another one. */
export const entryFor = (bead: BeadDraft, id: string): Located<string> | undefined =>
  bead.requires.find((entry) => entry.value === id) ?? bead.onFailureOf.find((entry) => entry.value === id);

function checkJoins(beads: readonly BeadDraft[], collector: Collector): void {
  for (const bead of beads) {
    const { join } = bead;
    if (join === undefined || join.value === 'all') continue;
    const count = new Set([...bead.requires, ...bead.onFailureOf].map((entry) => entry.value)).size;
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
    const entry = next === undefined ? undefined : entryFor(bead, next.id);
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
