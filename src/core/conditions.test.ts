import { describe, expect, it } from 'vitest';
import { bead, Machine } from '../testing/machine.ts';
import { nodeId, syncId } from './ids.ts';
import type { BeadNode, Need, NodeSpec } from './plan.ts';

const conditional = (id: string, requires: readonly string[], more: Partial<BeadNode> = {}): BeadNode =>
  bead(id, requires, { condition: 'a question', ...more });

/** A failure branch of these beads. */
const branch = (id: string, of: readonly string[], more: Partial<BeadNode> = {}): BeadNode =>
  bead(id, [], { needs: of.map((node): Need => ({ node: nodeId(node), on: 'failed' })), ...more });

function judged(machine: Machine, id: string, verdict: 'holds' | 'fails' | 'error'): string[] {
  const message = verdict === 'error' ? 'the condition reads what is not there' : undefined;
  return machine.tell({ type: 'condition-judged', node: nodeId(id), verdict, message });
}

describe('conditions', () => {
  it('are judged once, when everything before the bead is settled', () => {
    const machine = new Machine([bead('a'), conditional('b', ['a'])]);
    expect([...machine.store.judging]).toEqual([]);
    machine.succeed('a');
    expect([...machine.store.judging]).toEqual(['b']);
    expect(machine.started()).toEqual(['a']);
    expect(judged(machine, 'b', 'holds')).toEqual(['condition-judged b', 'attempt-started b']);
    machine.lose('b');
    expect(machine.started(), 'a further attempt asks nothing').toEqual(['a', 'b', 'b']);
    expect(judged(machine, 'b', 'fails'), 'nobody asks any more').toEqual([]);
  });

  it('that do not hold leave the bead out, and the run is done without it', () => {
    const machine = new Machine([bead('a'), conditional('b', ['a'])]);
    machine.succeed('a');
    judged(machine, 'b', 'fails');
    expect(machine.status('b')).toBe('not-taken');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
  });

  it('that cannot be evaluated fail the bead, by its policy', () => {
    const machine = new Machine([
      bead('a'),
      conditional('b', ['a'], { policy: { retries: 3, timeoutMs: undefined, onFailure: 'pause' } }),
    ]);
    machine.succeed('a');
    expect(judged(machine, 'b', 'error')).toEqual(['condition-judged b', 'bead-failed b', 'run-paused']);
    expect(machine.store.node(nodeId('b')).lastFailure).toMatchObject({ class: 'task', code: 'condition' });
    machine.resume();
    expect([...machine.store.judging], 'a person resumed: it is asked again').toEqual(['b']);
  });

  it('are judged again when what they look at is run again', () => {
    const machine = new Machine([
      bead('a', [], { policy: { retries: 0, timeoutMs: undefined, onFailure: 'skip' } }),
      conditional('b', [], { needs: [{ node: nodeId('a'), on: 'settled' }] }),
    ]);
    machine.fail('a');
    judged(machine, 'b', 'fails');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'failed' });
    machine.resume();
    expect(machine.status('b')).toBe('waiting');
    machine.succeed('a');
    judged(machine, 'b', 'holds');
    expect(machine.status('b')).toBe('running');
  });
});

describe('a condition', () => {
  it('is judged again when a person tries its bead again', () => {
    const machine = new Machine([conditional('b', [])]);
    judged(machine, 'b', 'holds');
    machine.fail('b');
    machine.tell({ type: 'retry', node: nodeId('b'), by: 'anna' });
    expect([...machine.store.judging]).toEqual(['b']);
  });

  it('comes before the gate: nobody is asked about what it leaves out', () => {
    const machine = new Machine([conditional('b', [], { gate: 'Ship it?' })]);
    expect([[...machine.store.judging], machine.status('b')]).toEqual([['b'], 'waiting']);
    judged(machine, 'b', 'holds');
    expect(machine.status('b')).toBe('needs-person');
  });
});

describe('what was left out', () => {
  /** `left` is left out by its condition; `done` may succeed. */
  const around = (join: BeadNode['join'], requires: readonly string[]): Machine => {
    const machine = new Machine([conditional('left', []), bead('done'), bead('after', requires, { join })]);
    judged(machine, 'left', 'fails');
    return machine;
  };

  it('counts as satisfied for a join when at least one other requirement is done', () => {
    const machine = around({ type: 'all' }, ['left', 'done']);
    expect(machine.status('after')).toBe('waiting');
    machine.succeed('done');
    expect(machine.status('after')).toBe('running');
  });

  it('counts towards the number of a join, once one requirement is done', () => {
    const machine = around({ type: 'quorum', atLeast: 2 }, ['left', 'done']);
    machine.succeed('done');
    expect(machine.status('after')).toBe('running');
  });

  it('leaves out a bead all of whose requirements were left out', () => {
    for (const join of [{ type: 'all' }, { type: 'any' }, { type: 'quorum', atLeast: 1 }] as const) {
      const machine = around(join, ['left']);
      expect(machine.status('after')).toBe('not-taken');
      machine.succeed('done');
      expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
    }
  });

  it('is ignored by pure sequence', () => {
    const machine = new Machine([
      conditional('first', []),
      bead('second', [], { needs: [{ node: nodeId('first'), on: 'settled' }] }),
    ]);
    judged(machine, 'first', 'fails');
    expect(machine.status('second')).toBe('running');
  });

  it('is no member of a level: the quorum is asked of the others, and an empty level passes', () => {
    const level = (members: readonly string[]): NodeSpec => ({
      kind: 'sync',
      id: syncId(0),
      level: 0,
      quorum: 'majority',
      needs: members.map((id) => ({ node: nodeId(id), on: 'settled' })),
    });
    const next = bead('next', [], { level: 1, needs: [{ node: syncId(0), on: 'settled' }] });
    const machine = new Machine([
      bead('good'),
      bead('bad'),
      conditional('left', []),
      level(['good', 'bad', 'left']),
      next,
    ]);
    judged(machine, 'left', 'fails');
    machine.succeed('good');
    expect(machine.fail('bad'), 'one of two is no majority').toContain('run-paused');
    const empty = new Machine([conditional('left', []), level(['left']), next]);
    expect(judged(empty, 'left', 'fails')).toContain('sync-passed ~sync/0');
  });
});

describe('a failure branch', () => {
  it('runs when its bead failed for good, which then never triggers on_failure', () => {
    const machine = new Machine([bead('tests'), branch('repair', ['tests'])]);
    expect(machine.fail('tests')).toEqual([
      'attempt-failed tests',
      'bead-failed tests',
      'attempt-started repair',
    ]);
    machine.succeed('repair');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
  });

  it('is not taken when its bead succeeds, even where another requirement is done', () => {
    const machine = new Machine([
      bead('tests'),
      bead('other'),
      branch('repair', ['tests'], {
        needs: [
          { node: nodeId('other'), on: 'succeeded' },
          { node: nodeId('tests'), on: 'failed' },
        ],
      }),
    ]);
    machine.succeed('other');
    machine.succeed('tests');
    expect(machine.status('repair')).toBe('not-taken');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
  });

  it('meets the other path in a join of any', () => {
    const plan = () => [
      bead('tests'),
      bead('deploy', ['tests']),
      branch('repair', ['tests']),
      bead('report', ['deploy', 'repair'], { join: { type: 'any' } }),
    ];
    const good = new Machine(plan());
    good.succeed('tests');
    good.succeed('deploy');
    expect(good.statuses()).toMatchObject({ repair: 'not-taken', report: 'running' });
    const bad = new Machine(plan());
    bad.fail('tests');
    bad.succeed('repair');
    expect(bad.statuses()).toMatchObject({ deploy: 'skipped', report: 'running' });
    bad.succeed('report');
    expect(bad.store.run.phase, 'the path that was lost is said').toEqual({
      phase: 'settled',
      outcome: 'failed',
    });
  });

  it('that is not taken handles nothing: the run has failed, and resuming tries again', () => {
    const machine = new Machine([bead('a'), bead('b'), branch('r', ['a', 'b'])]);
    machine.fail('a');
    machine.succeed('b');
    expect(machine.statuses()).toEqual({ a: 'failed', b: 'done', r: 'not-taken' });
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'failed' });
    machine.resume();
    expect(machine.started()).toEqual(['a', 'b', 'a']);
    machine.fail('a');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'failed' });
  });

  it('that nobody selected does not handle anything', () => {
    const machine = new Machine([bead('tests'), branch('repair', ['tests'])], {}, ['tests']);
    expect(machine.fail('tests')).toContain('run-paused');
  });

  it('that fails fails the run; resuming tries what it was a branch of only where something was lost with it', () => {
    const machine = new Machine([bead('tests'), branch('repair', ['tests'])]);
    machine.fail('tests');
    machine.fail('repair');
    expect(machine.store.run.phase).toMatchObject({ phase: 'paused' });
    machine.resume();
    expect(machine.started()).toEqual(['tests', 'repair', 'repair']);
  });
});
