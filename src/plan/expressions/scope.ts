/** What an expression may name, whatever bead it belongs to: the beads, variables and environment variables of a formula. */
import { Patience } from '../../diagnostic/patience.ts';
import type { Declared } from './types.ts';

/** The outcomes that `beads.ID.outcome` can have. */
export const OUTCOMES = ['done', 'failed', 'skipped', 'not-taken', 'cancelled', 'pending'] as const;
/** How a bead stood when an expression was evaluated. */
export type Outcome = (typeof OUTCOMES)[number];

/** What is known of a bead. */
export const MEMBERS = ['outcome', 'outputs', 'artifacts'] as const;

/** Names at the beginning of what an expression reads. */
export const ROOTS = ['beads', 'vars', 'env', 'file'] as const;

export type Found =
  | { readonly type: 'bead'; readonly id: string }
  | { readonly type: 'ambiguous'; readonly ids: readonly string[] }
  | { readonly type: 'unknown' };

/** Owns: the index of aliases, made on first use (most formulas need none). */
export class Scope {
  readonly #ids: ReadonlyMap<string, unknown>;
  readonly vars: Declared;
  readonly env: readonly string[];
  /** For hints at other names. */
  readonly patience = new Patience();
  #aliases: ReadonlyMap<string, readonly string[]> | undefined;

  /** `ids` has the ids of the beads as its keys. */
  constructor(ids: ReadonlyMap<string, unknown>, vars: Declared, env: readonly string[]) {
    this.#ids = ids;
    this.vars = vars;
    this.env = env;
  }

  get ids(): Iterable<string> {
    return this.#ids.keys();
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The bead that `beads.NAME` means: the one of that id, else the only one whose id is the name with `-` for `_`. */
  find(name: string): Found {
    if (this.#ids.has(name)) return { type: 'bead', id: name };
    this.#aliases ??= aliasesOf(this.#ids.keys());
    const [first, ...others] = this.#aliases.get(name) ?? [];
    if (first === undefined) return { type: 'unknown' };
    return others.length === 0 ? { type: 'bead', id: first } : { type: 'ambiguous', ids: [first, ...others] };
  }
}

function aliasesOf(ids: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const aliases = new Map<string, string[]>();
  for (const id of ids) {
    if (!id.includes('-')) continue;
    const alias = id.replaceAll('-', '_');
    const known = aliases.get(alias);
    if (known === undefined) aliases.set(alias, [id]);
    else known.push(id);
  }
  return aliases;
}
