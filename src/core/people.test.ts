import { describe, expect, it } from 'vitest';
import { bead, Machine } from '../testing/machine.ts';
import { nodeId, syncId } from './ids.ts';
import type { Input } from './input.ts';
import { checkInvariants } from './invariants.ts';
import type { NodeSpec, SyncNode } from './plan.ts';

const by = 'anna';
const node = nodeId;
const approve = (id: string): Input => ({ type: 'approve', node: node(id), by });
const reject = (id: string): Input => ({ type: 'reject', node: node(id), by, reason: 'too risky' });

const level = (members: readonly string[], more: Partial<SyncNode> = {}): NodeSpec => ({
  kind: 'sync',
  id: syncId(0),
  level: 0,
  quorum: 'all',
  needs: members.map((id) => ({ node: node(id), on: 'settled' })),
  ...more,
});
const next = bead('next', [], { level: 1, needs: [{ node: syncId(0), on: 'settled' }] });

describe('a gate on a bead', () => {
  const machineWithGate = (): Machine => {
    const machine = new Machine([bead('a'), bead('b', ['a'], { gate: 'Ship it?' })]);
    machine.succeed('a');
    return machine;
  };

  it('holds the bead, and takes no slot, until a person approves', () => {
    const machine = machineWithGate();
    expect(machine.status('b')).toBe('needs-person');
    expect(machine.store.run).toMatchObject({ working: 0, phase: { phase: 'active' } });
    expect(machine.tell(approve('b'))).toEqual(['approved b', 'attempt-started b']);
    expect(machine.tell(approve('b')), 'the second one comes too late').toEqual([]);
  });

  it('that is rejected fails the bead with the reason, by its policy', () => {
    const machine = machineWithGate();
    expect(machine.tell(reject('b'))).toEqual(['rejected b', 'bead-failed b', 'run-paused']);
    expect(machine.store.node(node('b')).lastFailure?.message).toBe('rejected by anna: too risky');
    expect(machine.tell(approve('b')), 'who rejects first, wins').toEqual([]);
  });

  it('that is rejected stays so when the run goes on without it; only a person asks again', () => {
    const policy = { retries: 0, timeoutMs: undefined, onFailure: 'skip' } as const;
    const machine = new Machine([
      bead('b', [], { gate: '', policy }),
      bead('c', ['b']),
      bead('branch', [], { needs: [{ node: node('b'), on: 'failed' }] }),
    ]);
    machine.tell({ type: 'pause', by });
    machine.tell(reject('b'));
    machine.resume();
    expect(machine.statuses()).toEqual({ b: 'failed', c: 'skipped', branch: 'running' });
    machine.succeed('branch');
    machine.resume();
    expect(machine.status('b')).toBe('failed');
    machine.tell({ type: 'retry', node: node('b'), by });
    expect(machine.status('b')).toBe('needs-person');
  });

  it('is not asked about before everything before it is settled', () => {
    const machine = new Machine([bead('a'), bead('b', ['a'], { gate: '' })]);
    expect(machine.tell(approve('b'))).toEqual([]);
    expect(machine.status('b')).toBe('waiting');
  });

  it('is asked about once: a further attempt needs no second approval', () => {
    const machine = machineWithGate();
    machine.tell(approve('b'));
    machine.lose('b');
    expect(machine.started()).toEqual(['a', 'b', 'b']);
  });
});

describe('a gate', () => {
  it('is asked about again when a person tries its bead again', () => {
    const machine = new Machine([bead('a', [], { gate: '' })]);
    machine.tell(approve('a'));
    machine.fail('a');
    machine.tell({ type: 'retry', node: node('a'), by });
    expect(machine.status('a')).toBe('needs-person');
  });
});

describe('a sync point', () => {
  it('with checks runs them on the combined tree before the next level opens', () => {
    const machine = new Machine([bead('a'), bead('b'), level(['a', 'b'], { checks: true }), next]);
    machine.succeed('a');
    expect(machine.started()).toEqual(['a', 'b']);
    machine.succeed('b');
    expect(machine.started()).toEqual(['a', 'b', '~sync/0']);
    machine.succeed('~sync/0');
    expect(machine.started().at(-1)).toBe('next');
  });

  it('whose checks fail pauses the run; resuming runs them again', () => {
    const machine = new Machine([bead('a'), level(['a'], { checks: true }), next]);
    machine.succeed('a');
    expect(machine.fail('~sync/0')).toEqual(['attempt-failed ~sync/0', 'bead-failed ~sync/0', 'run-paused']);
    machine.resume();
    machine.succeed('~sync/0');
    expect(machine.started()).toEqual(['a', '~sync/0', '~sync/0', 'next']);
  });

  it('with an approval waits for a person after its checks', () => {
    const machine = new Machine([bead('a'), level(['a'], { checks: true, gate: 'Go on?' }), next]);
    machine.succeed('a');
    expect(machine.tell(approve('~sync/0')), 'not before the checks').toEqual([]);
    expect(machine.succeed('~sync/0')).toEqual(['step-succeeded ~sync/0', 'approval-requested ~sync/0']);
    expect(machine.tell(approve('~sync/0'))).toEqual([
      'approved ~sync/0',
      'sync-passed ~sync/0',
      'attempt-started next',
    ]);
  });

  it('that waits for approval is checked again when its level changes', () => {
    const machine = new Machine([
      bead('a', [], { policy: { retries: 0, timeoutMs: undefined, onFailure: 'skip' } }),
      level(['a'], { checks: true, gate: '' }),
      next,
    ]);
    machine.fail('a');
    machine.succeed('~sync/0');
    expect(machine.status('~sync/0')).toBe('needs-person');
    machine.tell({ type: 'retry', node: node('a'), by });
    expect(machine.status('~sync/0')).toBe('waiting');
    machine.succeed('a');
    expect(machine.started()).toEqual(['a', '~sync/0', 'a', '~sync/0']);
  });

  it('that passed never reopens', () => {
    const machine = new Machine([
      bead('a', [], { policy: { retries: 0, timeoutMs: undefined, onFailure: 'skip' } }),
      level(['a']),
      next,
    ]);
    machine.fail('a');
    machine.tell({ type: 'retry', node: node('a'), by });
    expect(machine.status('~sync/0')).toBe('done');
    expect(machine.status('next')).toBe('running');
  });

  it('that is rejected pauses the run', () => {
    const machine = new Machine([bead('a'), level(['a'], { gate: '' }), next]);
    machine.succeed('a');
    expect(machine.tell(reject('~sync/0'))).toEqual([
      'rejected ~sync/0',
      'bead-failed ~sync/0',
      'run-paused',
    ]);
    machine.resume();
    expect(machine.status('~sync/0'), 'and is asked again').toBe('needs-person');
  });

  it('that is tried again runs its checks again', () => {
    const machine = new Machine([bead('a'), level(['a'], { checks: true, gate: '' }), next]);
    machine.succeed('a');
    machine.succeed('~sync/0');
    machine.tell(reject('~sync/0'));
    machine.resume();
    expect(machine.started()).toEqual(['a', '~sync/0', '~sync/0']);
  });
});

describe('a question', () => {
  it('frees the slot, spends nothing, and its answer goes to the next attempt', () => {
    const machine = new Machine([bead('a'), bead('b')], { parallel: 1 });
    const effect = { node: node('a'), attempt: 1, step: 'work' } as const;
    expect(machine.tell({ type: 'step-asked', effect, question: 'Which port?' })).toEqual([
      'question-asked a',
      'attempt-started b',
    ]);
    expect(machine.status('a')).toBe('needs-person');
    machine.succeed('b');
    machine.tell({ type: 'answer', node: node('a'), by, answer: '8080' });
    const { answers, taskFailures } = machine.store.node(node('a'));
    expect(answers).toEqual([{ question: 'Which port?', answer: '8080' }]);
    expect(taskFailures).toBe(0);
    expect(machine.started()).toEqual(['a', 'b', 'a']);
  });

  it('that nobody asked cannot be answered', () => {
    const machine = new Machine([bead('a')]);
    expect(machine.tell({ type: 'answer', node: node('a'), by, answer: '8080' })).toEqual([]);
    expect(machine.tell({ type: 'answer', node: node('nobody'), by, answer: '8080' })).toEqual([]);
  });
});

describe('a person', () => {
  it('pauses a run: nothing new is started, what runs finishes', () => {
    const machine = new Machine([bead('a'), bead('b', ['a'])]);
    machine.tell({ type: 'pause', by });
    machine.succeed('a');
    expect(machine.status('b')).toBe('paused');
    expect(machine.tell({ type: 'unpause', by })).toEqual(['run-resumed', 'attempt-started b']);
  });

  it('a pause that a person asked for outlasts the failure before it', () => {
    const machine = new Machine([bead('a'), bead('b')], { parallel: 1 });
    expect(machine.fail('a')).toContain('run-paused');
    expect(machine.tell({ type: 'pause', by })).toEqual(['run-paused']);
    expect(machine.tell({ type: 'pause', by })).toEqual([]);
    expect(machine.tell({ type: 'retry', node: node('a'), by })).toEqual(['bead-reopened a']);
    expect(machine.statuses()).toEqual({ a: 'paused', b: 'paused' });
    expect(machine.tell({ type: 'unpause', by })).toContain('attempt-started a');
  });

  it('who does not want to be waited for leaves a paused run behind, and only where people are waited for', () => {
    const machine = new Machine([bead('a'), bead('b', [], { gate: '' })]);
    expect(machine.succeed('a')).toEqual(['step-succeeded a', 'bead-done a']);
    expect(machine.tell({ type: 'leave' })).toEqual(['run-paused']);
    expect(new Machine([bead('a')]).tell({ type: 'leave' })).toEqual([]);
  });

  it('retries a bead, with what was skipped because of it', () => {
    const machine = new Machine([
      bead('a', [], { policy: { retries: 0, timeoutMs: undefined, onFailure: 'skip' } }),
      bead('b', ['a']),
      bead('c', ['b']),
      bead('other'),
    ]);
    machine.fail('a');
    expect(machine.statuses()).toMatchObject({ b: 'skipped', c: 'skipped' });
    expect(machine.tell({ type: 'retry', node: node('a'), by })).toEqual([
      'bead-reopened a',
      'bead-reopened b',
      'bead-reopened c',
      'attempt-started a',
    ]);
    expect(machine.tell({ type: 'retry', node: node('other'), by }), 'only what did not make it').toEqual([]);
  });

  it('retries the bead that a run stands still for, and it goes on when nothing else holds it', () => {
    const machine = new Machine([bead('a'), bead('b')]);
    machine.fail('a');
    machine.fail('b');
    machine.tell({ type: 'retry', node: node('a'), by });
    expect(machine.status('a'), 'b still holds the run').toBe('paused');
    expect(machine.tell({ type: 'retry', node: node('b'), by })).toContain('run-resumed');
  });

  it('retries a bead of a cancelled run, which stands still for what had failed before it was cancelled', () => {
    const pausing = { retries: 0, timeoutMs: undefined, onFailure: 'pause' } as const;
    const machine = new Machine([bead('a', [], { policy: pausing }), bead('b'), bead('after', ['a'])]);
    machine.fail('a');
    machine.tell({ type: 'cancel', by });
    machine.stopped('b');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'aborted' });
    expect(machine.tell({ type: 'retry', node: node('b'), by })).toEqual([
      'bead-reopened b',
      'run-resumed',
      'run-paused',
    ]);
    checkInvariants(machine.store);
    expect(machine.status('b')).toBe('paused');
    expect(machine.tell({ type: 'retry', node: node('a'), by })).toContain('attempt-started b');
    checkInvariants(machine.store);
  });

  it('cannot have again what is done, nor cancel what has come to its end', () => {
    const machine = new Machine([bead('a'), bead('b')]);
    machine.succeed('a');
    expect(machine.tell({ type: 'retry', node: node('a'), by })).toEqual([]);
    machine.succeed('b');
    expect(machine.tell({ type: 'cancel', by })).toEqual([]);
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
  });

  it('who cancels a run is not argued with before it has come to its end', () => {
    const machine = new Machine([bead('a'), bead('b', ['a'])]);
    machine.tell({ type: 'cancel', by });
    for (const type of ['retry', 'skip'] as const)
      expect(machine.tell({ type, node: node('b'), by })).toEqual([]);
    expect(machine.tell({ type: 'cancel', by })).toEqual([]);
    expect(machine.stopped('a')).toEqual(['attempt-cancelled a', 'bead-cancelled a', 'run-settled']);
  });

  it('leaves out a bead: what follows goes on without it', () => {
    const machine = new Machine([bead('a'), bead('b'), bead('c', ['a', 'b'])]);
    machine.succeed('b');
    machine.fail('a');
    machine.tell({ type: 'skip', node: node('a'), by });
    expect(machine.statuses()).toEqual({ a: 'not-taken', b: 'done', c: 'running' });
  });

  it('leaves out a bead in work, which is stopped first', () => {
    const machine = new Machine([bead('a'), bead('b')]);
    expect(machine.tell({ type: 'skip', node: node('a'), by })).toEqual(['stop-requested a']);
    expect(machine.stopped('a')).toEqual(['attempt-cancelled a', 'bead-skipped a']);
    expect(machine.store.node(node('a')).taskFailures).toBe(0);
  });

  it('leaves out a bead whose work is just done: it does not go on, and what was finished is kept', () => {
    const machine = new Machine([bead('a', [], { steps: ['work', 'verify'] }), bead('b')]);
    for (const id of ['a', 'b']) machine.tell({ type: 'skip', node: node(id), by });
    expect(machine.succeed('a')).toEqual(['attempt-cancelled a', 'bead-skipped a']);
    expect(machine.succeed('b').slice(0, 2)).toEqual(['step-succeeded b', 'bead-done b']);
  });

  it('who cancels a run is not asked anything more, and nothing is tried again', () => {
    const retried = { policy: { retries: 3, timeoutMs: undefined, onFailure: 'pause' as const } };
    const machine = new Machine([bead('a'), bead('b', [], retried)]);
    machine.tell({ type: 'cancel', by });
    const effect = { node: node('a'), attempt: 1, step: 'work' } as const;
    expect(machine.tell({ type: 'step-asked', effect, question: 'Which port?' })).toEqual([
      'bead-cancelled a',
    ]);
    expect(machine.fail('b')).toEqual(['attempt-failed b', 'bead-cancelled b', 'run-settled']);
  });

  it('cancels a run: everything is stopped for good', () => {
    const machine = new Machine([bead('a'), bead('b', ['a'])]);
    expect(machine.tell({ type: 'cancel', by })).toEqual(['run-aborted undefined', 'bead-cancelled b']);
    machine.stopped('a');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'aborted' });
    expect(machine.tell({ type: 'retry', node: node('b'), by }), 'and may change her mind').toContain(
      'run-resumed',
    );
  });
});

describe('several terminals', () => {
  const chain = (): Machine => new Machine([bead('a'), bead('b', ['a']), bead('c', ['b'])], {}, ['a']);

  it('widen what the run does', () => {
    const machine = chain();
    machine.succeed('a');
    expect(machine.store.run.phase).toMatchObject({ phase: 'settled' });
    expect(machine.tell({ type: 'select', terminal: 't2', nodes: [node('b')] })).toEqual([
      'beads-selected',
      'run-resumed',
      'attempt-started b',
    ]);
    machine.succeed('b');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
  });

  it('that go stop what only they had asked for, and nothing is spent', () => {
    const machine = new Machine([bead('a'), bead('b')], {}, ['a']);
    machine.tell({ type: 'select', terminal: 't2', nodes: [node('b'), node('a')] });
    expect(machine.tell({ type: 'withdraw', terminal: 't2' })).toEqual([
      'selection-withdrawn',
      'stop-requested b',
    ]);
    expect(machine.stopped('b')).toEqual(['attempt-cancelled b']);
    machine.succeed('a');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
    expect(machine.store.node(node('b'))).toMatchObject({ selected: false, taskFailures: 0 });
  });

  it('give another try to a failure that nobody had asked for any more', () => {
    const machine = new Machine([bead('a'), bead('b')]);
    machine.fail('a');
    const { limits } = machine;
    machine.tell({ type: 'resume', by, limits, select: [node('b')], reopen: 'failed' });
    expect([machine.status('a'), machine.store.run.phase.phase]).toEqual(['failed', 'active']);
    const select = { type: 'select', terminal: 't2', nodes: [node('a')] } as const;
    expect(machine.tell(select)).toEqual(['beads-selected', 'bead-reopened a', 'attempt-started a']);
  });

  it('that go hold a sequence until their work is gone', () => {
    const after = bead('b', [], { needs: [{ node: node('a'), on: 'settled' }] });
    const machine = new Machine([bead('a'), after], {}, ['a']);
    machine.tell({ type: 'select', terminal: 't2', nodes: [node('b')] });
    machine.tell({ type: 'withdraw', terminal: '' });
    expect(machine.started()).toEqual(['a']);
    expect(machine.stopped('a')).toEqual(['attempt-cancelled a', 'attempt-started b']);
  });

  it('may wait for what nobody has asked for yet', () => {
    const machine = new Machine([bead('a'), bead('b', ['a'])], {}, ['b']);
    expect(machine.store.run.phase).toEqual({ phase: 'active' });
    expect(machine.tell({ type: 'select', terminal: 't2', nodes: [node('a')] })).toContain(
      'attempt-started a',
    );
  });
});
