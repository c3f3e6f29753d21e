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

/** What whoever carries effects out has to do. */
export interface Commands {
  readonly start: ReadonlyMap<EffectKey, EffectRef>;
  readonly stop: readonly EffectKey[];
  /**
   * In work, not wanted, and nothing alive answers for it: its start and its stop fell into one batch, or an earlier
   * driver died between them. Whoever carries commands out makes sure that nothing of it is left, and says so.
   */
  readonly settle: ReadonlyMap<EffectKey, EffectRef>;
}

/** The one effect that a node in work is about. */
function inWorkOf({ phase, spec }: NodeState): EffectRef | undefined {
  if (phase.phase !== 'running' && phase.phase !== 'stopping') return undefined;
  return { node: spec.id, attempt: phase.attempt, step: phase.step };
}

function keyOf({ run }: RunState, { node, attempt, step }: EffectRef): EffectKey {
  invariant(run !== undefined, 'a run has been created');
  return effectKey(run, node, attempt, step);
}

/** All effects that should be alive now. Cost: the beads in work. */
export function wanted(store: Store): Map<EffectKey, EffectRef> {
  const effects = new Map<EffectKey, EffectRef>();
  if (isHalted(store.run)) return effects;
  for (const id of store.inWork) {
    const node = store.node(id);
    const effect = node.phase.phase === 'running' ? inWorkOf(node) : undefined;
    if (effect !== undefined) effects.set(keyOf(store.run, effect), effect);
  }
  return effects;
}

/** `alive`: effects that were started and have not answered, those being stopped included. Cost: the beads in work. */
export function commands(
  store: Store,
  alive: { readonly keys: () => Iterable<EffectKey>; readonly has: (key: EffectKey) => boolean },
): Commands {
  const effects = wanted(store);
  const stop = [...alive.keys()].filter((key) => !effects.has(key));
  const settle = new Map<EffectKey, EffectRef>();
  for (const id of store.inWork) {
    const node = store.node(id);
    const effect = inWorkOf(node);
    if (effect === undefined || isSuspended(store.run, node, effect)) continue;
    const key = keyOf(store.run, effect);
    if (!effects.has(key) && !alive.has(key)) settle.set(key, effect);
  }
  for (const key of effects.keys()) if (alive.has(key)) effects.delete(key);
  return { start: effects, stop, settle };
}

/** Finished work that waits for its run to go on: nothing of it is alive, and nothing has to be. */
function isSuspended(run: RunState, { phase }: NodeState, { step }: EffectRef): boolean {
  return (
    phase.phase === 'running' && run.phase.phase === 'paused' && (step === 'verify' || step === 'integrate')
  );
}
