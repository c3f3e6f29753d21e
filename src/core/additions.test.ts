import { describe, expect, it } from 'vitest';
import { bead, Machine } from '../testing/machine.ts';
import { decide } from './decide.ts';
import type { Proposal } from './events.ts';
import { nodeId, runId } from './ids.ts';
import { checkInvariants } from './invariants.ts';
import type { BeadNode, Need, SpawnLimits } from './plan.ts';
import { Store } from './store.ts';

const spawn: SpawnLimits = { depth: 2, children: 3, total: 20, approval: false };

/** A bead below `parent`. */
const child = (parent: string, name: string, needs: readonly Need[] = [], more: Partial<BeadNode> = {}) =>
  bead(`${parent}/${name}`, [], { parent: nodeId(parent), depth: 1, needs, ...more });

const proposal = (...nodes: BeadNode[]): Proposal => ({ beads: [], nodes });
const on = (node: string, kind: Need['on'] = 'succeeded'): Need => ({ node: nodeId(node), on: kind });

const parentAndAfter = (more: Partial<SpawnLimits> = {}, parent: Partial<BeadNode> = {}): Machine =>
  new Machine([bead('p', [], parent), bead('after', ['p'])], { spawn: { ...spawn, ...more } });

function propose(machine: Machine, id: string, added: Proposal): string[] {
  const { phase } = machine.store.node(nodeId(id));
  if (phase.phase !== 'running') throw new Error(`${id} is ${phase.phase}`);
  const effect = { node: nodeId(id), attempt: phase.attempt, step: phase.step };
  return machine.tell({ type: 'step-succeeded', effect, report: null, proposal: added });
}

describe('added beads', () => {
  it('join the run when the work that found them is done; what requires the parent waits for them all', () => {
    const machine = parentAndAfter();
    const events = propose(machine, 'p', proposal(child('p', 'a'), child('p', 'b', [on('p/a')])));
    expect(events).toEqual(['step-succeeded p', 'beads-added', 'bead-worked p', 'attempt-started p/a']);
    expect(machine.store.run.working, 'a parent that waits holds no slot').toBe(1);
    machine.succeed('p/a');
    expect(machine.status('after')).toBe('waiting');
    expect(machine.succeed('p/b')).toEqual([
      'step-succeeded p/b',
      'bead-done p/b',
      'bead-done p',
      'attempt-started after',
    ]);
  });

  it('are waited for without a lock: what their parent held is free for others', () => {
    const machine = new Machine(
      [bead('p', [], { locks: ['x'] }), bead('other', [], { locks: ['x'], priority: 9 })],
      {
        spawn,
      },
    );
    expect(machine.started()).toEqual(['p']);
    expect(propose(machine, 'p', proposal(child('p', 'a')))).toContain('attempt-started other');
  });

  it('of a failed attempt vanish with it', () => {
    const machine = parentAndAfter({}, { steps: ['work', 'verify'] });
    propose(machine, 'p', proposal(child('p', 'a')));
    machine.fail('p');
    expect(machine.store.nodes.has(nodeId('p/a'))).toBe(false);
    machine.resume();
    machine.succeed('p');
    machine.succeed('p');
    expect(machine.status('p')).toBe('done');
  });

  it('may have beads of their own, as deep as the limit says', () => {
    const machine = parentAndAfter({ depth: 2 });
    propose(machine, 'p', proposal(child('p', 'a')));
    propose(machine, 'p/a', proposal(child('p/a', 'x', [], { depth: 2 })));
    expect(machine.status('p/a')).toBe('waiting');
    const refused = propose(machine, 'p/a/x', proposal(child('p/a/x', 'y', [], { depth: 3 })));
    expect(refused).toContain('attempt-failed p/a/x');
    expect(machine.store.node(nodeId('p/a/x')).lastFailure?.message).toContain('2 levels deep');
  });

  it.each<[string, Partial<SpawnLimits>, readonly BeadNode[], string]>([
    [
      'too many for one bead',
      { children: 1 },
      [child('p', 'a'), child('p', 'b')],
      'one bead may add 1 beads',
    ],
    ['too many for the run', { total: 3 }, [child('p', 'a'), child('p', 'b')], 'a run may have 3 beads'],
    ['an unknown requirement', {}, [child('p', 'a', [on('nobody')])], 'no bead has that id'],
    ['a cycle through the parent', {}, [child('p', 'a', [on('after')])], 'Circular dependency detected'],
    ['a cycle on the parent itself', {}, [child('p', 'a', [on('p')])], 'Circular dependency detected'],
    ['somebody else’s child', {}, [child('after', 'a')], 'does not belong below'],
  ])('are refused as a whole: %s', (_what, limits, nodes, why) => {
    const machine = parentAndAfter(limits);
    expect(propose(machine, 'p', proposal(...nodes))).toEqual([
      'attempt-failed p',
      'bead-failed p',
      'run-paused',
    ]);
    const failure = machine.store.node(nodeId('p')).lastFailure;
    expect(failure).toMatchObject({ class: 'task', code: 'addition' });
    expect(failure?.message).toContain(why);
    expect(machine.store.nodes.size).toBe(2);
  });

  it('are refused where the formula does not allow them', () => {
    const machine = new Machine([bead('p')]);
    propose(machine, 'p', proposal(child('p', 'a')));
    expect(machine.store.node(nodeId('p')).lastFailure?.message).toContain('does not allow');
  });

  it('count one by one towards the limit of their bead', () => {
    const machine = new Machine([bead('p', [], { spawns: 'live' })], { spawn });
    const live = (...names: string[]): string[] =>
      machine.tell({
        type: 'spawn',
        node: nodeId('p'),
        attempt: 1,
        proposal: proposal(...names.map((name) => child('p', name))),
      });
    expect(live('a', 'b')).toContain('beads-added');
    expect(live('c', 'd')).toEqual([]);
    expect(live('c')).toContain('beads-added');
    expect(live('d')).toEqual([]);
  });

  it('may require the parent’s own work', () => {
    const machine = parentAndAfter();
    propose(machine, 'p', proposal(child('p', 'a', [on('p', 'worked')])));
    expect(machine.status('p/a')).toBe('running');
  });

  it('that fail fail their parent, unless a person tries them again', () => {
    const machine = parentAndAfter();
    const policy = { retries: 0, timeoutMs: undefined, onFailure: 'skip' } as const;
    propose(machine, 'p', proposal(child('p', 'a', [], { policy })));
    machine.fail('p/a');
    expect(machine.statuses()).toEqual({ p: 'failed', after: 'waiting', 'p/a': 'failed' });
    machine.tell({ type: 'retry', node: nodeId('p/a'), by: 'anna' });
    machine.succeed('p/a');
    expect(machine.statuses(), 'its own work is not done again').toEqual({
      p: 'done',
      after: 'running',
      'p/a': 'done',
    });
    expect(machine.started()).toEqual(['p', 'p/a', 'p/a', 'after']);
  });

  it('are known by their id: adding the same again changes nothing, another definition replaces what was not started', () => {
    const machine = new Machine([bead('p', [], { spawns: 'live' })], { spawn, parallel: 2 });
    const live = (...nodes: BeadNode[]): string[] =>
      machine.tell({ type: 'spawn', node: nodeId('p'), attempt: 1, proposal: proposal(...nodes) });
    expect(live(child('p', 'a'), child('p', 'b'))).toEqual(['beads-added', 'attempt-started p/a']);
    expect(live(child('p', 'a'), child('p', 'b'))).toEqual([]);
    expect(
      live(child('p', 'a', [], { key: 'new' }), child('p', 'b', [], { key: 'new', priority: 1 })),
    ).toEqual(['beads-added']);
    expect(machine.store.node(nodeId('p/a')).spec, 'started: kept').toMatchObject({ key: 'p/a' });
    expect(machine.store.node(nodeId('p/b')).spec, 'not started: replaced').toMatchObject({ key: 'new' });
    expect(
      machine.tell({ type: 'spawn', node: nodeId('p'), attempt: 7, proposal: proposal(child('p', 'c')) }),
    ).toEqual([]);
    machine.succeed('p');
    machine.succeed('p/a');
    machine.succeed('p/b');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
  });

  it('that are replaced while they could start are scheduled by their new definition alone', () => {
    const machine = new Machine([bead('p', [], { spawns: 'live', locks: ['x'] })], { spawn, parallel: 2 });
    const live = (...nodes: BeadNode[]): string[] =>
      machine.tell({ type: 'spawn', node: nodeId('p'), attempt: 1, proposal: proposal(...nodes) });
    live(child('p', 'a'), child('p', 'b'));
    expect(live(child('p', 'b', [], { key: 'new', locks: ['x'] }))).toEqual(['beads-added']);
    machine.succeed('p/a');
    expect(machine.status('p/b'), 'its new lock is held').toBe('ready');
    machine.succeed('p');
    expect(machine.status('p/b')).toBe('running');
  });

  it('that are replaced forget what they required, and what was judged and approved of them', () => {
    const machine = new Machine([bead('p', [], { spawns: 'live' }), bead('q')], { spawn, parallel: 2 });
    const live = (...nodes: BeadNode[]): string[] =>
      machine.tell({ type: 'spawn', node: nodeId('p'), attempt: 1, proposal: proposal(...nodes) });
    live(child('p', 'a', [on('q')]), child('p', 'g', [], { gate: 'may it?' }));
    live(child('p', 'a', [], { key: 'new' }));
    machine.tell({ type: 'approve', node: nodeId('p/g'), by: 'anna' });
    expect(machine.status('p/g'), 'approved, and without a slot').toBe('ready');
    live(child('p', 'g', [], { gate: 'may it?', key: 'new' }));
    expect(machine.status('p/g'), 'nobody has approved this').toBe('needs-person');
    machine.succeed('q');
    checkInvariants(machine.store);
    expect(machine.status('p/a')).toBe('running');
  });

  it('are asked for as long as the bead is that added them', () => {
    const machine = new Machine([bead('p'), bead('b')], { spawn }, ['p']);
    propose(machine, 'p', proposal(child('p', 'a'), child('p', 'c', [on('p/a')])));
    machine.tell({ type: 'select', terminal: 't2', nodes: [nodeId('b')] });
    machine.tell({ type: 'withdraw', terminal: 't2' });
    machine.stopped('b');
    machine.succeed('p/a');
    expect(machine.status('p/c')).toBe('running');
    machine.succeed('p/c');
    expect(machine.store.run.phase).toEqual({ phase: 'settled', outcome: 'done' });
  });

  it('do not join a run that is being cancelled', () => {
    const machine = parentAndAfter();
    machine.tell({ type: 'cancel', by: 'anna' });
    expect(propose(machine, 'p', proposal(child('p', 'a')))).toEqual([
      'step-succeeded p',
      'bead-cancelled p',
      'run-settled',
    ]);
    expect(machine.store.nodes.has(nodeId('p/a'))).toBe(false);
  });

  it('are begun anew with the bead that added them when that is run again from scratch', () => {
    const machine = parentAndAfter();
    propose(machine, 'p', proposal(child('p', 'a')));
    machine.succeed('p/a');
    machine.succeed('after');
    machine.resume(['p']);
    expect(machine.started().at(-1), 'its own work is done again').toBe('p');
    expect(machine.store.node(nodeId('p')).attempts).toBe(2);
  });

  it('of an earlier run count their attempts on', () => {
    const store = new Store();
    const [p, a] = [bead('p'), child('p', 'a')];
    const limits = { parallel: 3, timeoutMs: undefined, rigs: {}, agents: {}, spawn };
    const growth = {
      parent: p.id,
      by: { type: 'attempt', attempt: 3 },
      beads: [],
      nodes: [a],
      worked: { attempt: 3 },
    } as const;
    const create = {
      run: runId('r2'),
      planHash: 'h',
      seed: 1,
      limits,
      nodes: [p],
      credits: [],
      growth: [growth],
    };
    decide(store, { type: 'create', ...create, select: 'all' }, 1000);
    expect(store.node(p.id).phase).toEqual({ phase: 'expanding', attempt: 3 });
    const again = { type: 'resume', by: 'test', limits, select: undefined, reopen: [p.id] } as const;
    const effect = { node: a.id, attempt: 1, step: 'work' } as const;
    decide(store, { type: 'step-succeeded', effect, report: null }, 1000);
    decide(store, again, 1000);
    expect(store.node(p.id).phase).toMatchObject({ phase: 'running', attempt: 4 });
  });

  it('never make a bead wait for itself, through others of the run and of the proposal', () => {
    const machine = new Machine([bead('p', [], { spawns: 'live' })], { spawn, parallel: 1 });
    const live = (...nodes: BeadNode[]): string[] =>
      machine.tell({ type: 'spawn', node: nodeId('p'), attempt: 1, proposal: proposal(...nodes) });
    live(child('p', 'a'), child('p', 'b', [on('p/a')]));
    const around = [child('p', 'c', [on('p/b')]), child('p', 'a', [on('p/c')], { key: 'new' })];
    expect(live(...around)).toEqual([]);
    expect(live(child('p', 'c', [on('p/b')]))).toEqual(['beads-added']);
  });

  it('wait for a person where the formula says so; a rejection is told to the next attempt', () => {
    const policy = { retries: 1, timeoutMs: undefined, onFailure: 'pause' } as const;
    const machine = parentAndAfter({ approval: true }, { policy });
    expect(propose(machine, 'p', proposal(child('p', 'a')))).toEqual([
      'step-succeeded p',
      'approval-requested p',
    ]);
    expect(machine.status('p')).toBe('needs-person');
    expect(machine.store.nodes.has(nodeId('p/a'))).toBe(false);
    machine.tell({ type: 'reject', node: nodeId('p'), by: 'anna', reason: 'one is enough' });
    expect(machine.store.node(nodeId('p')).lastFailure?.message).toContain('one is enough');
    machine.wait(10_000);
    propose(machine, 'p', proposal(child('p', 'b')));
    expect(machine.tell({ type: 'approve', node: nodeId('p'), by: 'anna' })).toEqual([
      'approved p',
      'beads-added',
      'bead-worked p',
      'attempt-started p/b',
    ]);
  });

  it('are looked at again when they are approved: the run may have grown', () => {
    const machine = parentAndAfter({ approval: true, children: 1 });
    propose(machine, 'p', proposal(child('p', 'a')));
    const more = proposal(child('p', 'b'));
    expect(machine.tell({ type: 'add', node: nodeId('p'), by: 'bert', proposal: more })).toContain(
      'beads-added',
    );
    expect(machine.tell({ type: 'approve', node: nodeId('p'), by: 'anna' })).toEqual([
      'approved p',
      'attempt-failed p',
      'bead-failed p',
      'run-paused',
    ]);
    expect(machine.store.node(nodeId('p')).lastFailure?.message).toContain('cannot be added any more');
  });

  it('can be added by a person, below a bead that is not settled', () => {
    const machine = parentAndAfter();
    const add = { type: 'add', node: nodeId('p'), by: 'anna', proposal: proposal(child('p', 'a')) } as const;
    expect(machine.tell(add)).toEqual(['beads-added', 'attempt-started p/a']);
    machine.succeed('p');
    machine.succeed('p/a');
    expect(machine.status('p')).toBe('done');
    expect(machine.tell(add)).toEqual([]);
  });
});

describe('a template', () => {
  const template = (): Machine =>
    new Machine([bead('scan'), bead('t', ['scan'], { forEach: 'a list', steps: [] }), bead('after', ['t'])], {
      spawn,
    });
  const items = (machine: Machine, found: Proposal | string): string[] =>
    machine.tell({ type: 'items-judged', node: nodeId('t'), proposal: found });

  it('becomes one bead for each item, without an attempt of its own', () => {
    const machine = template();
    machine.succeed('scan');
    expect([...machine.store.judging]).toEqual(['t']);
    expect(items(machine, proposal(child('t', 'x'), child('t', 'y')))).toEqual([
      'beads-added',
      'bead-worked t',
      'attempt-started t/x',
      'attempt-started t/y',
    ]);
    machine.succeed('t/x');
    machine.succeed('t/y');
    expect(machine.status('after')).toBe('running');
  });

  it('of an empty list is done', () => {
    const machine = template();
    machine.succeed('scan');
    expect(items(machine, proposal())).toEqual(['bead-worked t', 'bead-done t', 'attempt-started after']);
  });

  it('waits for a person where the formula says so', () => {
    const approval = { ...spawn, approval: true };
    const machine = new Machine([bead('t', [], { forEach: 'a list', steps: [] })], { spawn: approval });
    expect(items(machine, proposal(child('t', 'x')))).toEqual(['approval-requested t']);
    expect(machine.tell({ type: 'approve', node: nodeId('t'), by: 'anna' })).toEqual([
      'approved t',
      'beads-added',
      'bead-worked t',
      'attempt-started t/x',
    ]);
  });

  it('whose list cannot be made fails, and can be tried again', () => {
    const machine = template();
    machine.succeed('scan');
    expect(items(machine, 'the list is no list')).toEqual([
      'condition-judged t',
      'bead-failed t',
      'run-paused',
    ]);
    machine.resume();
    expect([...machine.store.judging]).toEqual(['t']);
  });
});
