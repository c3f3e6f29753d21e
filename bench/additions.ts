/**
 * What adding 10,000 beads to a run costs, ms: deciding and recording, beside recording alone of one event for each bead in
 * as many transactions. Printed as JSON. Bundled and run by `bench/run.mjs`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decide } from '../src/core/decide.ts';
import type { Event, Proposal } from '../src/core/events.ts';
import { type NodeId, nodeId } from '../src/core/ids.ts';
import type { BeadNode } from '../src/core/plan.ts';
import { Chronicle } from '../src/engine/chronicle.ts';
import { Roster } from '../src/engine/roster.ts';
import { openJournal } from '../src/journal/open.ts';
import type { Journal, Projection, RunHeader } from '../src/ports/journal.ts';
import { bead, Machine } from '../src/testing/machine.ts';
import { madeUpWork } from '../src/testing/work-samples.ts';

const PARENTS = Number(process.argv[2] ?? 100);
const CHILDREN = 100;

const nameOf = (parent: number): NodeId => nodeId(`p${parent}`);

/** A chain below each parent, so that there are edges to follow. */
function proposalOf(parent: NodeId): Proposal {
  const ids = Array.from({ length: CHILDREN }, (_, at) => nodeId(`${parent}/c${at}`));
  const nodes = ids.map(
    (id, at): BeadNode => ({
      ...bead(id, at === 0 ? [] : [ids[at - 1] ?? '']),
      parent,
      depth: 1,
    }),
  );
  const beads = nodes.map(({ id, needs }) =>
    madeUpWork(id, {
      parent,
      description: 'What is to be done. '.repeat(5),
      requires: needs.map((need) => need.node),
    }),
  );
  return { nodes, beads };
}

interface Prepared {
  readonly machine: Machine;
  readonly chronicle: Chronicle;
  readonly journal: Journal;
  readonly header: RunHeader;
  readonly epoch: number;
  readonly proposals: readonly Proposal[];
}

function prepare(folder: string): Prepared {
  const parents = Array.from({ length: PARENTS }, (_, at) => nameOf(at));
  const machine = new Machine(
    parents.map((id) => bead(id, [], { spawns: 'live' })),
    { parallel: PARENTS, spawn: { depth: 1, children: CHILDREN, total: 1_000_000, approval: false } },
  );
  const journal = openJournal(folder);
  const self = { host: 'h', bootId: 'b', pidNamespace: 'n', pid: 1, startTime: '1' };
  const lease = journal.acquire(self, 1, () => true);
  if ('heldBy' in lease) throw new Error('nobody else is here');
  const header: RunHeader = {
    run: journal.nextRunId(),
    formula: 'f',
    formulaFile: 'formula.toml',
    planHash: 'h',
    createdAt: 1,
  };
  journal.createRun(lease.epoch, header);
  const roster = new Roster(parents.map((id) => madeUpWork(id)));
  const chronicle = new Chronicle(header, roster);
  for (const event of machine.events) chronicle.note(event);
  const projection = chronicle.project(machine.store, machine.store.takeChanged());
  journal.append(lease.epoch, header.run, machine.events, projection);
  return { machine, chronicle, journal, header, epoch: lease.epoch, proposals: parents.map(proposalOf) };
}

/** Both costs, measured on journals of their own in the same minute. */
function measure(): { readonly adding: number; readonly recording: number } {
  const folder = mkdtempSync(join(tmpdir(), 'gastown-bench-additions-'));
  try {
    const ours = prepare(join(folder, 'ours'));
    const written: { readonly events: readonly Event[]; readonly projection: Projection }[] = [];
    const { machine, chronicle, journal, header, epoch, proposals } = ours;
    let start = process.hrtime.bigint();
    proposals.forEach((proposal, at) => {
      const events = decide(machine.store, { type: 'spawn', node: nameOf(at), attempt: 1, proposal }, 2);
      for (const event of events) chronicle.note(event);
      const projection = chronicle.project(machine.store, machine.store.takeChanged());
      journal.append(epoch, header.run, events, projection);
      written.push({ events, projection });
    });
    const adding = Number(process.hrtime.bigint() - start) / 1e6;
    journal[Symbol.dispose]();
    const theirs = prepare(join(folder, 'theirs'));
    const alone = written.map(({ events, projection }) => ({
      events: events.flatMap(onePerBead),
      projection,
    }));
    start = process.hrtime.bigint();
    for (const { events, projection } of alone)
      theirs.journal.append(theirs.epoch, theirs.header.run, events, projection);
    const recording = Number(process.hrtime.bigint() - start) / 1e6;
    theirs.journal[Symbol.dispose]();
    return { adding, recording };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function onePerBead(event: Event): Event[] {
  if (event.type !== 'beads-added') throw new Error(`${event.type} is no addition`);
  return event.nodes.flatMap((node, at): Event[] => {
    const one = event.beads[at];
    return one === undefined ? [] : [{ ...event, nodes: [node], beads: [one] }];
  });
}

measure();
const rounds = Array.from({ length: 5 }, measure).sort(
  (a, b) => a.adding / a.recording - b.adding / b.recording,
);
console.log(JSON.stringify(rounds[2]));
