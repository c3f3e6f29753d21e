/**
 * Driving a run, from the moment the lease is held to the moment it is given back. Owns: the order of those steps, and that the
 * lease is looked after however the run ends.
 */
import { decide } from '../core/decide.ts';
import type { NodeId, Step } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import { invariant } from '../core/invariant.ts';
import type { Bead } from '../core/plan.ts';
import { isInWork } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import { Fenced, isFenced, isJournalProblem, type Journal } from '../ports/journal.ts';
import { Chronicle } from './chronicle.ts';
import { Crew } from './crew.ts';
import { Driver } from './driver.ts';
import { replayWith } from './history.ts';
import { Inbox, joinInputs } from './inbox.ts';
import { dismissStale } from './message.ts';
import {
  doneAtOpening,
  finishedRun,
  type Opening,
  open,
  type RunRequest,
  unmetRequirements,
} from './opening.ts';
import { RowNames } from './roster.ts';
import { type Selection, standingOf } from './selection.ts';
import type { Here, SessionEnd, SessionParts } from './session-parts.ts';
import { SnapshotKeeper } from './snapshots.ts';
import { Sweeper } from './sweeper.ts';
import { Vigil } from './vigil.ts';

/** How the lease came to be held. */
export interface Lead {
  readonly epoch: number;
  /** Its last holder never gave it back. */
  readonly hasDied: boolean;
  /** This terminal followed the run before. */
  readonly takesOver: boolean;
}

/** How driving came to its end; `left`: others go on with the run, or will. */
export type LeadEnd = SessionEnd | { readonly type: 'left'; readonly store: Store };

/** Drives what is asked for until the run is settled or paused, or others go on with it. */
export async function lead(
  parts: SessionParts,
  request: RunRequest,
  here: Here,
  how: Lead,
): Promise<LeadEnd> {
  const { journal, clock } = parts;
  const { epoch, hasDied, takesOver } = how;
  const { wish, terminals } = here;
  try {
    dismissStale(journal, epoch, here.stale);
    const finished = finishedRun(journal, request);
    if (finished !== undefined) return { type: 'nothing-to-do', run: finished };
    const opener = { terminal: terminals.own, takesOver };
    const select = wish.selection ?? request.select;
    const opening = open(journal, { ...request, select }, clock.now(), parts.isStillThere, opener);
    wish.selection ??= opening.selection;
    if (!takesOver && wish.selection !== 'all' && request.waitMs === 0) {
      const done = doneAtOpening(opening);
      const requirements = unmetRequirements(request.plan, wish.selection, (id) => done.has(id));
      if (requirements.size > 0) return { type: 'unmet', requirements };
    }
    if (isFinished(opening, request, wish.selection, takesOver))
      return { type: 'nothing-to-do', run: opening.header };
    if (hasDied && !opening.isNew) await sweepRun(parts, opening);
    return await drive(parts, request, here, opening, how);
  } finally {
    releaseUnlessFenced(journal, epoch);
  }
}

async function sweepRun({ performers, observer }: SessionParts, { header, store }: Opening): Promise<void> {
  const inWork = new Map<string, Step>();
  for (const id of store.inWork) {
    const { phase } = store.node(id);
    if (isInWork(phase)) inWork.set(`${id}.${phase.attempt}`, phase.step);
  }
  const leftovers = await performers(header).sweepRun(header.run, inWork);
  if (leftovers.length > 0) observer.swept(leftovers);
}

async function drive(
  parts: SessionParts,
  request: RunRequest,
  here: Here,
  opening: Opening,
  { epoch, takesOver }: Lead,
): Promise<LeadEnd> {
  const { journal, clock, observer } = parts;
  const { wish, terminals, interruption } = here;
  const { header, store, chronicle, roster, isNew } = opening;
  const performers = parts.performers(header);
  const sweeper = new Sweeper(
    performers,
    (leftovers) => observer.swept(leftovers),
    (error) => driver.breakOff(error),
  );
  const crew = new Crew({
    run: header.run,
    formula: request.plan.formula,
    roster,
    store,
    performers,
    sweep: () => sweeper.sweepNow(),
    folder: (bead, attempt) => parts.folder(header, bead, attempt),
    fence: () => {
      if (journal.lease()?.epoch !== epoch) throw new Fenced(`The lease with number ${epoch} is not held.`);
    },
  });
  const find = (id: NodeId): Bead | undefined => roster.find(id);
  const inbox = new Inbox({
    journal,
    header,
    store,
    roster,
    terminals,
    propose: ({ spec }, files) => {
      const spawned = files.map(({ name, text }) => ({ name, text, path: name }));
      return performers.propose({
        bead: roster.get(spec.id),
        node: spec,
        files: spawned,
        isByPerson: true,
        find,
      });
    },
  });
  const snapshots = new SnapshotKeeper({
    journal,
    epoch,
    run: header.run,
    store,
    roster,
    chronicle,
    seen: opening.seen,
    kept: opening.kept,
    after: parts.snapshotAfter,
  });
  const driver: Driver = new Driver({
    store,
    chronicle,
    journal,
    epoch,
    clock,
    crew,
    judge: (node) => parts.judge(request.plan, opening, node),
    onStall: (stall) => parts.onStall(header, stall),
    leavesPeople: parts.leavesPeople,
    answer: (message, history) => inbox.answer(message, history),
    observe: (run, changed, events) => {
      snapshots.committed(events.length);
      if (events.some((event) => event.type === 'step-succeeded' || event.type === 'attempt-failed'))
        sweeper.ask(clock);
      vigil.ask();
      // Nobody takes over a run that stands still: what works must not go on without a driver.
      if (interruption.aborted && run.phase === 'paused') halt();
      observer.committed(run, changed, events);
    },
  });
  using vigil = new Vigil({ store, clock, wish, terminals, tell: (input) => driver.tell(input) });
  if (isNew) {
    await abandonLatest(parts, request, epoch);
    journal.createRun(epoch, header);
  }
  observer.opened(opening, chronicle.rows(store));
  const orBreakOff = (act: () => void) => (): void => {
    try {
      act();
    } catch (error) {
      driver.breakOff(error);
    }
  };
  const readInbox = orBreakOff(() => {
    for (const message of inbox.read()) driver.ask(message);
    for (const addition of crew.liveAdditions()) driver.tell(addition);
  });
  const halt = (): void => driver.tell({ type: 'halt', by: String(interruption.reason) });
  const interrupt = orBreakOff(() => {
    // A terminal that has only just asked is company, too.
    readInbox();
    if (store.run.phase.phase !== 'active' || !inbox.hasCompany()) halt();
    else {
      driver.tell({ type: 'withdraw', terminal: terminals.own });
      driver.leave();
    }
  });
  const joins = takesOver && !isNew && store.run.phase.phase !== 'aborting' && !interruption.aborted;
  if (joins && wish.selection !== undefined)
    for (const input of joinInputs(store, { ...wish, selection: wish.selection }, request.by))
      driver.tell(input);
  using _doorbell = parts.listen(readInbox);
  // A message may have come after the lease and before the doorbell was heard.
  readInbox();
  if (interruption.aborted) interrupt();
  else interruption.addEventListener('abort', interrupt, { once: true });
  let isOurs = true;
  try {
    for (let end = await driver.drive(opening.input); ; end = await driver.driveOn()) {
      snapshots.rests();
      if (end.phase === 'left') return { type: 'left', store };
      await sweeper.sweepNow();
      readInbox();
      if (driver.isBehind) continue;
      if (!journal.release(epoch, 'inbox-empty') && journal.lease()?.epoch === epoch) continue;
      if (wish.givenUp !== undefined) return { type: 'unmet', requirements: wish.givenUp };
      const standing = standingOf(store, wish.selection ?? 'all');
      // It took its own wish back, and with that there was nothing left to do.
      if (interruption.aborted && end.phase === 'settled' && standing === 'open')
        return { type: 'interrupted' };
      return { type: 'ended', run: header, phase: end, standing };
    }
  } catch (error) {
    if (isFenced(error)) isOurs = false;
    if (isJournalProblem(error)) return { type: 'cut-off', run: header, problem: error };
    throw error;
  } finally {
    interruption.removeEventListener('abort', interrupt);
    // A fenced driver touches nothing: what is there belongs to its successor.
    if (isOurs) await sweeper.sweepNow();
    else sweeper.forget();
  }
}

/** What this terminal asks for is done, and nobody asks for it again. */
function isFinished(
  { isNew, store }: Opening,
  { rerun }: RunRequest,
  selection: Selection,
  takesOver: boolean,
): boolean {
  if (rerun || isNew || (takesOver && store.run.phase.phase !== 'settled')) return false;
  return standingOf(store, selection) === 'done';
}

/**
 * The formula's latest run is not gone on with: work of it that outlived its driver would go on beside the new run, and
 * nobody would ever take its result.
 */
async function abandonLatest(parts: SessionParts, request: RunRequest, epoch: number): Promise<void> {
  const { journal, clock } = parts;
  const latest = journal.latestRun(request.plan.formula.file);
  if (latest === undefined) return;
  const chronicle = new Chronicle(latest, new RowNames(journal.beads(latest.run)));
  const store = replayWith(journal, latest.run, chronicle);
  if (store.inWork.size === 0) return;
  const performers = parts.performers(latest);
  const inputs: Input[] = [{ type: 'halt', by: `a new run of ${request.by}` }];
  for (const id of store.inWork) {
    const { phase } = store.node(id);
    invariant(isInWork(phase), `${id} is in work`);
    const { attempt, step } = phase;
    await performers.settle(latest.run, id, attempt, step);
    inputs.push({ type: 'step-stopped', effect: { node: id, attempt, step } });
  }
  const events = inputs.flatMap((input) => decide(store, input, Math.max(clock.now(), store.run.lastAt)));
  for (const event of events) chronicle.note(event);
  const { run, beads } = chronicle.project(store, store.takeChanged());
  invariant(run !== undefined, 'a run has a row');
  journal.append(epoch, latest.run, events, { run: { ...run, note: 'given up for a newer run' }, beads });
}

function releaseUnlessFenced(journal: Journal, epoch: number): void {
  try {
    journal.release(epoch);
  } catch (error) {
    // The successor holds the lease already; and a disk that cannot be written was reported by the run itself. A lease
    // that is not given back is taken over as soon as this process is gone.
    if (!isFenced(error) && !isJournalProblem(error)) throw error;
  }
}
