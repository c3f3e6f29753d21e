/**
 * Which effects should be alive. Level-triggered: read from recorded choices only, so it is the same after a crash.
 * Commands are the difference to what is alive, taken after a batch is durable: a start and its stop in one batch cancel
 * out, and nothing is started twice.
 */
import { type EffectKey, effectKey } from './ids.ts';
import type { EffectRef } from './input.ts';
import { invariant } from './invariant.ts';
import { isHalted, type NodeState, type RunState } from './state.ts';
import type { Store } from './store.ts';

export interface Commands {
  readonly start: ReadonlyMap<EffectKey, EffectRef>;
  readonly stop: readonly EffectKey[];
}

/** The one effect this node should have alive now. */
function wantedOf(run: RunState, node: NodeState): EffectRef | undefined {
  if (node.phase.phase !== 'running') return undefined;
  if (isHalted(run)) return undefined;
  return { node: node.spec.id, attempt: node.phase.attempt, step: node.phase.step };
}

/** All effects that should be alive now. Cost: the beads in work. */
export function wanted(store: Store): Map<EffectKey, EffectRef> {
  const { run } = store;
  invariant(run.run !== undefined, 'a run has been created');
  const effects = new Map<EffectKey, EffectRef>();
  for (const id of store.inWork) {
    const effect = wantedOf(run, store.node(id));
    if (effect !== undefined)
      effects.set(effectKey(run.run, effect.node, effect.attempt, effect.step), effect);
  }
  return effects;
}

/** `alive`: effects that were started and have not answered, those being stopped included. */
export function commands(
  store: Store,
  alive: { readonly keys: () => Iterable<EffectKey>; readonly has: (key: EffectKey) => boolean },
): Commands {
  const effects = wanted(store);
  const stop: EffectKey[] = [];
  for (const key of alive.keys()) if (!effects.has(key)) stop.push(key);
  for (const key of effects.keys()) if (alive.has(key)) effects.delete(key);
  return { start: effects, stop };
}
