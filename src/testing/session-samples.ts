/** What simulations of sessions share: who watches, and what becomes of work. */
import fc from 'fast-check';
import type { EffectKey } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import type { NodeState } from '../core/state.ts';
import type { SessionObserver } from '../engine/session.ts';
import type { ProcessIdentity } from '../ports/journal.ts';
import type { Fate } from './simulation/world.ts';

/** A process, told apart by its pid alone. */
export const identity = (pid: number): ProcessIdentity => ({
  host: 'h',
  bootId: 'b',
  pidNamespace: 'n',
  pid,
  startTime: `${pid}`,
});

/** Looks away. */
export const silentObserver: SessionObserver = {
  opened: () => undefined,
  committed: () => undefined,
  joined: () => undefined,
  followed: () => undefined,
  waits: () => undefined,
  swept: () => undefined,
};

/** Fates of effects, mostly good ones. */
export const fates = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 3000 }),
    end: fc.constantFrom<Fate['end']>('succeeds', 'succeeds', 'succeeds', 'succeeds', 'fails', 'dies'),
  }),
  { minLength: 1, maxLength: 6 },
);

/** One of these for each key, always the same. */
export const fateByKey =
  (all: readonly Fate[]) =>
  (key: EffectKey): Fate => {
    let sum = 0;
    for (const char of key) sum = (sum * 31 + char.charCodeAt(0)) >>> 0;
    return all[sum % all.length] ?? { afterMs: 100, end: 'succeeds' };
  };

/** What a made-up condition comes to; the same for the same bead, however often it is asked. */
export function judgedByFate({ spec }: NodeState): Input {
  const verdict = spec.kind === 'bead' && spec.condition === 'fails' ? 'fails' : 'holds';
  return { type: 'condition-judged', node: spec.id, verdict, message: undefined };
}
