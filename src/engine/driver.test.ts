/** One driver by hand, on virtual time: what it does before and after a commit, and what it leaves when it goes. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../core/events.ts';
import { nodeId, runId } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import type { BeadNode } from '../core/plan.ts';
import { Fenced, JournalProblem, type RunHeader } from '../ports/journal.ts';
import type { Clock, Performers, StepEnd } from '../ports/work.ts';
import { FakeWorld, type Fate } from '../testing/fake-world.ts';
import { bead } from '../testing/machine.ts';
import { type JournalFaults, MemoryDisk, MemoryJournal } from '../testing/memory-journal.ts';
import { planAround } from '../testing/random-bead-plan.ts';
import { identity, judgedByFate } from '../testing/session-samples.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { Crew } from './crew.ts';
import { type DriveEnd, Driver, type DriverParts } from './driver.ts';
import { replay } from './history.ts';
import { accepted } from './reply.ts';

const run = runId('r1');
const limits = { parallel: 3, timeoutMs: undefined, rigs: {}, agents: {} };
const again: Input = { type: 'resume', by: 'test', limits, select: undefined, reopen: 'failed' };

interface Options {
  readonly faults?: JournalFaults;
  readonly parts?: Partial<DriverParts>;
  readonly performers?: Partial<Performers>;
}

/** A plan, a journal, and a world; everything takes a second, unless `fates` say otherwise. */
class Stage {
  readonly clock = new VirtualClock();
  readonly disk = new MemoryDisk();
  readonly journal = new MemoryJournal(this.disk);
  readonly world: FakeWorld;
  readonly create: Input;
  readonly #plan: ReturnType<typeof planAround>;
  readonly #header: RunHeader;

  constructor(
    nodes: readonly BeadNode[],
    fates: Readonly<Record<string, Fate>> = {},
    clock = new VirtualClock(),
  ) {
    this.clock = clock;
    this.world = new FakeWorld(
      this.clock,
      (key) =>
        Object.entries(fates).find(([text]) => key.includes(text))?.[1] ?? { afterMs: 1000, end: 'succeeds' },
    );
    this.#plan = planAround({ nodes, parallel: 3, timeoutMs: undefined, agents: {} });
    const { formula, hash } = this.#plan;
    this.#header = { run, formula: formula.name, formulaFile: formula.file, planHash: hash, createdAt: 1 };
    this.create = {
      type: 'create',
      run,
      planHash: hash,
      seed: 1,
      limits,
      nodes,
      credits: [],
      select: 'all',
    };
    const epoch = this.acquire(1);
    this.journal.createRun(epoch, this.#header);
  }

  /** The lease, for a driver that comes after all others. */
  acquire(pid: number): number {
    const lease = this.journal.acquire(identity(pid), 1, () => true);
    if ('heldBy' in lease) throw new Error('everybody before is gone');
    return lease.epoch;
  }

  /** A driver that goes on with the run as the journal tells it. */
  driver({ faults = {}, parts = {}, performers = {} }: Options = {}) {
    const epoch = this.acquire(2);
    const { store, chronicle, roster } = replay(this.journal, this.#header, this.#plan);
    const { formula } = this.#plan;
    const world = { ...this.world.performers(), ...performers };
    const sweep = async (): Promise<void> => undefined;
    const crew = new Crew({
      run,
      formula,
      roster,
      store,
      performers: world,
      fence: () => undefined,
      sweep,
      folder: () => '/',
    });
    const driver = new Driver({
      store,
      chronicle,
      journal: new MemoryJournal(this.disk, faults),
      epoch,
      clock: this.clock,
      crew,
      judge: judgedByFate,
      onStall: ({ node }) => {
        throw new Error(`the run stalled at ${node}`);
      },
      leavesPeople: false,
      answer: () => ({ inputs: [], reply: accepted('') }),
      observe: () => undefined,
      ...parts,
    });
    return { driver, store };
  }

  /** Lets time pass until the drive is over; returns how, or throws what it rejects with. */
  async until(drive: Promise<DriveEnd>): Promise<DriveEnd> {
    let isOver = false;
    const watched = drive.finally(() => {
      isOver = true;
    });
    watched.catch(() => undefined);
    expect(await this.clock.run(() => isOver)).toBe('over');
    return watched;
  }

  /** What came of a drive that cannot go well. */
  async failureOf(drive: Promise<DriveEnd>): Promise<unknown> {
    return this.until(drive).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  /** Lets a first driver run, be told this after half a second, and die right after it has stored an event of this type. */
  async abandon(type: Event['type'], told?: Input): Promise<void> {
    let isDead = false;
    const unlessDead = (call: () => void) => () => {
      if (!isDead) call();
    };
    const afterCommit: JournalFaults['afterCommit'] = (write) => {
      if (isDead || write.type !== 'append' || write.events.every((event) => event.type !== type)) return;
      isDead = true;
      this.world.crash();
      throw new Error('killed');
    };
    const { driver } = this.driver({
      faults: { afterCommit },
      parts: {
        clock: {
          now: () => this.clock.now(),
          soon: (call) => this.clock.soon(unlessDead(call)),
          after: (ms, call) => this.clock.after(ms, unlessDead(call)),
        },
      },
    });
    void driver.drive(this.create).catch(() => undefined);
    if (told !== undefined) this.clock.after(500, () => driver.tell(told));
    expect(await this.clock.run(() => isDead)).toBe('over');
  }

  began(): string[] {
    return [...this.world.began().keys()].map((key) => key.slice('r1/'.length));
  }

  alive(): string[] {
    return this.world.alive().map((key) => key.slice('r1/'.length));
  }

  events(): Event['type'][] {
    return [...this.journal.events(run)].map(({ type }) => type);
  }
}

/** Fails when an event of this type is about to be stored, as a full disk does. */
const fullAt = (type: Event['type']): JournalFaults => ({
  beforeCommit: (write) => {
    if (write.type === 'append' && write.events.some((event) => event.type === type))
      throw new JournalProblem('full', 'the disk is full');
  },
});

const retried = { policy: { retries: 1, timeoutMs: undefined, onFailure: 'pause' as const } };

describe('a driver', () => {
  it('acts on nothing that is not durable', async () => {
    const stage = new Stage([bead('a'), bead('b')]);
    const asked: string[] = [];
    const work = async (_attempt: unknown, _rig: unknown, key: string): Promise<StepEnd<never>> => {
      asked.push(key);
      return { type: 'stopped' };
    };
    const { driver } = stage.driver({
      faults: fullAt('attempt-started'),
      performers: { agent: () => ({ settings: undefined, agent: { work, adopt: async () => undefined } }) },
    });
    expect(await stage.failureOf(driver.drive(stage.create))).toBeInstanceOf(JournalProblem);
    expect([asked, stage.events()]).toEqual([[], []]);
  });

  it('that cannot write any more ends when everything it started is gone', async () => {
    const stage = new Stage([bead('a'), bead('b', ['a']), bead('long')], {
      long: { afterMs: 60_000, end: 'succeeds' },
    });
    const from = stage.clock.now();
    const { driver } = stage.driver({ faults: fullAt('bead-done') });
    let alive: string[] | undefined;
    const drive = driver.drive(stage.create).finally(() => {
      alive = stage.alive();
    });
    expect(await stage.failureOf(drive)).toBeInstanceOf(JournalProblem);
    expect(alive).toEqual([]);
    // It was stopped, and the proof that nothing is left of it was waited for.
    expect(stage.clock.now() - from).toBeGreaterThan(1000);
    expect(stage.clock.now() - from).toBeLessThan(2000);
    expect(stage.began()).toEqual(['a/1/work', 'long/1/work']);
  });

  it('that was replaced touches nothing of its successor', async () => {
    const stage = new Stage([bead('a'), bead('long')], { long: { afterMs: 60_000, end: 'succeeds' } });
    const { driver } = stage.driver();
    stage.clock.after(500, () => stage.acquire(3));
    expect(await stage.failureOf(driver.drive(stage.create))).toBeInstanceOf(Fenced);
    expect(stage.alive()).toEqual(['long/1/work']);
  });

  it('adopts what outlived its driver', async () => {
    const stage = new Stage([bead('a')], { a: { afterMs: 60_000, end: 'succeeds' } });
    await stage.abandon('run-paused', { type: 'pause', by: 'anna' });
    expect(stage.alive()).toEqual(['a/1/work']);
    const { driver } = stage.driver();
    expect(await stage.until(driver.drive(again))).toMatchObject({ phase: 'settled', outcome: 'done' });
    expect(stage.began()).toEqual(['a/1/work']);
  });

  it('ends what outlived its driver and nobody wants, before anything else happens', async () => {
    const stage = new Stage([bead('a')], { a: { afterMs: 60_000, end: 'succeeds' } });
    await stage.abandon('run-paused', { type: 'halt', by: 'test' });
    expect(stage.alive()).toEqual(['a/1/work']);
    const { driver } = stage.driver({
      parts: {
        observe: (_run, _changed, events) => {
          if (events.some(({ type }) => type === 'run-resumed')) expect(stage.alive()).toEqual([]);
        },
      },
    });
    expect(await stage.until(driver.drive(again))).toMatchObject({ phase: 'settled', outcome: 'done' });
    expect(stage.began()).toEqual(['a/1/work', 'a/2/work']);
  });

  it('waits for what it stops, and asks nobody else to end it', async () => {
    const stage = new Stage([bead('a')], { a: { afterMs: 60_000, end: 'succeeds' } });
    const settled: string[] = [];
    const { driver } = stage.driver({
      performers: {
        settle: async (_run, id) => {
          settled.push(id);
        },
      },
    });
    const from = stage.clock.now();
    stage.clock.after(500, () => driver.tell({ type: 'halt', by: 'test' }));
    expect(await stage.until(driver.drive(stage.create))).toMatchObject({ phase: 'paused' });
    expect(stage.clock.now() - from, 'the proof that nothing is left takes a moment').toBeGreaterThan(500);
    expect([stage.alive(), settled]).toEqual([[], []]);
    expect(stage.events().filter((type) => type === 'attempt-cancelled')).toHaveLength(1);
  });

  it('takes what it is told before it drives after what the run is about', async () => {
    const stage = new Stage([bead('a'), bead('b', ['a'])]);
    await stage.abandon('attempt-started');
    const { driver } = stage.driver();
    driver.tell({ type: 'halt', by: 'test' });
    expect(await stage.until(driver.drive(again))).toMatchObject({ phase: 'paused', halted: true });
  });

  it('takes what it is told while the run comes to its end before it ends', async () => {
    const stage = new Stage([bead('a')]);
    let isAgain = false;
    const told: { driver?: Driver } = {};
    const { driver } = stage.driver({
      parts: {
        observe: (row) => {
          if (row.phase !== 'settled' || isAgain) return;
          isAgain = true;
          told.driver?.tell({ ...again, reopen: [nodeId('a')] } as Input);
        },
      },
    });
    told.driver = driver;
    await stage.until(driver.drive(stage.create));
    expect([stage.began(), driver.isBehind]).toEqual([['a/1/work', 'a/2/work'], false]);
  });

  it('waits for a delay, however far the clock was set back since the run began', async () => {
    const stage = new Stage([bead('a', [], retried)], { 'a/2': { afterMs: 1000, end: 'fails' } });
    await stage.abandon('attempt-started');
    const hourBack: Clock = {
      now: () => stage.clock.now() - 3_600_000,
      soon: (call) => stage.clock.soon(call),
      after: (ms, call) => stage.clock.after(ms, call),
    };
    const from = stage.clock.now();
    const { driver } = stage.driver({ parts: { clock: hourBack } });
    expect(await stage.until(driver.drive(again))).toMatchObject({ phase: 'settled', outcome: 'done' });
    // The first attempt was stored and never begun.
    expect(stage.began()).toEqual(['a/2/work', 'a/3/work']);
    expect(stage.clock.now() - from).toBeLessThan(10_000);
  });

  it('waits for a person', async () => {
    const stage = new Stage([bead('a', [], { gate: 'may it?' })]);
    const { driver } = stage.driver();
    stage.clock.after(60_000, () => driver.tell({ type: 'approve', node: nodeId('a'), by: 'anna' }));
    expect(await stage.until(driver.drive(stage.create))).toMatchObject({
      phase: 'settled',
      outcome: 'done',
    });
    expect(stage.began()).toEqual(['a/1/work']);
  });
});

describe('a message', () => {
  const message = { id: 1, type: 'request', body: null, from: 'anna', at: 1 };

  it('is answered in the transaction of what it led to', async () => {
    const stage = new Stage([bead('a')]);
    stage.journal.post({ key: 'k', type: 'request', body: null, from: 'anna', at: 1 });
    const replies: (string | undefined)[] = [];
    const { driver } = stage.driver({
      faults: {
        afterCommit: (write) => {
          if (write.type === 'append' && write.events.some(({ type }) => type === 'run-paused'))
            replies.push(stage.journal.replyTo('k')?.sentence);
        },
      },
      parts: { answer: () => ({ inputs: [{ type: 'pause', by: 'anna' }], reply: accepted('it pauses') }) },
    });
    stage.clock.after(100, () => driver.ask(message));
    await stage.until(driver.drive(stage.create));
    expect(replies).toEqual(['it pauses']);
  });

  it('is taken once, however often it is read', async () => {
    const stage = new Stage([bead('a')]);
    let answers = 0;
    const { driver } = stage.driver({
      parts: {
        answer: () => {
          answers += 1;
          return { inputs: [], reply: accepted('') };
        },
      },
    });
    for (const afterMs of [100, 100, 500]) stage.clock.after(afterMs, () => driver.ask(message));
    await stage.until(driver.drive(stage.create));
    expect(answers).toBe(1);
  });
});

describe('a driver that leaves', () => {
  const steps = { steps: ['work', 'verify'] as const };

  it('leaves work alive, and begins its checks again elsewhere', async () => {
    const stage = new Stage([bead('a'), bead('b', [], steps)], {
      a: { afterMs: 3000, end: 'succeeds' },
      'b/1/work': { afterMs: 100, end: 'succeeds' },
    });
    const { driver } = stage.driver();
    stage.clock.after(1000, () => driver.leave());
    expect(await stage.until(driver.drive(stage.create))).toEqual({ phase: 'left' });
    expect(stage.alive()).toEqual(['a/1/work']);
    const { driver: next } = stage.driver();
    expect(await stage.until(next.drive(again))).toMatchObject({ phase: 'settled', outcome: 'done' });
    expect(stage.began()).toEqual(expect.arrayContaining(['a/1/work', 'b/1/work', 'b/1/verify']));
  });

  it('does not go before what it is stopping is gone', async () => {
    const stage = new Stage([bead('a'), bead('b')], {
      a: { afterMs: 60_000, end: 'succeeds' },
      b: { afterMs: 60_000, end: 'succeeds' },
    });
    const { driver } = stage.driver();
    const from = stage.clock.now();
    stage.clock.after(500, () => {
      driver.tell({ type: 'skip', node: nodeId('a'), by: 'anna' });
      driver.leave();
    });
    expect(await stage.until(driver.drive(stage.create))).toEqual({ phase: 'left' });
    expect(stage.clock.now() - from).toBeGreaterThan(500);
    expect(stage.alive()).toEqual(['b/1/work']);
  });
});
