import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeId, type RunId, runId } from '../core/ids.ts';
import { noCounts } from '../core/status.ts';
import type { BeadRow, Journal, RunRow } from '../ports/journal.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { openJournal } from './open.ts';
import { StatusKeeper } from './status-keeper.ts';
import { readStatus, saveStatus } from './status-snapshot.ts';

let state: string;
let journal: Journal;

const bead: BeadRow = {
  id: nodeId('a'),
  name: 'A',
  level: 0,
  requires: [],
  status: 'done',
  attempts: 1,
  startedAt: 2,
  endedAt: 3,
  note: undefined,
};

beforeEach(() => {
  state = join(mkdtempSync(join(tmpdir(), 'gastown-status-')), 'state');
  journal = openJournal(state);
});
afterEach(() => {
  journal[Symbol.dispose]();
  rmSync(join(state, '..'), { recursive: true });
});

function begin(formulaFile: string): RunId {
  const self = { host: 'h', bootId: 'b', pidNamespace: 'p', pid: 1, startTime: '1' };
  const lease = journal.acquire(self, 1, () => true);
  if ('heldBy' in lease) throw new Error('held');
  const run = journal.nextRunId();
  const header = { run, formula: 'f', formulaFile, planHash: 'h', createdAt: 1 };
  const rest = {
    phase: 'active',
    outcome: undefined,
    note: undefined,
    updatedAt: 1,
    workedMs: 0,
    parallel: 1,
    counts: noCounts(),
  };
  const row: RunRow = { ...header, ...rest, phase: 'active' };
  journal.createRun(lease.epoch, header);
  journal.append(lease.epoch, run, [], { run: row, beads: [bead] });
  return run;
}

describe('status.json', () => {
  it('shows readers what the journal shows, for the newest run of each formula', () => {
    begin('a.toml');
    const other = begin('b.toml');
    const newest = begin('a.toml');
    journal.setSetting('formula', 'a.toml');
    expect(saveStatus(state, journal, ['formula', 'none'])).toBeUndefined();
    const snapshot = readStatus(state);
    expect(snapshot?.runs()).toEqual(journal.runs());
    expect(snapshot?.latestRun()).toEqual(journal.latestRun());
    expect(snapshot?.latestRun('b.toml')?.run).toBe(other);
    expect(snapshot?.latestRun('none.toml')).toBeUndefined();
    expect(snapshot?.beads(newest)).toEqual([bead]);
    expect(snapshot?.bead(other, nodeId('a'))).toEqual(bead);
    expect(snapshot?.bead(other, nodeId('none'))).toBeUndefined();
    expect(snapshot?.beads(runId('r1'))).toEqual([]);
    expect(snapshot?.beads(runId('constructor'))).toEqual([]);
    expect(snapshot?.lease()).toEqual(journal.lease());
    expect([snapshot?.setting('formula'), snapshot?.setting('none')]).toEqual(['a.toml', undefined]);
    expect(() => snapshot?.events(newest)).toThrow(/history cannot be read/);
  });

  it('is replaced whole and leaves nothing beside it', () => {
    begin('a.toml');
    saveStatus(state, journal, []);
    const before = readdirSync(state);
    begin('a.toml');
    saveStatus(state, journal, []);
    expect(readdirSync(state)).toEqual(before);
    expect(readStatus(state)?.runs()).toHaveLength(2);
  });

  it.each([
    ['missing', undefined],
    ['torn', '{"format":1,"runs":['],
    ['of a later format', '{"format":2}'],
    ['not an object', 'null'],
  ])('is as good as none when it is %s', (_, text) => {
    if (text !== undefined) writeFileSync(join(state, 'status.json'), text);
    expect(readStatus(state)).toBeUndefined();
  });

  it('is written from time to time while things change, and at the end', async () => {
    begin('a.toml');
    const clock = new VirtualClock();
    const keeper = new StatusKeeper(state, journal, clock);
    keeper.changed();
    expect(readStatus(state), 'not at every commit').toBeUndefined();
    clock.after(30_000, () => keeper.changed());
    await clock.run(() => false);
    begin('b.toml');
    keeper.changed();
    expect(readStatus(state)?.runs()).toHaveLength(1);
    expect(keeper.save()).toBeUndefined();
    expect(readStatus(state)?.runs()).toHaveLength(2);
  });

  it('returns a problem instead of ending the run when it cannot be written', () => {
    mkdirSync(join(state, 'status.json'));
    expect(saveStatus(state, journal, [])).toMatchObject({ name: 'JournalProblem' });
    expect(readdirSync(state).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
