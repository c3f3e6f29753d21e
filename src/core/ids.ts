/**
 * Branded identifiers. They are minted only in `plan/` (from checked author input) and in `core/`
 * (from a journal that holds what was checked before); everybody else passes them on.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A node of the lowered graph: a bead's id, or `~sync/<level>` for the barrier after a level. */
export type NodeId = Branded<'node'>;
/** One execution of a formula, e.g. `r7`. */
export type RunId = Branded<'run'>;
/** Names one effect of one attempt for ever: `<run>/<node>/<attempt>/<step>`; never reused. */
export type EffectKey = Branded<'effect'>;

export const nodeId = (text: string): NodeId => text as NodeId;
export const runId = (text: string): RunId => text as RunId;

/** What one attempt goes through, in this order. */
export type Step = 'prepare' | 'work' | 'verify' | 'integrate';

/** The key under which an effect's answers are matched. */
export function effectKey(run: RunId, node: NodeId, attempt: number, step: Step): EffectKey {
  return `${run}/${node}/${attempt}/${step}` as EffectKey;
}

/** The node whose effect a key names. */
export function nodeOfEffect(key: EffectKey): NodeId {
  return key.split('/').slice(1, -2).join('/') as NodeId;
}

/** Sync points share the name space of beads; authors cannot write `~`. */
export const syncId = (level: number): NodeId => `~sync/${level}` as NodeId;
