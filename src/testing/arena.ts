/**
 * Several terminals on one journal and one world, on virtual time: they come, follow, drive, are killed and interrupted as scripts
 * say. Owns: which of them live. I1 The dead do nothing: no timer, no answer, no write.
 */
import { expect } from 'vitest';
import type { Event } from '../core/events.ts';
import type { EffectKey } from '../core/ids.ts';
import { checkInvariants } from '../core/invariants.ts';
import type { Store } from '../core/store.ts';
import { replay } from '../engine/history.ts';
import type { RunRequest } from '../engine/opening.ts';
import { runSession, type SessionEnd, type SessionHandle } from '../engine/session.ts';
import { FakeWorld, type Fate } from './fake-world.ts';
import { type JournalWrite, MemoryDisk, MemoryJournal } from './memory-journal.ts';
import { planAround } from './random-bead-plan.ts';
import type { RandomPlan } from './random-plan.ts';
import { checkHistory, judgedByFate, silentObserver } from './session-samples.ts';
import { VirtualClock } from './virtual-clock.ts';

/** One terminal: what it asks for and when, and what happens to it. */
export interface Script {
  readonly select: RunRequest['select'];
  readonly afterMs: number;
  readonly waitMs: number;
  readonly ends:
    | { readonly how: 'by-itself' }
    | { readonly how: 'killed' | 'interrupted'; readonly afterMs: number }
    /** Killed right before or after one of its own commits is durable. */
    | { readonly how: 'killed-at'; readonly commit: number; readonly moment: 'before' | 'after' };
}

export interface Terminal {
  readonly script: Script;
  readonly pid: number;
  isAlive: boolean;
  isInterrupted: boolean;
  end: SessionEnd | undefined;
  /** The run as it was when this terminal ended. */
  storeAtEnd: Store | undefined;
}

export class Arena {
  readonly clock = new VirtualClock();
  readonly disk = new MemoryDisk();
  readonly world: FakeWorld;
  readonly terminals: Terminal[] = [];
  readonly #plan: RandomPlan;
  readonly #bells = new Set<() => void>();
  #broken: { readonly error: unknown } | undefined;

  /** `fate`: what becomes of an effect, by its key. */
  constructor(plan: RandomPlan, fate: (key: EffectKey) => Fate) {
    this.#plan = plan;
    this.world = new FakeWorld(this.clock, fate);
  }

  /** Lets terminals come and go until none is left. */
  async play(scripts: readonly Script[]): Promise<void> {
    let toCome = scripts.length;
    for (const script of scripts)
      this.clock.after(script.afterMs, () => {
        toCome -= 1;
        this.#begin(script);
      });
    const isOver = (): boolean =>
      this.#broken !== undefined || (toCome === 0 && !this.terminals.some(({ isAlive }) => isAlive));
    const how = await this.clock.run(isOver);
    if (this.#broken !== undefined) throw this.#broken.error;
    expect(how, 'living terminals always come to an end').toBe('over');
  }

  #begin(script: Script): void {
    const pid = this.terminals.length + 1;
    const me: Terminal = {
      script,
      pid,
      isAlive: true,
      isInterrupted: false,
      end: undefined,
      storeAtEnd: undefined,
    };
    this.terminals.push(me);
    let commits = 0;
    const { ends } = script;
    const hook = (moment: 'before' | 'after') => (write: JournalWrite) => {
      if (!me.isAlive) throw new Error('the dead write');
      if (write.type !== 'append' || ends.how !== 'killed-at') return;
      if (moment === 'before') commits += 1;
      if (commits !== ends.commit || ends.moment !== moment) return;
      me.isAlive = false;
      throw new Error('killed');
    };
    const unlessDead = (call: () => void) => () => {
      if (me.isAlive) call();
    };
    let handle: SessionHandle | undefined;
    const plan = planAround(this.#plan);
    const journal = new MemoryJournal(this.disk, {
      beforeCommit: hook('before'),
      afterCommit: hook('after'),
    });
    runSession(
      {
        journal,
        clock: {
          now: () => this.clock.now(),
          soon: (call) => this.clock.soon(unlessDead(call)),
          after: (ms, call) => this.clock.after(ms, unlessDead(call)),
        },
        self: { host: 'h', bootId: 'b', pidNamespace: 'n', pid, startTime: `at ${pid}` },
        isAlive: (identity) =>
          this.terminals.some((one) => one.pid === identity.pid && one.isAlive) &&
          identity.startTime === `at ${identity.pid}`,
        steal: false,
        performers: () => this.world.performers(() => !me.isAlive),
        folder: () => '/',
        isStillThere: () => true,
        judge: (_plan, _run, node) => judgedByFate(node),
        listen: (onRing) => {
          const heard = unlessDead(onRing);
          this.#bells.add(heard);
          return { [Symbol.dispose]: () => this.#bells.delete(heard) };
        },
        leavesPeople: false,
        snapshotAfter: pid % 2 === 0 ? -1000 : 1000,
        onStall: ({ run }, { node }) => {
          throw new Error(`run ${run} stalled at ${node}`);
        },
        ring: () => this.clock.soon(() => this.#ring()),
        observer: silentObserver,
      },
      {
        plan,
        limits: {
          parallel: this.#plan.parallel,
          timeoutMs: this.#plan.timeoutMs,
          rigs: {},
          agents: this.#plan.agents,
        },
        select: script.select,
        rerun: false,
        waitMs: script.waitMs,
        by: `terminal ${pid}`,
      },
      (given) => {
        handle = given;
      },
    ).then(
      (end) => {
        me.end = end;
        me.storeAtEnd = this.store();
        me.isAlive = false;
      },
      (error: unknown) => {
        if (me.isAlive) this.#broken = { error };
      },
    );
    if (ends.how === 'killed')
      this.clock.after(ends.afterMs, () => {
        me.isAlive = false;
      });
    if (ends.how === 'interrupted')
      this.clock.after(ends.afterMs, () => {
        if (!me.isAlive) return;
        me.isInterrupted = true;
        handle?.interrupt('test');
      });
  }

  #ring(): void {
    for (const bell of [...this.#bells]) bell();
  }

  /** The machine as the journal tells it; its rows are those that readers see. */
  store(): Store | undefined {
    const journal = new MemoryJournal(this.disk);
    const run = journal.latestRun();
    if (run === undefined) return undefined;
    const { store, chronicle } = replay(journal, run, planAround(this.#plan));
    checkInvariants(store);
    expect(JSON.parse(JSON.stringify([...chronicle.rows(store)]))).toEqual(
      JSON.parse(JSON.stringify(journal.beads(run.run))),
    );
    checkHistory([...journal.events(run.run)]);
    return store;
  }

  /** Everything that happened in the latest run. */
  events(): readonly Event[] {
    const journal = new MemoryJournal(this.disk);
    const run = journal.latestRun();
    return run === undefined ? [] : [...journal.events(run.run)];
  }

  beads(): readonly string[] {
    return this.#plan.nodes.flatMap((node) => (node.kind === 'bead' ? [node.id] : []));
  }
}

/** How an end looks to whoever typed the command. */
export function codeOf({ end, isInterrupted }: Terminal): number {
  switch (end?.type) {
    case 'ended':
      if (end.standing === 'done') return 0;
      if (end.phase.phase === 'paused') return isInterrupted ? 130 : 3;
      return 1;
    case 'nothing-to-do':
      return 0;
    case 'interrupted':
      return 130;
    case 'unmet':
      return 2;
    default:
      throw new Error(`no terminal should end like this: ${end?.type ?? 'not at all'}`);
  }
}
