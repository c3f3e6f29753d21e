/**
 * Terminals on one journal and one world, on virtual time: they come, drive, follow, and meet what their scripts say.
 * Owns: which of them there are, and that everything is looked at as it happens. I1 The first violation ends the play.
 */
import type { Event } from '../../core/events.ts';
import { evolve } from '../../core/evolve.ts';
import type { EffectKey } from '../../core/ids.ts';
import type { Plan } from '../../core/plan.ts';
import { Store } from '../../core/store.ts';
import { runSession } from '../../engine/session.ts';
import { isFenced, isJournalProblem, type ProcessIdentity } from '../../ports/journal.ts';
import { MemoryDisk, MemoryJournal } from '../memory-journal.ts';
import { planAround } from '../random-bead-plan.ts';
import type { RandomPlan } from '../random-plan.ts';
import { judgedByFate, silentObserver } from '../session-samples.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { Adapters } from './adapters.ts';
import { Alignment } from './alignment.ts';
import type { Harm } from './faults.ts';
import { checkReplay } from './replay.ts';
import { type Script, SimulatedTerminal } from './terminal.ts';
import { demand } from './violation.ts';
import { type Fate, SimulatedWorld } from './world.ts';

/** Each so many commits the journal is folded and compared with what readers see. */
const COMMITS_PER_REPLAY = 40;

export class Simulation {
  readonly clock = new VirtualClock();
  readonly disk = new MemoryDisk();
  readonly world: SimulatedWorld;
  readonly terminals: SimulatedTerminal[] = [];
  readonly alignment = new Alignment();
  readonly #random: RandomPlan;
  readonly #plan: Plan;
  readonly #bells = new Set<() => void>();
  #boots = 1;
  #aheadMs = 0;
  #commits = 0;
  #toCome = 0;
  #broken: { readonly error: unknown } | undefined;

  /** `fate`: what becomes of an effect, by its key. */
  constructor(plan: RandomPlan, fate: (key: EffectKey) => Fate) {
    this.#random = plan;
    this.#plan = planAround(plan);
    this.world = new SimulatedWorld(this.clock, fate, {
      begins: (process) => this.#guard(() => this.alignment.begins(process, this.world)),
      reports: (what) => this.#guard(() => demand(false, what)),
    });
    this.disk.onAppend = (run, events) => {
      this.#guard(() => this.alignment.commits(run, events, this.world));
      this.#commits += 1;
      if (this.#commits % COMMITS_PER_REPLAY === 0) this.#guard(() => this.store());
    };
  }

  /** Lets terminals come and go until none is left. */
  async play(scripts: readonly Script[]): Promise<void> {
    for (const script of scripts) {
      this.#toCome += 1;
      this.clock.after(script.afterMs, () => {
        this.#toCome -= 1;
        this.#begin(script);
      });
    }
    const isOver = (): boolean =>
      this.#broken !== undefined || (this.#toCome === 0 && !this.terminals.some(({ isAlive }) => isAlive));
    const how = await this.clock.run(isOver);
    if (this.#broken !== undefined) throw this.#broken.error;
    demand(how === 'over', 'living terminals always come to an end');
  }

  #begin(script: Script): void {
    const me: SimulatedTerminal = new SimulatedTerminal(script, this.terminals.length + 1, {
      clock: this.clock,
      disk: this.disk,
      bootId: `boot ${this.#boots}`,
      aheadMs: this.#aheadMs,
      strike: (terminal, harm, isBetween) => this.#strike(terminal, harm, isBetween),
    });
    this.terminals.push(me);
    const { parallel, timeoutMs, agents } = this.#random;
    let hasTakenUp = false;
    runSession(
      {
        journal: me.journal,
        clock: me.clock,
        self: me.identity,
        isAlive: (identity) => this.#seemsAlive(identity, me),
        steal: script.steals === true,
        performers: () => new Adapters(this.world, me).performers(),
        folder: () => '/',
        isStillThere: () => true,
        judge: (_plan, _run, node) => judgedByFate(node),
        listen: (onRing) => {
          const heard = (): void => me.hear(onRing);
          this.#bells.add(heard);
          return { [Symbol.dispose]: () => this.#bells.delete(heard) };
        },
        leavesPeople: false,
        // Every other terminal keeps snapshots of whatever it sees, for those who come after it.
        snapshotAfter: me.pid % 2 === 0 ? -1000 : 1000,
        onStall: ({ run }, { node }) => this.#guard(() => demand(false, `run ${run} stalled at ${node}`)),
        ring: () => this.clock.soon(() => this.#ring()),
        observer: {
          ...silentObserver,
          committed: ({ run }, _changed, events) => {
            hasTakenUp ||= events.some(({ type }) => type === 'run-created' || type === 'run-resumed');
            if (!hasTakenUp) return;
            const { lease } = this.disk;
            this.clock.soon(() => {
              // One that leaves begins nothing that its successor would have to begin again.
              const isHindered = me.wasFrozen || me.isInterrupted || this.disk.lease !== lease;
              const isUndisturbed = me.isAlive && !isHindered;
              if (isUndisturbed) this.#guard(() => this.alignment.carriedOut(run, this.world));
            });
          },
        },
      },
      {
        plan: this.#plan,
        limits: {
          parallel,
          timeoutMs,
          rigs: {},
          agents,
          spawn: { depth: 1, children: 3, total: 100, approval: false },
        },
        select: script.select,
        rerun: script.isRerun === true,
        waitMs: script.waitMs,
        by: `terminal ${me.pid}`,
      },
      (handle) => {
        me.handle = handle;
      },
    ).then(
      (end) => {
        if (!me.isAlive) return;
        me.isOver();
        me.end = end;
        const [run, stored] = [...this.disk.runs].at(-1) ?? [];
        if (run !== undefined && stored !== undefined) me.runAtEnd = { run, events: stored.events.length };
      },
      (error: unknown) => {
        if (!me.isAlive) return;
        me.isOver();
        me.error = error;
        if (!this.#mayFail(me, error)) this.#broken ??= { error };
      },
    );
  }

  /** Being fenced, or a disk that is full, is no mistake of the terminal's; anything else is. */
  #mayFail({ script, pid }: SimulatedTerminal, error: unknown): boolean {
    if (isFenced(error)) return this.disk.lease?.holder.pid !== pid;
    return isJournalProblem(error) && script.faults.some(({ harm }) => harm.type === 'cannot-write');
  }

  #seemsAlive({ host, pid, startTime }: ProcessIdentity, { identity }: SimulatedTerminal): boolean {
    const terminal = this.terminals[pid - 1];
    return (
      host === identity.host &&
      terminal?.identity.host === host &&
      terminal.identity.startTime === startTime &&
      terminal.seemsAlive
    );
  }

  /** Before a write others come first; anywhere else a turn ends first. */
  #rival({ script: { select } }: SimulatedTerminal, isBetween: boolean): void {
    const begin = (): void => this.#begin({ select, afterMs: 0, waitMs: 0, faults: [] });
    if (isBetween) {
      begin();
      return;
    }
    this.#toCome += 1;
    this.clock.soon(() => {
      this.#toCome -= 1;
      begin();
    });
  }

  /** `isBetween`: right before a write of its own. */
  #strike(me: SimulatedTerminal, harm: Harm, isBetween: boolean): void {
    switch (harm.type) {
      case 'dies':
        me.die();
        return;
      case 'reboots':
        for (const terminal of this.terminals) terminal.die();
        this.world.reboot();
        this.#boots += 1;
        return;
      case 'is-interrupted':
        me.isInterrupted = true;
        this.clock.soon(() => me.hear(() => me.isAlive && me.handle?.interrupt('test')));
        return;
      case 'freezes':
        me.freeze(harm.forMs, harm.seems);
        if (harm.rival) this.#rival(me, isBetween);
        return;
      case 'cannot-write':
        me.cannotWrite(harm.times);
        return;
      case 'loses-process':
        this.world.kill(harm.which);
        return;
      case 'clock-is-set':
        this.#aheadMs += harm.byMs;
        if (harm.byMs > 0) for (const terminal of this.terminals) terminal.setForward(harm.byMs);
        return;
    }
  }

  #ring(): void {
    for (const bell of [...this.#bells]) bell();
  }

  #guard(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#broken ??= { error };
    }
  }

  /** The machine as the journal tells it, which is what readers see. */
  store(): Store | undefined {
    return checkReplay(this.disk, this.#plan);
  }

  /** The run as it was when a terminal ended. */
  storeAtEnd({ runAtEnd }: SimulatedTerminal): Store | undefined {
    if (runAtEnd === undefined) return undefined;
    const store = new Store();
    for (const event of [...new MemoryJournal(this.disk).events(runAtEnd.run)].slice(0, runAtEnd.events))
      evolve(store, event);
    return store;
  }

  /** Everything that happened in the latest run. */
  events(): readonly Event[] {
    const journal = new MemoryJournal(this.disk);
    const run = journal.latestRun();
    return run === undefined ? [] : [...journal.events(run.run)];
  }

  beads(): readonly string[] {
    return this.#random.nodes.flatMap((node) => (node.kind === 'bead' ? [node.id] : []));
  }
}
