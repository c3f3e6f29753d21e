/** Remarks on plans that are valid, after the seed's best practices: atomic beads, few dependencies. */
import type { Collector } from '../diagnostic/collector.ts';
import { quote } from '../diagnostic/neutralise.ts';
import type { BeadDraft } from './dialects/bead-draft.ts';
import { isGlob, segmentsOf } from './graph/glob-overlap.ts';
import type { Conflict } from './graph/locks.ts';
import type { Graph } from './graph/resolve.ts';
import { stemOf } from './path.ts';

/** Makes all remarks. */
export function lint(graph: Graph, conflicts: readonly Conflict[], collector: Collector): void {
  for (const bead of graph.beads) lintFileName(bead, collector);
  for (const bead of graph.beads) lintBroadGlobs(bead, collector);
  const byPattern = new Map<string, Conflict[]>();
  for (const conflict of conflicts) {
    const group = byPattern.get(conflict.patterns[0]);
    if (group === undefined) byPattern.set(conflict.patterns[0], [conflict]);
    else group.push(conflict);
  }
  for (const [first, ...others] of byPattern.values()) {
    if (first !== undefined) lintConflict(first, others.length, graph, collector);
  }
  lintImplied(graph, collector);
}

function lintFileName(bead: BeadDraft, collector: Collector): void {
  const stem = stemOf(bead.source.file);
  if (stem === bead.id) return;
  collector.report('lint/file-name', `bead ${quote(bead.id)} lives in ${quote(`${stem}.toml`)}`, {
    span: bead.source.span(bead.idPlace),
    hints: [`name the file "${bead.id}.toml"`],
  });
}

/** A `**` below less than two named folders covers whole parts of a project, as in `internal/**` + `/*.go`. */
function lintBroadGlobs(bead: BeadDraft, collector: Collector): void {
  for (const artifact of bead.artifacts) {
    if (!artifact.value.includes('**')) continue;
    const named = segmentsOf(artifact.value).findIndex(isGlob);
    if (named >= 2) continue;
    collector.report(
      'lint/coupled-artifacts',
      `the glob ${quote(artifact.value)} covers a large part of the tree`,
      {
        span: bead.source.span(artifact),
        hints: ['list the files that this bead leaves, or name a folder of its own'],
      },
    );
  }
}

/** One remark for each artifact, however many others it meets. */
function lintConflict(conflict: Conflict, others: number, graph: Graph, collector: Collector): void {
  const [first, second] = conflict.patterns;
  const [a, b] = conflict.pair;
  const left = graph.beads[a];
  const right = graph.beads[b];
  if (left === undefined || right === undefined) return;
  const leftPlace = placeOf(left, first) ?? placeOf(left, second);
  const rightPlace = placeOf(right, second) ?? placeOf(right, first);
  if (leftPlace === undefined || rightPlace === undefined) return;
  const isSame = first === second;
  const what = isSame ? `declare the same artifact ${quote(first)}` : `declare artifacts that overlap`;
  collector.report(
    isSame ? 'lint/shared-artifact' : 'lint/coupled-artifacts',
    `beads ${quote(left.id)} and ${quote(right.id)} could run at once and ${what}: they will not run at once`,
    {
      span: right.source.span(rightPlace),
      related: [
        { span: left.source.span(leftPlace), label: isSame ? 'declared here, too' : 'overlaps with this' },
      ],
      hints: others === 0 ? [] : [`the same artifact meets ${others} more`],
    },
  );
}

const placeOf = (bead: BeadDraft, pattern: string): BeadDraft['artifacts'][number] | undefined =>
  bead.artifacts.find(
    (artifact) => artifact.value === pattern || segmentsOf(artifact.value).join('/') === pattern,
  );

/** Edges looked at for implied requirements: dense graphs would cost the square of their size, and it is only a remark. */
const MOST_EDGES = 500_000;

function lintImplied(graph: Graph, collector: Collector): void {
  let patience = MOST_EDGES;
  graph.successes.forEach((needs, node) => {
    const bead = graph.beads[node];
    if (needs.length < 2 || bead === undefined || (bead.join !== undefined && bead.join.value !== 'all'))
      return;
    const lowest = needs.reduce((level, need) => Math.min(level, levelOf(graph, need)), Infinity);
    const reachedFrom = new Map<number, number>();
    const work: { readonly node: number; readonly from: number }[] = needs.map((need) => ({
      node: need,
      from: need,
    }));
    for (let item = work.pop(); item !== undefined && patience > 0; item = work.pop()) {
      if (levelOf(graph, item.node) <= lowest) continue;
      for (const need of graph.successes[item.node] ?? []) {
        patience--;
        if (reachedFrom.has(need)) continue;
        reachedFrom.set(need, item.from);
        work.push({ node: need, from: item.from });
      }
    }
    for (const need of needs) {
      const by = reachedFrom.get(need);
      if (by !== undefined) reportImplied(bead, graph, need, by, collector);
    }
  });
}

function reportImplied(bead: BeadDraft, graph: Graph, need: number, by: number, collector: Collector): void {
  const implied = graph.beads[need];
  const through = graph.beads[by];
  const entry = bead.requires.find((candidate) => candidate.value === implied?.id);
  if (implied === undefined || through === undefined || entry === undefined) return;
  collector.report(
    'lint/implied-requirement',
    `${quote(bead.id)} need not require ${quote(implied.id)}: ${quote(through.id)} requires it already`,
    { span: bead.source.span(entry) },
  );
}

const levelOf = (graph: Graph, node: number): number => graph.levels[node] ?? 0;
