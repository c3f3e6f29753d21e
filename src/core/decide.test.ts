import { describe, expect, it } from 'vitest';
import { bead, Machine, taskFailure } from '../testing/machine.ts';
import { nodeId, syncId } from './ids.ts';
import type { NodeSpec, OnFailure, Policy, Quorum } from './plan.ts';
import { nextDue } from './time.ts';

const policy = (onFailure: OnFailure, more: Partial<Policy> = {}): { policy: Policy } => ({
  policy: { retries: 0, timeoutMs: undefined, onFailure, ...more },
});

const sync = (level: number, members: readonly string[], quorum: Quorum = 'all'): NodeSpec => ({
  kind: 'sync',
  id: syncId(level),
  level,
  quorum,
  needs: members.map((id) => ({ node: nodeId(id), on: 'settled' })),
});

const barrier = (level: number) => ({ node: syncId(level), on: 'settled' as const });

describe('order', () => {
  it('starts lower priority first, then the order of the author, then the longest path, then the id', () => {
    const machine = new Machine(
      [
        bead('z', [], { order: 0, priority: 2 }),
        bead('b', [], { order: 1, priority: 1 }),
        bead('a', [], { order: 1, priority: 1 }),
        bead('long', [], { order: 1, priority: 1, tail: 5 }),
        bead('first', [], { order: 0, priority: 1 }),
      ],
      { parallel: 1 },
    );
    for (const id of ['first', 'long', 'a', 'b', 'z']) {
      expect(machine.started().at(-1)).toBe(id);
      machine.succeed(id);
    }
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
  });

  it('never has more beads in work than slots, than its agent takes, or than its rig takes', () => {
    const machine = new Machine(
      [
        bead('a1', [], { agent: 'a' }),
        bead('a2', [], { agent: 'a' }),
        bead('r1', [], { rig: 'r' }),
        bead('r2', [], { rig: 'r' }),
        bead('free', []),
      ],
      { parallel: 4, agents: { a: 1 }, rigs: { r: 1 } },
    );
    expect(machine.started()).toEqual(['a1', 'free', 'r1']);
    machine.succeed('a1');
    expect(machine.started().at(-1)).toBe('a2');
    machine.succeed('r1');
    expect(machine.started().at(-1)).toBe('r2');
  });

  it('does not run two beads at once that declare the same artifact, and lets others pass them', () => {
    const machine = new Machine([
      bead('a', [], { locks: ['x'] }),
      bead('b', [], { locks: ['x', 'y'] }),
      bead('c', [], { locks: ['y'] }),
    ]);
    expect(machine.started()).toEqual(['a', 'c']);
    machine.succeed('a');
    expect(machine.status('b')).toBe('ready');
    machine.succeed('c');
    expect(machine.started()).toEqual(['a', 'c', 'b']);
  });

  it('wakes the next bead at a free lock when the one that was woken waits for another lock', () => {
    const machine = new Machine([
      bead('a', [], { order: 1, locks: ['x'] }),
      bead('b', [], { order: 2, locks: ['y'] }),
      bead('c', [], { order: 3, locks: ['x', 'y'] }),
      bead('d', [], { order: 4, locks: ['x'] }),
    ]);
    expect(machine.started()).toEqual(['a', 'b']);
    machine.succeed('a');
    expect(machine.started()).toEqual(['a', 'b', 'd']);
  });
});

describe('failures', () => {
  it('retries a task failure as often as its policy says, later each time', () => {
    const machine = new Machine([bead('a', [], policy('pause', { retries: 2 }))]);
    const delays: number[] = [];
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      expect(machine.fail('a')).toEqual(['attempt-failed a']);
      const waitMs = (nextDue(machine.store) ?? 0) - machine.now;
      delays.push(waitMs);
      expect(machine.wait(waitMs - 1)).toEqual([]);
      expect(machine.wait(1)).toEqual(['delay-ended a', 'attempt-started a']);
    }
    expect(delays[0]).toBeGreaterThanOrEqual(750);
    expect(delays[1]).toBeGreaterThan(delays[0] ?? 0);
    expect(machine.fail('a')).toEqual(['attempt-failed a', 'bead-failed a', 'run-paused']);
    expect(machine.store.node(nodeId('a')).attempts).toBe(3);
  });

  it('on_failure pause: starts nothing new, lets what runs finish, and goes on with the failed bead on resume', () => {
    const machine = new Machine([bead('a'), bead('b'), bead('c', ['b']), bead('d', ['a'])], { parallel: 2 });
    machine.fail('a');
    expect(machine.statuses()).toEqual({ a: 'failed', b: 'running', c: 'waiting', d: 'waiting' });
    machine.succeed('b');
    expect(machine.status('c')).toBe('paused');
    expect(machine.store.run.phase).toMatchObject({ phase: 'paused', halted: false });
    expect(machine.resume()).toEqual([
      'run-resumed',
      'bead-reopened a',
      'attempt-started a',
      'attempt-started c',
    ]);
    machine.succeed('a');
    machine.succeed('c');
    machine.succeed('d');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
  });

  it('on_failure skip: skips what depends on it, naming the cause, and does the rest', () => {
    const machine = new Machine([
      bead('a', [], policy('skip')),
      bead('b', ['a']),
      bead('c', ['b']),
      bead('d'),
    ]);
    machine.fail('a');
    expect(machine.events.filter((event) => event.type === 'bead-skipped')).toMatchObject([
      { node: 'b', because: 'a' },
      { node: 'c', because: 'a' },
    ]);
    expect(machine.succeed('d')).toEqual(['step-succeeded d', 'bead-done d', 'run-settled']);
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'failed' });
  });

  it('on_failure abort: stops what runs, cancels the rest, settles when nothing is left', () => {
    const machine = new Machine([bead('a', [], policy('abort')), bead('b'), bead('c', ['b'])]);
    machine.fail('a');
    expect(machine.store.run.phase.phase).toBe('aborting');
    expect(machine.stopped('b')).toEqual(['attempt-cancelled b', 'bead-cancelled b', 'run-settled']);
    expect(machine.statuses()).toEqual({ a: 'failed', b: 'cancelled', c: 'cancelled' });
  });

  it('infrastructure failures have a budget of their own', () => {
    const machine = new Machine([bead('a', [], policy('pause', { retries: 1 }))]);
    const failure = { class: 'infrastructure', code: 'rig', message: 'no rig' } as const;
    for (let time = 0; time < 3; time += 1) {
      expect(machine.fail('a', failure)).toEqual(['attempt-failed a']);
      machine.wait(600_000);
    }
    expect(machine.fail('a')).toEqual(['attempt-failed a']);
    machine.wait(600_000);
    expect(machine.fail('a', failure)).toContain('bead-failed a');
  });

  it('lost work is run again at once and spends nothing, but three losses in a row pause the run', () => {
    const machine = new Machine([bead('a')]);
    expect(machine.lose('a')).toEqual(['attempt-failed a', 'attempt-started a']);
    expect(machine.lose('a')).toEqual(['attempt-failed a', 'attempt-started a']);
    expect(machine.lose('a')).toEqual(['attempt-failed a', 'run-paused']);
    expect(machine.resume()).toEqual(['run-resumed', 'attempt-started a']);
  });

  it('stops an attempt at its time limit, waits until it is gone, and counts it as a failure', () => {
    const machine = new Machine([bead('a', [], policy('pause', { timeoutMs: 500 }))]);
    expect(machine.wait(499)).toEqual([]);
    expect(machine.wait(1)).toEqual(['stop-requested a']);
    expect(machine.status('a')).toBe('running');
    expect(machine.stopped('a')).toEqual(['attempt-failed a', 'bead-failed a', 'run-paused']);
    expect(machine.store.node(nodeId('a')).lastFailure).toMatchObject({ class: 'task', code: 'timeout' });
  });

  it('halts a run at its time limit, counting only time in which an attempt works', () => {
    const machine = new Machine([bead('a'), bead('b', ['a'])], { timeoutMs: 1000 });
    machine.wait(600);
    machine.tell({ type: 'halt', by: 'test' });
    machine.stopped('a');
    machine.now += 60_000;
    machine.resume();
    expect(machine.wait(999)).toEqual([]);
    expect(machine.wait(1)).toEqual(['stop-requested a', 'run-paused']);
  });
});

describe('halting', () => {
  it('cancels work without spending a retry, and keeps finished work that was being verified', () => {
    const machine = new Machine([bead('a'), bead('b', [], { steps: ['work', 'verify'] })]);
    machine.succeed('b');
    machine.tell({ type: 'halt', by: 'ctrl-c' });
    expect(machine.stopped('a')).toEqual(['attempt-cancelled a']);
    expect(machine.stopped('b')).toEqual([]);
    expect(machine.resume()).toEqual(['run-resumed', 'attempt-started a']);
    expect(machine.succeed('b')).toEqual(['step-succeeded b', 'bead-done b']);
    expect(machine.store.node(nodeId('b')).attempts).toBe(1);
  });
});

describe('convoy', () => {
  const level0 = ['a', 'b', 'c'];
  const convoy = (quorum: Quorum, onFailure: OnFailure): Machine =>
    new Machine([
      ...level0.map((id) => bead(id, [], policy(onFailure))),
      sync(0, level0, quorum),
      bead('next', ['a'], { needs: [{ node: nodeId('a'), on: 'succeeded' }, barrier(0)], level: 1 }),
      bead('other', [], { needs: [barrier(0)], level: 1 }),
    ]);

  it('opens the next level when every bead of the level is settled', () => {
    const machine = convoy('all', 'pause');
    machine.succeed('a');
    machine.succeed('b');
    expect(machine.status('next')).toBe('waiting');
    expect(machine.succeed('c')).toEqual([
      'step-succeeded c',
      'bead-done c',
      'sync-passed ~sync/0',
      'attempt-started next',
      'attempt-started other',
    ]);
  });

  it('quorum any: failures are judged at the sync point, and never satisfy an explicit requirement', () => {
    const machine = convoy('any', 'pause');
    machine.fail('a');
    machine.fail('b');
    expect(machine.store.run.phase.phase).toBe('active');
    machine.succeed('c');
    expect(machine.statuses()).toMatchObject({ a: 'failed', next: 'skipped', other: 'running' });
  });

  it('a failure that its level has not judged yet satisfies nobody, and decides nothing', () => {
    const members = ['a', 'b'];
    const machine = new Machine([
      ...members.map((id) => bead(id, [], policy('pause'))),
      sync(0, members, 'any'),
      bead('x', ['a'], policy('skip')),
    ]);
    machine.fail('a');
    expect(machine.status('x')).toBe('waiting');
    machine.succeed('b');
    expect(machine.status('x')).toBe('skipped');
  });

  it('quorum majority: pauses as soon as it can no longer be reached', () => {
    const machine = convoy('majority', 'pause');
    machine.fail('a');
    expect(machine.store.run.phase.phase).toBe('active');
    machine.fail('b');
    expect(machine.store.run.phase).toMatchObject({
      phase: 'paused',
      reason: { type: 'quorum-unreachable' },
    });
    machine.succeed('c');
    expect(machine.status('other')).toBe('waiting');
    machine.resume();
    machine.succeed('a');
    machine.succeed('b');
    expect(machine.status('next')).toBe('running');
  });

  it('a bead that fails after its sync point has passed pauses the run: nobody else would judge it', () => {
    const machine = convoy('any', 'pause');
    machine.succeed('a');
    machine.succeed('b');
    machine.fail('c');
    expect(machine.status('other')).toBe('running');
    machine.resume(['c']);
    machine.succeed('next');
    machine.succeed('other');
    expect(machine.fail('c')).toEqual(['attempt-failed c', 'bead-failed c', 'run-paused']);
  });

  it('a selection leaves the beads that nobody asked for out of the level', () => {
    const machine = new Machine(
      [
        bead('a'),
        bead('b'),
        sync(0, ['a', 'b']),
        bead('c', ['a'], { needs: [{ node: nodeId('a'), on: 'succeeded' }, barrier(0)], level: 1 }),
      ],
      {},
      ['a', 'c'],
    );
    machine.succeed('a');
    expect(machine.status('c')).toBe('running');
    machine.succeed('c');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
    expect(machine.started()).toEqual(['a', 'c']);
  });
});

describe('a selection of one level', () => {
  it('asks nobody about the sync point after it', () => {
    const gate = { ...sync(0, ['a']), gate: 'Go on?' };
    const machine = new Machine([bead('a'), gate, bead('b', [], { needs: [barrier(0)], level: 1 })], {}, [
      'a',
    ]);
    machine.succeed('a');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
    expect(machine.events.some(({ type }) => type === 'approval-requested')).toBe(false);
  });
});

describe('workflow', () => {
  const chain = (onFailure: OnFailure): NodeSpec[] => [
    bead('a', [], policy(onFailure)),
    bead('b', [], { needs: [{ node: nodeId('a'), on: 'settled' }] }),
    bead('c', ['a'], {
      needs: [
        { node: nodeId('a'), on: 'succeeded' },
        { node: nodeId('b'), on: 'settled' },
      ],
    }),
    bead('d', [], { needs: [{ node: nodeId('c'), on: 'settled' }] }),
  ];

  it('runs one after the other, and pure sequence ignores what was skipped', () => {
    const machine = new Machine(chain('skip'), { parallel: 1 });
    machine.fail('a');
    expect(machine.statuses()).toEqual({ a: 'failed', b: 'running', c: 'waiting', d: 'waiting' });
    machine.succeed('b');
    expect(machine.status('c')).toBe('skipped');
    expect(machine.status('d')).toBe('running');
  });

  it('a failure that pauses holds the sequence', () => {
    const machine = new Machine(chain('pause'), { parallel: 1 });
    machine.fail('a', taskFailure);
    expect(machine.status('b')).toBe('waiting');
  });
});

describe('joins', () => {
  it('any: starts with the first requirement that is done', () => {
    const machine = new Machine([
      bead('a', [], policy('skip')),
      bead('b'),
      bead('c', ['a', 'b'], { join: { type: 'any' } }),
    ]);
    machine.fail('a');
    expect(machine.status('c')).toBe('waiting');
    machine.succeed('b');
    expect(machine.status('c')).toBe('running');
  });

  it('quorum: is skipped when too few requirements can still be done', () => {
    const machine = new Machine([
      bead('a', [], policy('skip')),
      bead('b', [], policy('skip')),
      bead('c'),
      bead('d', ['a', 'b', 'c'], { join: { type: 'quorum', atLeast: 2 } }),
    ]);
    machine.fail('a');
    expect(machine.status('d')).toBe('waiting');
    machine.fail('b');
    expect(machine.status('d')).toBe('skipped');
  });
});

describe('what needs no work', () => {
  it('beads credited at the start are done, and what requires them starts', () => {
    const machine = new Machine([bead('a'), bead('b', ['a'])], {}, 'all', ['a']);
    expect(machine.started()).toEqual(['b']);
  });

  it('a run without anything to do settles at once', () => {
    expect(new Machine([]).store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
    expect(new Machine([bead('a')], {}, 'all', ['a']).store.run.phase).toEqual({
      phase: 'settled',
      outcome: 'done',
    });
  });

  it('a bead that is run again does not run again what depends on it', () => {
    const machine = new Machine([bead('a'), bead('b', ['a'])]);
    machine.succeed('a');
    machine.succeed('b');
    expect(machine.resume(['a'])).toEqual(['run-resumed', 'bead-reopened a', 'attempt-started a']);
    machine.succeed('a');
    expect(machine.started()).toEqual(['a', 'b', 'a']);
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
  });

  it('a bead that is run again is not waited for behind a failure that nobody sees to', () => {
    const machine = new Machine([bead('a'), bead('b'), bead('c', ['b'])]);
    machine.succeed('a');
    machine.fail('b');
    expect(machine.store.run.phase.phase).toBe('paused');
    expect(machine.resume(['a'])).toEqual([
      'run-resumed',
      'bead-reopened a',
      'bead-reopened b',
      'attempt-started a',
      'attempt-started b',
    ]);
  });

  it('a bead that is run alone does not wait behind a failure that nobody asks for', () => {
    const machine = new Machine([
      bead('a'),
      bead('b', [], { needs: [{ node: nodeId('a'), on: 'settled' }] }),
    ]);
    machine.fail('a');
    const { limits } = machine;
    const select = [nodeId('b')];
    expect(machine.tell({ type: 'resume', by: 'test', limits, select, reopen: select })).toEqual([
      'beads-selected',
      'run-resumed',
      'bead-reopened a',
      'attempt-started b',
    ]);
  });
});

describe('answers', () => {
  const checked = (): Machine =>
    new Machine([
      bead('a', [], { steps: ['work', 'verify'], policy: { ...policy('pause').policy, retries: 3 } }),
    ]);
  const effect = (attempt: number, step: 'work' | 'verify') => ({ node: nodeId('a'), attempt, step });

  it('of an earlier attempt change nothing', () => {
    const machine = checked();
    machine.lose('a');
    expect(machine.tell({ type: 'step-succeeded', effect: effect(1, 'work'), report: null })).toEqual([]);
    expect(machine.tell({ type: 'step-lost', effect: effect(1, 'work') })).toEqual([]);
    expect(machine.store.node(nodeId('a'))).toMatchObject({ losses: 1, phase: { attempt: 2, step: 'work' } });
  });

  it('of another step change nothing', () => {
    const machine = checked();
    machine.succeed('a');
    expect(machine.tell({ type: 'step-succeeded', effect: effect(1, 'work'), report: null })).toEqual([]);
    expect(machine.store.node(nodeId('a')).phase).toMatchObject({ phase: 'running', step: 'verify' });
  });
});
