import { describe, expect, it } from 'vitest';
import type { Event, PauseReason } from '../core/events.ts';
import { nodeId, runId, syncId } from '../core/ids.ts';
import { type NodeStatus, noCounts } from '../core/status.ts';
import type { BeadRow, RunRow } from '../ports/journal.ts';
import { TurningPoints } from './turning-points.ts';

const run: RunRow = {
  run: runId('r1'),
  formula: 'sample',
  formulaFile: 'formula.toml',
  planHash: 'h',
  createdAt: 0,
  phase: 'active',
  outcome: undefined,
  note: undefined,
  updatedAt: 0,
  workedMs: 0,
  parallel: 1,
  counts: { ...noCounts(), done: 2, failed: 1 },
};
const row = (id: string, status: NodeStatus, note?: string): BeadRow => ({
  id: nodeId(id),
  name: id,
  level: 0,
  requires: [],
  status,
  attempts: 1,
  startedAt: 0,
  endedAt: undefined,
  note,
});
const about = { formula: 'sample', run: 'r1' };

describe('a bead that needs a person', () => {
  it('is told of once each time it comes to need one', () => {
    const points = new TurningPoints();
    points.opened([row('a', 'ready'), row('b', 'waiting')]);
    const told = (...rows: BeadRow[]): unknown[] =>
      points.notificationsOf(run, rows, []).map(({ event, bead, sentence }) => [event, bead, sentence]);
    expect(told(row('a', 'running'))).toEqual([]);
    expect(told(row('a', 'needs-person', 'May I?'), row('b', 'ready'))).toEqual([
      ['needs-person', 'a', 'May I?'],
    ]);
    expect(told(row('a', 'needs-person', 'May I?'))).toEqual([]);
    expect(told(row('b', 'needs-person'))).toEqual([['needs-person', 'b', undefined]]);
    expect(told(row('a', 'running'))).toEqual([]);
    expect(told(row('a', 'needs-person', 'And now?'))).toEqual([['needs-person', 'a', 'And now?']]);
  });

  it('is not told of while nobody asks for it', () => {
    const unasked = { ...row('a', 'needs-person'), isUnasked: true } as const;
    const points = new TurningPoints();
    expect(points.notificationsOf(run, [unasked], [])).toEqual([]);
    expect(points.notificationsOf(run, [row('a', 'needs-person')], [])).toHaveLength(1);
  });

  it('is not told of again by a session that found it so', () => {
    const points = new TurningPoints();
    points.opened([row('a', 'needs-person')]);
    expect(points.notificationsOf(run, [row('a', 'needs-person')], [])).toEqual([]);
  });
});

describe('a sync point that needs a person', () => {
  it('is told of by its name, with its message', () => {
    const people = [
      { node: syncId(0), name: 'sync/0', wants: 'approval' as const, note: 'waits for approval: Ship it?' },
    ];
    const requested = { type: 'approval-requested', at: 1, node: syncId(0), about: 'sync' } as const;
    expect(new TurningPoints().notificationsOf({ ...run, people }, [], [requested])).toEqual([
      { ...about, event: 'needs-person', bead: 'sync/0', sentence: 'waits for approval: Ship it?' },
    ]);
  });

  it('is not confused with a bead, which is told of once', () => {
    const requested = { type: 'approval-requested', at: 1, node: nodeId('a'), about: 'addition' } as const;
    expect(new TurningPoints().notificationsOf(run, [row('a', 'needs-person', 'adds')], [requested])).toEqual(
      [{ ...about, event: 'needs-person', bead: 'a', sentence: 'adds' }],
    );
  });
});

describe('a run', () => {
  const ofEvents = (...events: Event[]): unknown =>
    new TurningPoints().notificationsOf(run, [row('a', 'done')], events);
  const paused = (reason: PauseReason): Event => ({ type: 'run-paused', at: 1, reason });

  it('that pauses is told of, with the bead it pauses for', () => {
    expect(ofEvents(paused({ type: 'bead-failed', node: nodeId('a') }))).toEqual([
      {
        ...about,
        event: 'paused',
        bead: 'a',
        sentence: 'Bead execution failed: "a" has used up its attempts',
      },
    ]);
    expect(ofEvents(paused({ type: 'timeout' }))).toEqual([
      { ...about, event: 'paused', bead: undefined, sentence: 'the run has used up its time limit' },
    ]);
    expect(ofEvents(paused({ type: 'quorum-unreachable', node: syncId(1) }))).toMatchObject([
      { event: 'paused', bead: 'sync/1' },
    ]);
  });

  it('that somebody stopped or paused is not told of', () => {
    expect(ofEvents(paused({ type: 'stop', by: 'Ctrl-C' }))).toEqual([]);
    expect(ofEvents(paused({ type: 'pause', by: 'somebody' }))).toEqual([]);
  });

  it.each([
    ['done', 'done'],
    ['failed', 'failed'],
    ['aborted', 'failed'],
  ] as const)('that settles as %s is told of as %s', (outcome, event) => {
    expect(
      ofEvents(
        { type: 'bead-done', at: 1, node: nodeId('a'), attempt: 1 },
        { type: 'run-settled', at: 1, outcome },
      ),
    ).toEqual([{ ...about, event, bead: undefined, sentence: '2 done, 1 failed' }]);
  });
});
