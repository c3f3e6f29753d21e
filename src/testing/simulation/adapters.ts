/**
 * The agent, the rig and the verifier that one driver has in a simulated world.
 * I1  Those of a dead driver neither answer nor act; those of a frozen one when it wakes up.
 * I2  Work is asked for at most once for each key, and no check or setup by a driver that does not hold the lease: anything
 *     else is reported.
 */
import { type EffectKey, effectKey } from '../../core/ids.ts';
import type { Bead } from '../../core/plan.ts';
import { DEFAULT_RIG } from '../../plan/settings-load.ts';
import type { Evidence, Performers, PreparedRig, StepEnd, WorkReport } from '../../ports/work.ts';
import { proposalOf } from '../random-bead-plan.ts';
import type { Driver, SimulatedWorld } from './world.ts';

export class Adapters {
  readonly #world: SimulatedWorld;
  readonly #driver: Driver;

  constructor(world: SimulatedWorld, driver: Driver) {
    this.#world = world;
    this.#driver = driver;
  }

  performers(): Performers {
    const driver = this.#driver;
    const rig: PreparedRig = { settings: DEFAULT_RIG, directory: '/', env: {}, secretValues: [] };
    return {
      rig: () => ({
        settings: DEFAULT_RIG,
        rig: {
          open: () => rig,
          prepare: async (attempt, key, signal) => {
            const end = await this.#command(key, attempt.bead, signal);
            return end.type === 'succeeded' ? { type: 'succeeded', report: undefined } : end;
          },
        },
      }),
      agent: () => ({
        settings: undefined,
        agent: {
          work: (attempt, _rig, key, signal) => this.#work(key, attempt.bead, signal),
          adopt: async (_attempt, _rig, key, signal) => {
            await driver.asks();
            return driver.hears(this.#adopt(key, signal));
          },
        },
      }),
      verifier: {
        verify: async (attempt, _rig, key, signal) => {
          const end = await this.#command(key, attempt.bead, signal);
          const report: Evidence = { artifacts: [], checks: [], criteria: [], sharedTree: true };
          return end.type === 'succeeded' ? { type: 'succeeded', report } : end;
        },
      },
      settle: async (run, node, attempt, step) => {
        await driver.asksAtOnce();
        const key = effectKey(run, node, attempt, step);
        const stopped = AbortSignal.abort();
        const left = this.#world.process(key);
        if (step === 'work') await driver.hears(this.#adopt(key, stopped));
        else if (left !== undefined) await driver.hears(this.#world.follow(left, stopped, driver));
      },
      spawned: () => [],
      propose: ({ node }) => proposalOf(node),
      sweepRun: () => driver.hears(Promise.resolve([])),
      sweep: () => driver.hears(Promise.resolve([])),
    };
  }

  async #work(key: EffectKey, bead: Bead, signal: AbortSignal): Promise<StepEnd<WorkReport>> {
    const driver = this.#driver;
    await driver.asks();
    if (signal.aborted) return { type: 'stopped' };
    if (this.#world.isVoid(key)) return taken;
    if (this.#world.process(key) !== undefined) this.#world.report(`${key} is asked for twice`);
    const process = this.#world.ask(key, bead);
    driver.asked();
    return (await driver.hears(this.#world.follow(process, signal, driver))) ?? lost;
  }

  async #adopt(key: EffectKey, signal: AbortSignal): Promise<StepEnd<WorkReport> | undefined> {
    const driver = this.#driver;
    const left = this.#world.giveUp(key);
    return left === undefined ? undefined : this.#world.follow(left, signal, driver);
  }

  /** Checks and setups outlive their driver, too; beginning one again follows what is left of it. */
  async #command(key: EffectKey, bead: Bead, signal: AbortSignal): Promise<StepEnd<WorkReport>> {
    const driver = this.#driver;
    await driver.asksAtOnce();
    if (signal.aborted) return { type: 'stopped' };
    if (!driver.holdsLease) this.#world.report(`${key} is begun by a driver that has no say any more`);
    // What no helper has read of it is made void.
    const left =
      this.#world.process(key)?.phase === 'asked' ? this.#world.giveUp(key) : this.#world.process(key);
    const isLeft = left?.phase === 'lives' || left?.result !== undefined;
    const process = isLeft ? left : this.#world.ask(key, bead);
    driver.asked();
    return (await driver.hears(this.#world.follow(process, signal, driver))) ?? lost;
  }
}

const lost: StepEnd<never> = {
  type: 'failed',
  failure: { class: 'lost', code: 'lost', message: 'the process died and left no result' },
};

const taken: StepEnd<never> = {
  type: 'failed',
  failure: { class: 'infrastructure', code: 'record-taken', message: 'begun or given up before' },
};
