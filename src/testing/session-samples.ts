/** What simulations of sessions share: who watches, what becomes of work, what a history may never hold. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Event } from '../core/events.ts';
import type { EffectKey } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import type { NodeState } from '../core/state.ts';
import type { SessionObserver } from '../engine/session.ts';
import type { Fate } from './fake-world.ts';

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

/** A bead joins once; done is for ever; a bead's attempts are numbered without gaps; every start follows the end of the one before. */
export function checkHistory(events: readonly Event[]): { readonly added: number } {
  const done = new Set<string>();
  const attempts = new Map<string, number>();
  const running = new Set<string>();
  const added = new Set<string>();
  for (const event of events) {
    switch (event.type) {
      case 'attempt-started':
        expect(done.has(event.node), `${event.node} is done, and started again`).toBe(false);
        expect(running.has(event.node), `${event.node} is running, and started again`).toBe(false);
        expect(event.attempt).toBe((attempts.get(event.node) ?? 0) + 1);
        attempts.set(event.node, event.attempt);
        running.add(event.node);
        break;
      case 'step-succeeded':
        // A sync point is not done when its checks are: its level may change before it passes.
        if (event.node.startsWith('~')) running.delete(event.node);
        break;
      case 'attempt-failed':
      case 'attempt-cancelled':
        running.delete(event.node);
        break;
      case 'beads-added':
        for (const { id } of event.nodes) {
          expect(added.has(id), `${id} joins the run twice`).toBe(false);
          added.add(id);
        }
        break;
      case 'bead-done':
        running.delete(event.node);
        done.add(event.node);
        break;
      default:
    }
  }
  return { added: added.size };
}
