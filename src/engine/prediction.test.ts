import { describe, expect, it } from 'vitest';
import { decide } from '../core/decide.ts';
import { type NodeId, nodeId, runId, syncId } from '../core/ids.ts';
import type { NodeSpec } from '../core/plan.ts';
import { Store } from '../core/store.ts';
import { bead } from '../testing/machine.ts';
import { MemoryJournal } from '../testing/memory-journal.ts';
import { planAround } from '../testing/random-bead-plan.ts';
import { Chronicle } from './chronicle.ts';
import { predictedEnd } from './prediction.ts';
import { Roster } from './roster.ts';

type Durations = Readonly<Record<string, number>>;

/** A journal into which runs are written as if they had been driven. */
class Past {
  readonly journal = new MemoryJournal();
  readonly #epoch: number;
  readonly #nodes: readonly NodeSpec[];

  constructor(nodes: readonly NodeSpec[]) {
    this.#nodes = nodes;
    const self = { host: 'h', bootId: 'b', pidNamespace: 'n', pid: 1, startTime: '1' };
    const lease = this.journal.acquire(self, 0, () => true);
    if ('heldBy' in lease) throw new Error('nobody holds it');
    this.#epoch = lease.epoch;
  }

  /** A run from 0 in which attempts take this long and start as soon as they can; beads without a duration stay in work. */
  run(durations: Durations, parallel = 9, select: readonly NodeId[] | 'all' = 'all'): void {
    const plan = planAround({ nodes: this.#nodes, parallel, timeoutMs: undefined, agents: {} });
    const run = this.journal.nextRunId();
    const header = { run, formula: 'f', formulaFile: 'f.toml', planHash: 'h', createdAt: 0 };
    this.journal.createRun(this.#epoch, header);
    const store = new Store();
    const chronicle = new Chronicle(header, new Roster(plan.beads));
    const limits = { parallel, timeoutMs: undefined, rigs: {}, agents: {} };
    const { nodes } = plan;
    const events = decide(
      store,
      { type: 'create', run, planHash: 'h', seed: 0, limits, nodes, credits: [], select },
      0,
    );
    const ends = new Map<NodeId, number>();
    for (const event of events) {
      chronicle.note(event);
      if (event.type === 'attempt-started')
        ends.set(event.node, event.at + (durations[event.node] ?? Infinity));
      const next = event === events.at(-1) ? [...ends].sort((a, b) => a[1] - b[1])[0] : undefined;
      if (next === undefined || next[1] === Infinity) continue;
      ends.delete(next[0]);
      const effect = { node: next[0], attempt: 1, step: 'work' } as const;
      events.push(...decide(store, { type: 'step-succeeded', effect, report: null }, next[1]));
    }
    this.journal.append(this.#epoch, run, events, chronicle.project(store, store.nodes.values()));
  }

  predict(now: number): number | undefined {
    const run = this.journal.latestRun();
    return run && predictedEnd(this.journal, run, now);
  }
}

const chain = [bead('a'), bead('b', ['a']), bead('c', ['b']), bead('d')];

describe('the end of a run', () => {
  it('is when what is left would be done, going by past runs', () => {
    const past = new Past(chain);
    past.run({ a: 10, b: 20, c: 30, d: 40 });
    past.run({ a: 15 });
    expect(past.predict(15)).toBe(65);
    expect(past.predict(20)).toBe(65);
    // What takes longer than ever before is taken to end at once.
    expect(past.predict(100)).toBe(130);
  });

  it('knows how many work at once', () => {
    const past = new Past([bead('a'), bead('b'), bead('c'), bead('d')]);
    past.run({ a: 10, b: 10, c: 10, d: 10 });
    past.run({}, 3);
    expect(past.predict(0)).toBe(20);
  });

  it('waits at sync points', () => {
    const sync: NodeSpec = {
      kind: 'sync',
      id: syncId(0),
      level: 0,
      quorum: 'all',
      needs: ['a', 'b'].map((id) => ({ node: nodeId(id), on: 'settled' })),
    };
    const needs = [
      { node: nodeId('b'), on: 'succeeded' } as const,
      { node: sync.id, on: 'settled' } as const,
    ];
    const past = new Past([bead('a'), bead('b'), sync, bead('c', [], { needs, level: 1 })]);
    past.run({ a: 50, b: 10, c: 5 });
    past.run({ b: 10 });
    expect(past.predict(10)).toBe(55);
  });

  it('goes by what this run has done where there is no other', () => {
    const past = new Past(chain);
    past.run({ a: 10 });
    expect(past.predict(10)).toBe(30);
  });

  it('is not known before anything is', () => {
    const past = new Past(chain);
    past.run({});
    expect(past.predict(0)).toBeUndefined();
  });

  it('counts only what was asked for', () => {
    const past = new Past(chain);
    past.run({ a: 10, b: 20, c: 30, d: 40 });
    past.run({ a: 10 }, 9, ['a', 'b'].map(nodeId));
    expect(past.predict(10)).toBe(30);
  });

  it('of more than can be simulated is all work shared out evenly', () => {
    const past = new Past(Array.from({ length: 2_500 }, (_, at) => bead(`b${at}`, at === 0 ? [] : ['b0'])));
    past.run(Object.fromEntries(Array.from({ length: 2_500 }, (_, at) => [`b${at}`, 8])), 2500);
    past.run({ b0: 8 }, 4);
    expect(past.predict(8)).toBe(8 + (2_499 * 8) / 4);
    expect(past.journal.latestRun()?.run).toBe(runId('r2'));
  });
});
