/**
 * When an active run will end, from what readers see of it: rows, not events and not the plan. So priorities, limits of
 * rigs and agents, and shared artifacts play no part.
 */
import { type NodeId, syncId } from '../core/ids.ts';
import type { BeadNode, Need, NodeSpec, Policy } from '../core/plan.ts';
import type { NodeStatus } from '../core/status.ts';
import type { BeadRow, JournalReader, RunRow } from '../ports/journal.ts';
import { type Durations, durationOr, knownDurations } from './durations.ts';
import { forecast } from './forecast.ts';
import { weighed } from './tails.ts';

/** A run with more left to do is not simulated: its work is shared out evenly. */
const MOST_SIMULATED = 1_000;
/** Rows that are read for durations: a look must not wait for history. */
const MOST_ROWS = 4_000;
/** Of a run that is not simulated: enough for a mean. */
const SAMPLE_ROWS = 500;

/** Nothing of such a bead is left to do. */
const OVER: ReadonlySet<NodeStatus> = new Set(['done', 'failed', 'skipped', 'cancelled', 'not-taken']);

/** Epoch ms; undefined where no duration is known. */
export function predictedEnd(reader: JournalReader, run: RunRow, now: number): number | undefined {
  const { done: _, ...others } = run.counts;
  const notDone = Object.values(others).reduce((sum, count) => sum + count, 0);
  const isSimulated = notDone <= MOST_SIMULATED;
  const durations = knownDurations(reader, run.formulaFile, {
    rows: isSimulated ? MOST_ROWS : SAMPLE_ROWS,
    present: run.run,
  });
  if (durations.size === 0) return undefined;
  const seen = reader.unfinished(run.run, isSimulated ? notDone : SAMPLE_ROWS);
  const rows = seen.filter(({ status, isUnasked }) => isUnasked !== true && !OVER.has(status));
  if (!isSimulated) {
    const left = notDone * (rows.length / seen.length);
    return Math.round(now + (left * mean(durations)) / run.parallel);
  }
  const running = new Map<NodeId, number>();
  for (const { id, status, startedAt } of rows)
    if (status === 'running') running.set(id, Math.max(0, now - (startedAt ?? now)));
  const nodes = weighed(nodesOf(rows, run.hasSync === true), durations);
  const limits = { parallel: run.parallel, rigs: {}, agents: {} };
  const { makespan } = forecast({ nodes, limits, durationOf: durationOr(durations), running });
  return Math.round(now + makespan);
}

const mean = (durations: Durations): number =>
  [...durations.values()].reduce((sum, ms) => sum + ms, 0) / durations.size;

/** The lowered graph of what is left, each after everything it needs. */
function nodesOf(rows: readonly BeadRow[], hasSync: boolean): readonly NodeSpec[] {
  const nodes: NodeSpec[] = [];
  const before = new Set<NodeId>();
  let level = -1;
  let members: Need[] = [];
  let barrier: readonly Need[] = [];
  for (const row of rows.toSorted((a, b) => a.level - b.level)) {
    if (hasSync && row.level > level) {
      if (members.length > 0) {
        const id = syncId(level);
        nodes.push({ kind: 'sync', id, level, quorum: 'all', needs: members });
        barrier = [{ node: id, on: 'settled' }];
      }
      members = [];
    }
    level = row.level;
    const requires = row.requires.flatMap((node): Need[] =>
      before.has(node) ? [{ node, on: 'succeeded' }] : [],
    );
    nodes.push(nodeOf(row, [...barrier, ...requires]));
    before.add(row.id);
    members.push({ node: row.id, on: 'settled' });
  }
  return nodes;
}

const POLICY: Policy = { retries: 0, timeoutMs: undefined, onFailure: 'pause' };

const nodeOf = ({ id, level }: BeadRow, needs: readonly Need[]): BeadNode => ({
  kind: 'bead',
  id,
  needs,
  level,
  join: { type: 'all' },
  priority: 1,
  order: 0,
  tail: 1,
  policy: POLICY,
  rig: '',
  agent: '',
  locks: [],
  key: '',
  steps: ['work'],
});
