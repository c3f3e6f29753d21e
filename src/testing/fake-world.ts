/**
 * A simulated world for tests of one part: its drivers are nobody's terminal, hold the lease as long as they live, and all
 * die together.
 */
import type { EffectKey } from '../core/ids.ts';
import { invariant } from '../core/invariant.ts';
import type { Bead } from '../core/plan.ts';
import type { Clock, Performers } from '../ports/work.ts';
import { Adapters } from './simulation/adapters.ts';
import { type Driver, type Fate, SimulatedWorld } from './simulation/world.ts';

export type { Fate } from './simulation/world.ts';

const never = new Promise<never>(() => undefined);

export class FakeWorld {
  readonly #clock: Clock;
  readonly #world: SimulatedWorld;
  #generation = 0;

  /** `fateOf`: what becomes of an effect, by its key. */
  constructor(clock: Clock, fateOf: (key: EffectKey, bead: Bead) => Fate) {
    this.#clock = clock;
    this.#world = new SimulatedWorld(clock, fateOf, {
      begins: () => undefined,
      reports: (what) => invariant(false, what),
    });
  }

  /** Keys of effects that are alive now. */
  alive(): EffectKey[] {
    return this.#world.alive();
  }

  /** Keys of all effects that were ever asked for, and whether they came to a good end. */
  began(): ReadonlyMap<EffectKey, boolean> {
    return this.#world.began();
  }

  /** The driver is gone: its adapters are, too, but what it started goes on. */
  crash(): void {
    this.#generation += 1;
  }

  performers(): Performers {
    const born = this.#generation;
    const isDead = (): boolean => this.#generation !== born;
    const driver: Driver = {
      get isDead() {
        return isDead();
      },
      get holdsLease() {
        return !isDead();
      },
      asks: () => (isDead() ? never : Promise.resolve()),
      asksAtOnce: () => (isDead() ? never : undefined),
      asked: () => undefined,
      hears: (answer) => answer.then((value) => (isDead() ? never : value)),
      later: (ms, call) => {
        this.#clock.after(ms, () => {
          if (!isDead()) call();
        });
      },
    };
    return new Adapters(this.#world, driver).performers();
  }
}
