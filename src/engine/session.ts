/**
 * One `gastown run`: it drives, or follows whoever does until it has to take over. Owns: which of the two it does. Does not own:
 * adapters, which it is given.
 */
import type { Store } from '../core/store.ts';
import { Follower } from './join.ts';
import { lead } from './lead.ts';
import { claim } from './lease.ts';
import type { RunRequest } from './opening.ts';
import type { Here, SessionEnd, SessionHandle, SessionParts } from './session-parts.ts';
import { Terminals } from './terminals.ts';
import { Wish } from './wish.ts';

export type { SessionEnd, SessionHandle, SessionObserver } from './session-parts.ts';

/** How long whoever leaves a run looks whether others take it over, and how often. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 100;

/**
 * Runs what is asked until it is settled or paused. Throws what the journal throws ({@link Fenced} included) after
 * everything it started has been stopped.
 */
export async function runSession(
  parts: SessionParts,
  request: RunRequest,
  onHandle: (handle: SessionHandle) => void,
): Promise<SessionEnd> {
  const { journal, clock, self, isAlive, steal, observer } = parts;
  const terminals = new Terminals({ self, isAlive });
  const interruption = new AbortController();
  const wish = new Wish(
    {
      terminal: terminals.own,
      waitMs: request.waitMs,
      onWait: (unmet, waitMs) => observer.waits(unmet, waitMs),
    },
    request.select === 'same' ? undefined : request.select,
  );
  const stale = journal.inbox();
  const here: Here = { terminals, wish, interruption: interruption.signal, stale };
  onHandle({ interrupt: (by) => interruption.abort(by) });
  let takesOver = false;
  for (;;) {
    // A lease that was never given back: its holder died, perhaps before it looked for what ended attempts left behind.
    const hasDied = journal.lease() !== undefined;
    const claimed = claim({ journal, self, now: clock.now(), isAlive, steal });
    if (claimed.type === 'held-by-us') {
      const end = await lead(parts, request, here, { epoch: claimed.lease.epoch, hasDied, takesOver });
      if (end.type !== 'left') return end;
      if (await isTakenOver(here, parts, end.store)) return { type: 'interrupted' };
      // Whoever should have gone on is gone, too: what works is stopped, as if this terminal had been alone.
      takesOver = true;
      continue;
    }
    if (claimed.judged === 'elsewhere') return { type: 'held-elsewhere', lease: claimed.lease };
    if (request.rerun) return { type: 'rerun-of-live', lease: claimed.lease };
    const follower = new Follower({
      journal,
      clock,
      request,
      wish,
      interruption: interruption.signal,
      holds: ({ holder }) => isAlive(holder),
      ring: parts.ring,
      onJoined: (run, rows) => observer.joined(run, rows),
      onFollowed: (run, changed, events) => observer.followed(run, changed, events),
    });
    const end = await follower.follow();
    if (end.type !== 'vacant') return end;
    takesOver = true;
  }
}

/** Work that was left alive must not be left to nobody: waits until another terminal drives. */
async function isTakenOver(
  { terminals }: Here,
  { journal, clock }: SessionParts,
  store: Store,
): Promise<boolean> {
  const leftAt = clock.now();
  while (journal.lease() === undefined) {
    if (!terminals.hasCompany(store)) return false;
    // One that lives and does nothing will be taken for gone by whoever comes next; what works is not lost.
    if (clock.now() - leftAt > PATIENCE_MS) return true;
    await new Promise<void>((resolve) => {
      clock.after(LOOK_EVERY_MS, resolve);
    });
  }
  return true;
}
