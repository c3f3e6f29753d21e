import { describe, expect, it } from 'vitest';
import { decide } from '../core/decide.ts';
import type { Event } from '../core/events.ts';
import { nodeId, runId } from '../core/ids.ts';
import type { Bead, Plan } from '../core/plan.ts';
import { noCounts } from '../core/status.ts';
import type { BeadRow } from '../ports/journal.ts';
import { bead as beadNode, Machine } from '../testing/machine.ts';
import { MemoryJournal } from '../testing/memory-journal.ts';
import { planAround } from '../testing/random-bead-plan.ts';
import { doneAtOpening, open, type RunRequest, unmetRequirements, withDependencies } from './opening.ts';

interface Shape {
  readonly requires?: readonly string[];
  readonly key?: string;
  readonly declaredDone?: boolean;
}

const shapes: Readonly<Record<string, Shape>> = {
  a: {},
  b: { requires: ['a'] },
  c: { requires: ['b'] },
  d: {},
};

function planOf(beads: Readonly<Record<string, Shape>>, hash: string): Plan {
  const nodes = Object.entries(beads).map(([id, { requires, key = id }]) => beadNode(id, requires, { key }));
  const plan = planAround({ nodes, parallel: 3, timeoutMs: undefined, agents: {} });
  return {
    ...plan,
    hash,
    beads: plan.beads.map((bead): Bead => ({ ...bead, declaredDone: beads[bead.id]?.declaredDone === true })),
  };
}

const request = (plan: Plan, more: Partial<RunRequest> = {}): RunRequest => ({
  plan,
  limits: { parallel: 3, timeoutMs: undefined, rigs: {}, agents: {} },
  select: 'all',
  rerun: false,
  waitMs: 0,
  by: 'test',
  ...more,
});

const opener = { terminal: '1-1', takesOver: false };

/** A journal with one run in which these beads were done. */
function journalWith(plan: Plan, done: readonly string[]): MemoryJournal {
  const journal = new MemoryJournal();
  const self = { host: 'h', bootId: 'b', pidNamespace: 'n', pid: 1, startTime: '1' };
  const lease = journal.acquire(self, 0, () => true);
  if ('heldBy' in lease) throw new Error('nobody holds it');
  const machine = new Machine(plan.nodes);
  for (const id of done) machine.succeed(id, { left: id });
  const created = machine.events.map(
    (event): Event => (event.type === 'run-created' ? { ...event, planHash: plan.hash } : event),
  );
  const header = {
    run: runId('r1'),
    formula: 'f',
    formulaFile: plan.formula.file,
    planHash: plan.hash,
    createdAt: 0,
  };
  journal.createRun(lease.epoch, header);
  const counts = noCounts();
  journal.append(lease.epoch, header.run, created, {
    run: {
      ...header,
      phase: 'active',
      outcome: undefined,
      note: undefined,
      updatedAt: 0,
      workedMs: 0,
      parallel: 3,
      counts,
    },
    beads: [],
  });
  return journal;
}

const credits = (
  journal: MemoryJournal,
  asked: RunRequest,
  isStillThere = (_bead: Bead): boolean => true,
): string[] => {
  const { input } = open(journal, asked, 0, isStillThere, opener);
  if (input.type !== 'create') throw new Error('the run is gone on with');
  return input.credits.map(({ node, how }) => `${node} ${how}`);
};

describe('opening a run', () => {
  const plan = planOf(shapes, 'h1');

  it('goes on with the latest run while the plan is the same', () => {
    const { isNew, input, store } = open(journalWith(plan, ['a']), request(plan), 0, () => true, opener);
    expect(isNew).toBe(false);
    expect(input).toMatchObject({ type: 'resume', select: 'all', reopen: 'failed' });
    expect(store.node(nodeId('a')).phase.phase).toBe('done');
  });

  it('credits a changed plan with all finished work that neither changed nor stands on something that did', () => {
    const changed = planOf({ ...shapes, b: { requires: ['a'], key: 'b, changed' } }, 'h2');
    const journal = journalWith(plan, ['a', 'd', 'b', 'c']);
    expect(credits(journal, request(changed))).toEqual(['a earlier-run', 'd earlier-run']);
  });

  it('credits with the work what it left for others', () => {
    const changed = planOf({ ...shapes, d: { requires: [], key: 'd, changed' } }, 'h2');
    const { input, store } = open(journalWith(plan, ['a']), request(changed), 0, () => true, opener);
    decide(store, input, 0);
    expect(store.node(nodeId('a')).output).toEqual({ left: 'a' });
    expect(store.node(nodeId('d')).output).toBeUndefined();
  });

  it('does not credit work whose artifacts are gone, or what stands on it', () => {
    const changed = planOf(shapes, 'h2');
    const journal = journalWith(plan, ['a', 'd', 'b', 'c']);
    expect(credits(journal, request(changed), ({ id }) => id !== 'b')).toEqual([
      'a earlier-run',
      'd earlier-run',
    ]);
  });

  it('believes a file that says done only before the formula was ever run', () => {
    const declared = planOf({ ...shapes, d: { declaredDone: true } }, 'h2');
    expect(credits(new MemoryJournal(), request(declared))).toEqual(['d declared']);
    expect(credits(journalWith(plan, ['a']), request(declared))).toEqual(['a earlier-run']);
  });

  it('credits nothing from scratch, and everything but the given beads when they are run again', () => {
    const journal = journalWith(plan, ['a', 'd', 'b', 'c']);
    expect(credits(journal, request(plan, { rerun: true }))).toEqual([]);
    const changed = planOf(shapes, 'h2');
    expect(credits(journal, request(changed, { rerun: true, select: [nodeId('d')] }))).toEqual([
      'a earlier-run',
      'b earlier-run',
      'c earlier-run',
    ]);
  });

  it('weighs a new run by what its beads took, which makes no other plan', () => {
    const journal = journalWith(plan, []);
    const took = [30, 40, 50, 5];
    const rows = plan.beads.map(({ id, name, level, requires }, at): BeadRow => {
      const ended = {
        status: 'done',
        attempts: 1,
        startedAt: 0,
        endedAt: took[at],
        note: undefined,
      } as const;
      return { id, name, level, requires, ...ended };
    });
    journal.append(1, runId('r1'), [], { run: undefined, beads: rows });
    const { input, header } = open(journal, request(plan, { rerun: true }), 0, () => true, opener);
    if (input.type !== 'create') throw new Error('the run is gone on with');
    expect(input.nodes.map((node) => 'tail' in node && node.tail)).toEqual([120, 90, 50, 5]);
    expect([header.planHash, input.planHash]).toEqual([plan.hash, plan.hash]);
  });

  it('keeps the selection of the run that is resumed', () => {
    expect(
      open(journalWith(plan, []), request(plan, { select: 'same' }), 0, () => true, opener).input,
    ).toMatchObject({ select: 'all' });
  });
});

describe('a selection', () => {
  const plan = planOf(shapes, 'h1');

  it('names the requirements that are neither done nor in it', () => {
    const opening = open(journalWith(plan, ['a']), request(plan), 0, () => true, opener);
    const done = doneAtOpening(opening);
    const select = ['b', 'c', 'd'].map(nodeId);
    expect(unmetRequirements(plan, select, (id) => done.has(id)).size).toBe(0);
    expect([...unmetRequirements(plan, [nodeId('c')], (id) => done.has(id))]).toEqual([['c', ['b']]]);
  });

  it('can take what it requires with it', () => {
    expect(withDependencies(plan, [nodeId('c')]).sort()).toEqual(['a', 'b', 'c']);
  });
});
