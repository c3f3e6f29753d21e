/** What `approve`, `skip`, `pause` and the like share: asking something of a run and telling what came of it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { standInLocally, userName } from '../compose.ts';
import type { NodeId } from '../core/ids.ts';
import { neutralise } from '../diagnostic/neutralise.ts';
import type { RequestBody } from '../engine/message.ts';
import { openJournal, openReader } from '../journal/open.ts';
import { systemClock } from '../os/clock.ts';
import { ring } from '../os/doorbell.ts';
import type { Journal, Lease, Reply, RunRow } from '../ports/journal.ts';
import { doorbellOf, stateFolderOf } from '../project/state-folder.ts';
import { type Context, EXIT } from './context.ts';
import { refuseInsideAttempt } from './inside-attempt.ts';
import { isSyncName, nodeNamed } from './node-name.ts';
import { findProject } from './place.ts';
import { holderOf } from './status-report.ts';
import { print } from './terminal/console.ts';
import { sayUnknownBead } from './unknown-bead.ts';

const POLL_MS = 50;
/** After this long a person wants to know what is waited for. */
const QUIET_MS = 2_000;
/** A holder that cannot be judged from here gets this long to answer. */
const PATIENCE_MS = 60_000;

export interface PetitionFlags {
  readonly formula?: string;
}

/** What is asked; `node`: what a person calls the bead or sync point it is about. */
export interface Petition {
  readonly command: string;
  readonly flags: PetitionFlags;
  readonly node?: string;
  readonly body: (node: NodeId) => RequestBody;
}

/** Asks, waits for the answer, prints it, and sets the exit code. */
export async function petition(context: Context, { command, flags, node, body }: Petition): Promise<void> {
  const { stdout, stderr, env } = context.console;
  if (refuseInsideAttempt(context, command)) return;
  const place = await findProject(context, flags);
  if (place === undefined) return;
  const { root } = place;
  const stateFolder = stateFolderOf(root);
  const found = latestRun(stateFolder, place.formulaFile, node);
  if (found === undefined) {
    print(stderr, ['error: nothing was run yet', '  = hint: gastown run starts it']);
    context.exit(EXIT.usage);
    return;
  }
  const { run } = found;
  if (found.type === 'no-such-node') {
    sayUnknownBead(context, node ?? '', found.known);
    return;
  }
  using journal = openJournal(stateFolder);
  const key = randomUUID();
  journal.post({
    key,
    type: 'request',
    body: { ...body(found.node), run: run.run },
    from: userName(env),
    at: systemClock.now(),
  });
  ring(doorbellOf(stateFolder));
  const answer = await waitForReply(context, journal, key, () =>
    standInLocally(root, journal, run, (sentence) => print(stderr, [neutralise(sentence)])),
  );
  if ('silent' in answer) {
    const { host, pid } = answer.silent.holder;
    print(stderr, [
      `error: the gastown on ${neutralise(host)} (process ${pid}) does not answer`,
      '  = hint: if you know that it is dead: gastown resume --steal',
    ]);
    context.exit(EXIT.failed);
    return;
  }
  const { reply, isDriven } = answer;
  if (reply.type === 'refused') {
    // What is wrong with descriptions of beads is said line by line.
    const [first = '', ...rest] = reply.sentence.split('\n').map(neutralise);
    print(stderr, [`error: ${first}`, ...rest]);
    context.exit(EXIT.usage);
    return;
  }
  const isOver = journal.latestRun(place.formulaFile)?.phase === 'settled';
  print(stdout, [
    neutralise(reply.sentence),
    ...(isDriven || isOver ? [] : ['  = hint: nobody drives this run now; gastown resume goes on']),
  ]);
}

type Found =
  | { readonly type: 'found'; readonly run: RunRow; readonly node: NodeId }
  | { readonly type: 'no-such-node'; readonly run: RunRow; readonly known: readonly string[] };

function latestRun(stateFolder: string, formulaFile: string, name: string | undefined): Found | undefined {
  using reader = openReader(stateFolder);
  const run = reader?.latestRun(formulaFile);
  if (reader === undefined || run === undefined) return undefined;
  const node = nodeNamed(name ?? '');
  // Sync points have no rows: whoever answers knows them.
  if (name === undefined || isSyncName(name) || reader.bead(run.run, node) !== undefined)
    return { type: 'found', run, node };
  return { type: 'no-such-node', run, known: reader.beads(run.run).map(({ id }) => id) };
}

type Answer = { readonly reply: Reply; readonly isDriven: boolean } | { readonly silent: Lease };

/** Whoever drives answers; where nobody does, we do. */
async function waitForReply(
  { console }: Context,
  journal: Journal,
  key: string,
  standIn: () => Promise<'answered' | 'driven'>,
): Promise<Answer> {
  const askedAt = systemClock.now();
  let isDriven = true;
  let isTold = false;
  for (;;) {
    const reply = journal.replyTo(key);
    if (reply !== undefined) return { reply, isDriven };
    const lease = journal.lease();
    const holder = lease === undefined ? 'gone' : holderOf(lease);
    const waitedMs = systemClock.now() - askedAt;
    if (lease === undefined || holder === 'gone') {
      isDriven = (await standIn()) === 'driven';
      if (!isDriven) continue;
    } else if (holder === 'elsewhere' && waitedMs > PATIENCE_MS) return { silent: lease };
    else if (waitedMs > QUIET_MS && !isTold) {
      isTold = true;
      print(console.stderr, [`waiting for gastown (process ${lease.holder.pid}) to answer`]);
    }
    await delay(POLL_MS);
  }
}
