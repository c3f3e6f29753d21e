/** What a new run takes over of beads that added others. */
import { describe, expect, it } from 'vitest';
import type { Event, Proposal } from '../core/events.ts';
import { nodeId, runId } from '../core/ids.ts';
import type { BeadNode, Plan } from '../core/plan.ts';
import { noCounts } from '../core/status.ts';
import { bead, Machine } from '../testing/machine.ts';
import { MemoryJournal } from '../testing/memory-journal.ts';
import { planAround } from '../testing/random-bead-plan.ts';
import { madeUpWork } from '../testing/work-samples.ts';
import { inheritedBy } from './credits.ts';

const spawn = { depth: 2, children: 5, total: 20, approval: false };
const child = (name: string, requires: readonly string[] = []): BeadNode =>
  bead(`p/${name}`, requires, { parent: nodeId('p'), depth: 1 });

function planOf(...nodes: readonly BeadNode[]): Plan {
  const plan = planAround({ nodes, parallel: 3, timeoutMs: undefined, agents: {} });
  return { ...plan, formula: { ...plan.formula, spawn } };
}

/** An earlier run in which `p` added these beads, and these were done besides it. */
function earlier(added: readonly BeadNode[], done: readonly string[]): MemoryJournal {
  const machine = new Machine([bead('p'), bead('q')], { spawn });
  const beads = added.map(({ id, key, needs }) =>
    madeUpWork(id, { key, parent: nodeId('p'), requires: needs.map(({ node }) => node) }),
  );
  const proposal: Proposal = { nodes: added, beads };
  const effect = { node: nodeId('p'), attempt: 1, step: 'work' } as const;
  machine.tell({ type: 'step-succeeded', effect, report: null, output: { left: 'p' }, proposal });
  for (const id of done) machine.succeed(id);
  const journal = new MemoryJournal();
  const self = { host: 'h', bootId: 'b', pidNamespace: 'n', pid: 1, startTime: '1' };
  const lease = journal.acquire(self, 0, () => true);
  if ('heldBy' in lease) throw new Error('nobody holds it');
  const header = { run: runId('r1'), formula: 'f', formulaFile: 'formula.toml', planHash: 'h', createdAt: 0 };
  journal.createRun(lease.epoch, header);
  const row = {
    phase: 'active',
    outcome: undefined,
    note: undefined,
    updatedAt: 0,
    workedMs: 0,
    parallel: 3,
  } as const;
  const events: readonly Event[] = machine.events;
  journal.append(lease.epoch, header.run, events, {
    run: { ...header, ...row, counts: noCounts() },
    beads: [],
  });
  return journal;
}

/** What is credited, and which beads come along below `p`, with the attempt whose work stands. */
function inherited(
  journal: MemoryJournal,
  gone: readonly string[] = [],
  plan = planOf(bead('p'), bead('q')),
) {
  const { credits, growth } = inheritedBy(plan, journal, ({ id }) => !gone.includes(id), new Set());
  return {
    credits: credits.map(({ node }) => node).toSorted(),
    growth: growth?.map(({ nodes, worked }) => [nodes.map(({ id }) => id), worked?.attempt]),
  };
}

describe('a bead that added others', () => {
  const two = [child('x'), child('y', ['p/x', 'q'])];

  it('is credited with all of them', () => {
    expect(inherited(earlier(two, ['q', 'p/x', 'p/y']))).toEqual({
      credits: ['p', 'p/x', 'p/y', 'q'],
      growth: [[['p/x', 'p/y'], undefined]],
    });
  });

  it('is not credited without all of them, but its own work stands', () => {
    const stands = { credits: ['p/x', 'q'], growth: [[['p/x', 'p/y'], 1]] };
    expect(inherited(earlier(two, ['q', 'p/x']))).toEqual(stands);
    expect(inherited(earlier(two, ['q', 'p/x', 'p/y']), ['p/y'])).toEqual(stands);
  });

  it('does its own work again where what it left is gone', () => {
    expect(inherited(earlier(two, ['q', 'p/x', 'p/y']), ['p'])).toEqual({ credits: ['q'], growth: [] });
  });

  it('does its work again where a bead that it added requires what is not there any more', () => {
    const journal = earlier(two, ['q', 'p/x', 'p/y']);
    expect(inherited(journal, [], planOf(bead('p')))).toEqual({ credits: [], growth: [] });
  });
});
