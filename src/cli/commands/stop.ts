/** `gastown stop`: asks the gastown that runs this project to stop, and waits until it has. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { userName } from '../../compose.ts';
import { neutralise } from '../../diagnostic/neutralise.ts';
import { openJournal, openReader } from '../../journal/open.ts';
import { systemClock } from '../../os/clock.ts';
import { ring } from '../../os/doorbell.ts';
import type { Journal, JournalReader, Lease } from '../../ports/journal.ts';
import type { ProjectPlace } from '../../project/discover.ts';
import { doorbellOf, stateFolderOf } from '../../project/state-folder.ts';
import { countStatuses } from '../../view/progress.ts';
import { type Context, EXIT } from '../context.ts';
import { refuseInsideAttempt } from '../inside-attempt.ts';
import { findProject } from '../place.ts';
import { holderOf } from '../status-report.ts';
import { print } from '../terminal/console.ts';

const POLL_MS = 100;
/** A holder that cannot be judged from here gets this long to answer. */
const PATIENCE_MS = 60_000;
/** A terminal that follows the run takes over within this time when its driver dies. */
const TAKE_OVER_MS = 1_000;

export async function stop(this: Context, flags: { readonly formula?: string }): Promise<void> {
  const { stdout, stderr, env } = this.console;
  if (refuseInsideAttempt(this, 'stop')) return;
  const place = await findProject(this, flags);
  if (place === undefined) return;
  const stateFolder = stateFolderOf(place.root);
  const lease = currentLease(stateFolder);
  if (lease === undefined) {
    print(stdout, ['nothing is running here']);
    return;
  }
  if (holderOf(lease) === 'gone') {
    print(stdout, interrupted(lease));
    return;
  }
  using journal = openJournal(stateFolder);
  const key = randomUUID();
  journal.post({
    key,
    type: 'stop',
    body: null,
    from: userName(env),
    at: systemClock.now(),
  });
  ring(doorbellOf(stateFolder));
  print(stderr, [`asked gastown (process ${lease.holder.pid}) to stop; waiting until it has`]);
  switch (await waitForEnd(journal, lease, place, key)) {
    case 'released':
      print(stdout, stopped(journal, place));
      return;
    case 'gone':
      print(stdout, interrupted(lease));
      return;
    case 'silent':
      print(stderr, [
        `error: the gastown on ${neutralise(lease.holder.host)} (process ${lease.holder.pid}) does not answer`,
        '  = hint: if you know that it is dead: gastown resume --steal',
      ]);
      this.exit(EXIT.failed);
  }
}

function currentLease(stateFolder: string): Lease | undefined {
  using reader = openReader(stateFolder);
  return reader?.lease();
}

/** Terminals that follow a run take it over from one that leaves, and are stopped, too. */
async function waitForEnd(
  journal: Journal,
  { epoch }: Lease,
  { formulaFile }: ProjectPlace,
  key: string,
): Promise<'released' | 'gone' | 'silent'> {
  const askedAt = systemClock.now();
  let goneSince: number | undefined;
  for (;;) {
    const now = journal.lease();
    if (now === undefined) return 'released';
    if (now.epoch !== epoch) {
      // Whoever holds it now has answered, or will; and a run that goes on after that was resumed by somebody.
      const reply = journal.replyTo(key);
      const goesOn = journal.latestRun(formulaFile)?.phase === 'active';
      if (reply?.type === 'refused' || (reply !== undefined && goesOn)) return 'released';
    }
    const holder = holderOf(now);
    if (holder === 'elsewhere' && systemClock.now() - askedAt > PATIENCE_MS) return 'silent';
    if (holder !== 'gone') goneSince = undefined;
    else {
      goneSince ??= systemClock.now();
      if (systemClock.now() - goneSince > TAKE_OVER_MS) return 'gone';
    }
    await delay(POLL_MS);
  }
}

function stopped(reader: JournalReader, { formulaFile }: ProjectPlace): string[] {
  const run = reader.latestRun(formulaFile);
  if (run === undefined) return ['stopped'];
  const beads = reader.beads(run.run);
  const done = `${countStatuses(beads).done} of ${beads.length} beads done (run ${neutralise(run.run)})`;
  return run.phase === 'settled'
    ? [`it had ended by itself: ${done}`]
    : [`stopped: ${done}`, '  = hint: gastown resume goes on'];
}

const interrupted = ({ holder }: Lease): string[] => [
  `nothing is running here: the gastown that ran this (process ${holder.pid}) is gone without having stopped`,
  'what its beads had started may still be at work',
  '  = hint: gastown resume takes care of it and goes on',
];
