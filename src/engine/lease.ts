/**
 * One driver per project. A dead holder's lease is taken over; a living one's is not; a holder on another machine or in
 * another pid namespace cannot be judged by its pid, so its lease is only taken when a person says so.
 */
import type { Journal, Lease, ProcessIdentity } from '../ports/journal.ts';

/** What came of asking for the lease. */
export type Claim =
  | { readonly type: 'held-by-us'; readonly lease: Lease }
  | { readonly type: 'held-by-another'; readonly lease: Lease; readonly judged: 'alive' | 'elsewhere' };

/** What a claim is judged by. */
export interface ClaimParts {
  readonly journal: Journal;
  readonly self: ProcessIdentity;
  readonly now: number;
  /** Whether exactly this process lives, on this machine and in this namespace. */
  readonly isAlive: (identity: ProcessIdentity) => boolean;
  /** A person says that the holder elsewhere is dead. */
  readonly steal: boolean;
}

/** Takes the lease if it is free, or if its holder is dead. */
export function claim({ journal, self, now, isAlive, steal }: ClaimParts): Claim {
  const isElsewhere = (holder: ProcessIdentity): boolean =>
    holder.host !== self.host || (holder.bootId === self.bootId && holder.pidNamespace !== self.pidNamespace);
  const outcome = journal.acquire(self, now, ({ holder }) =>
    isElsewhere(holder) ? steal : !isAlive(holder),
  );
  if (!('heldBy' in outcome)) return { type: 'held-by-us', lease: outcome };
  const judged = isElsewhere(outcome.heldBy.holder) ? 'elsewhere' : 'alive';
  return { type: 'held-by-another', lease: outcome.heldBy, judged };
}
