/** Core, engine and journal together on virtual time, with drivers that die at every kind of moment. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from '../core/events.ts';
import { checkInvariants } from '../core/invariants.ts';
import { JournalProblem } from '../ports/journal.ts';
import { FakeWorld, type Fate } from '../testing/fake-world.ts';
import { type JournalWrite, MemoryDisk, MemoryJournal } from '../testing/memory-journal.ts';
import { planAround } from '../testing/random-bead-plan.ts';
import { type RandomPlan, randomPlan } from '../testing/random-plan.ts';
import { checkHistory, fateByKey, fates, judgedByFate, silentObserver } from '../testing/session-samples.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { replay } from './history.ts';
import { runSession, type SessionEnd, type SessionHandle } from './session.ts';

/** When a driver dies: after this many commits, before or after the commit is durable, or after some time; or it does not. */
const death = fc.record({
  atCommit: fc.integer({ min: 1, max: 30 }),
  when: fc.constantFrom('before', 'after', 'later', 'reboot', 'halt', 'disk-full'),
  afterMs: fc.integer({ min: 0, max: 5000 }),
});
type Death = typeof death extends fc.Arbitrary<infer Value> ? Value : never;

class Simulation {
  readonly clock = new VirtualClock();
  readonly disk = new MemoryDisk();
  readonly world: FakeWorld;
  readonly #plan: RandomPlan;
  #driver = 0;
  #living = 0;

  constructor(plan: RandomPlan, fates: readonly Fate[]) {
    this.#plan = plan;
    this.world = new FakeWorld(this.clock, fateByKey(fates));
  }

  /** One driver: runs until it ends by itself (the answer), or dies (undefined). */
  async drive(dies: Death | undefined): Promise<SessionEnd | undefined> {
    const pid = ++this.#driver;
    this.#living = pid;
    let isDead = false;
    let commits = 0;
    let answer: SessionEnd | undefined;
    const die = (): void => {
      if (answer !== undefined) return;
      isDead = true;
      this.#living = 0;
      if (dies?.when === 'reboot') this.world.reboot();
      else this.world.crash();
    };
    let handle: SessionHandle | undefined;
    let broken: unknown;
    const hook = (moment: 'before' | 'after') => (write: JournalWrite) => {
      if (isDead) throw new Error('a dead driver writes');
      if (write.type !== 'append' || dies === undefined) return;
      if (moment === 'before') commits += 1;
      if (commits !== dies.atCommit) return;
      if (dies.when === 'disk-full' && moment === 'before')
        throw new JournalProblem('full', 'the disk is full');
      if (dies.when === moment || (dies.when === 'reboot' && moment === 'after')) {
        die();
        throw new Error('killed');
      }
      if (moment === 'after' && dies.when === 'later') this.clock.after(dies.afterMs, die);
      if (moment === 'after' && dies.when === 'halt')
        this.clock.after(dies.afterMs, () => handle?.interrupt('test'));
    };
    const plan = planAround(this.#plan);
    const journal = new MemoryJournal(this.disk, {
      beforeCommit: hook('before'),
      afterCommit: hook('after'),
    });
    runSession(
      {
        journal,
        clock: { ...this.clockOf(() => isDead) },
        self: { host: 'h', bootId: 'b', pidNamespace: 'n', pid, startTime: String(pid) },
        isAlive: (identity) => identity.pid === this.#living,
        steal: false,
        performers: () => this.world.performers(),
        folder: () => '/',
        isStillThere: () => true,
        judge: (_plan, _run, node) => judgedByFate(node),
        leavesPeople: false,
        // Every other driver keeps snapshots, and the next one begins with what it finds.
        snapshotAfter: pid % 2 === 0 ? -1000 : 1000,
        onStall: ({ run }, { node }) => {
          throw new Error(`run ${run} stalled at ${node}`);
        },
        listen: () => ({ [Symbol.dispose]: () => undefined }),
        ring: () => undefined,
        observer: silentObserver,
      },
      {
        plan,
        limits: {
          parallel: this.#plan.parallel,
          timeoutMs: this.#plan.timeoutMs,
          rigs: {},
          agents: this.#plan.agents,
          spawn: { depth: 1, children: 3, total: 100, approval: false },
        },
        select: 'all',
        rerun: false,
        waitMs: 0,
        by: 'test',
      },
      (given) => {
        handle = given;
      },
    ).then(
      (end) => {
        answer = end;
      },
      (error: unknown) => {
        if (!isDead) broken = error;
      },
    );
    const how = await this.clock.run(() => isDead || answer !== undefined || broken !== undefined);
    if (broken !== undefined) throw broken;
    expect(how, 'a live driver always comes to an end').toBe('over');
    if (answer !== undefined) this.#living = 0;
    return isDead ? undefined : answer;
  }

  events(): Event[] {
    const journal = new MemoryJournal(this.disk);
    const run = journal.latestRun();
    return run === undefined ? [] : [...journal.events(run.run)];
  }

  checkReplay(): void {
    const journal = new MemoryJournal(this.disk);
    const run = journal.latestRun();
    if (run === undefined) return;
    const { store, chronicle } = replay(journal, run, planAround(this.#plan));
    checkInvariants(store);
    for (const { spec, phase, childrenOpen, childrenLost } of store.nodes.values())
      if (phase.phase === 'done')
        expect(childrenOpen + childrenLost, `${spec.id} is done, and so is what it added`).toBe(0);
    const rows = [...store.nodes.values()].flatMap((node) =>
      node.spec.kind === 'bead' ? [chronicle.row(store, node)] : [],
    );
    expect(JSON.parse(JSON.stringify(rows))).toEqual(JSON.parse(JSON.stringify([...journal.beads(run.run)])));
  }

  private clockOf(isDead: () => boolean) {
    const unlessDead = (call: () => void) => () => {
      if (!isDead()) call();
    };
    return {
      now: () => this.clock.now(),
      soon: (call: () => void) => this.clock.soon(unlessDead(call)),
      after: (ms: number, call: () => void) => this.clock.after(ms, unlessDead(call)),
    };
  }
}

describe('drivers that die', () => {
  it('never run finished work again, never leave work behind, and always bring the run to its end', async () => {
    let added = 0;
    await fc.assert(
      fc.asyncProperty(
        randomPlan(8),
        fates,
        fc.array(death, { maxLength: 6 }),
        async (plan, fate, deaths) => {
          const simulation = new Simulation(plan, [...fate, { afterMs: 10, end: 'succeeds' }]);
          for (const each of deaths) {
            const inherited = new Set(simulation.world.alive());
            const end = await simulation.drive(each);
            simulation.checkReplay();
            // A driver that cannot write from its first commit on leaves what it has not adopted yet to its successor.
            const left = simulation.world
              .alive()
              .filter((key) => end?.type !== 'cut-off' || !inherited.has(key));
            if (end !== undefined) expect(left, 'an ended session leaves nothing alive').toEqual([]);
          }
          let isDone = false;
          for (let more = 0; more < 60 && !isDone; more += 1) {
            const end = await simulation.drive(undefined);
            simulation.checkReplay();
            expect(simulation.world.alive()).toEqual([]);
            if (end === undefined || end.type === 'cut-off') throw new Error('nobody killed this driver');
            isDone =
              end.type === 'nothing-to-do' ||
              (end.type === 'ended' && end.phase.phase === 'settled' && end.phase.outcome === 'done');
          }
          // Only a fate that fails for ever, or a time limit that is always too short, keeps a run from being done.
          const isHopeful = fate.every(({ end }) => end === 'succeeds') && !hasLimits(plan);
          if (isHopeful) expect(isDone).toBe(true);
          added += checkHistory(simulation.events()).added;
        },
      ),
      { numRuns: 800 },
    );
    expect(added, 'beads join runs').toBeGreaterThan(100);
    // Shrinking a counterexample takes minutes.
  }, 300_000);
});

function hasLimits({ nodes, timeoutMs }: RandomPlan): boolean {
  return (
    timeoutMs !== undefined ||
    nodes.some((node) => node.kind === 'bead' && node.policy.timeoutMs !== undefined)
  );
}
