/**
 * Answers the inbox of a project that nobody drives. Owns: the lease, for a moment. Starts nothing: a run that could go
 * on is paused first, so that an approval is recorded now and acted on by whoever resumes.
 */
import { decide } from '../core/decide.ts';
import type { Event } from '../core/events.ts';
import type { NodeId, RunId, Step } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import { invariant } from '../core/invariant.ts';
import { isInWork } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import type { Answered, InboxMessage, Journal, ProcessIdentity, RunHeader } from '../ports/journal.ts';
import type { Clock } from '../ports/work.ts';
import { Chronicle } from './chronicle.ts';
import { answerMessage } from './control.ts';
import { replayWith } from './history.ts';
import { claim } from './lease.ts';
import { readMessage } from './message.ts';
import { refused } from './reply.ts';
import { RowNames } from './roster.ts';
import { Terminals } from './terminals.ts';

/** What a stand-in is made from. */
export interface StandInParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly self: ProcessIdentity;
  readonly isAlive: (identity: ProcessIdentity) => boolean;
  /** Makes sure that nothing is left of one step of an attempt. */
  readonly settle: (run: RunId, node: NodeId, attempt: number, step: Step) => Promise<void>;
}

/** Answers what was asked of `run`; `driven`: somebody else holds the lease, or follows the run and will take it, and will. */
export async function standIn(parts: StandInParts, header: RunHeader): Promise<'answered' | 'driven'> {
  const { journal, clock, self, isAlive } = parts;
  const claimed = claim({ journal, self, now: clock.now(), isAlive, steal: false });
  if (claimed.type === 'held-by-another') return 'driven';
  const { epoch } = claimed.lease;
  try {
    const messages = journal.inbox().filter((message) => isAbout(message, header.run));
    return messages.length === 0 || (await answerAll(parts, header, epoch, messages)) ? 'answered' : 'driven';
  } finally {
    journal.release(epoch);
  }
}

/** What is meant for whichever driver comes, or for another run, is left alone. */
function isAbout(message: InboxMessage, run: RunId): boolean {
  const asked = readMessage(message);
  return (asked.type === 'request' || asked.type === 'addition') && asked.run === run;
}

/** False where a terminal that follows the run is about to drive it: to that one it must not seem to have been stopped. */
async function answerAll(
  { journal, clock, self, isAlive, settle }: StandInParts,
  header: RunHeader,
  epoch: number,
  messages: readonly InboxMessage[],
): Promise<boolean> {
  const { run } = header;
  const names = new RowNames(journal.beads(run));
  const chronicle = new Chronicle(header, names);
  const store = replayWith(journal, run, chronicle);
  if (new Terminals({ self, isAlive }).hasCompany(store)) return false;
  const events: Event[] = [];
  const take = (input: Input): void => {
    for (const event of decide(store, input, clock.now())) {
      chronicle.note(event);
      events.push(event);
    }
  };
  const history = function* (): Iterable<Event> {
    yield* journal.events(run);
    yield* events;
  };
  const answered: Answered[] = [];
  for (const message of messages) {
    const answer = answerMessage(store, message, history);
    if (answer.input !== undefined && isForDrivers(answer.input)) {
      answered.push({ id: message.id, reply: UNDRIVEN });
      continue;
    }
    const mustPause = answer.input !== undefined && wouldStart(store, answer.input);
    if (mustPause) take({ type: 'pause', by: message.from });
    const { input, reply } = mustPause ? answerMessage(store, message, history) : answer;
    if (input !== undefined) take(input);
    answered.push({ id: message.id, reply });
  }
  if (store.run.phase.phase === 'aborting')
    for (const id of [...store.inWork]) {
      const { phase } = store.node(id);
      invariant(isInWork(phase), `${id} is in work`);
      const { attempt, step } = phase;
      await settle(run, id, attempt, step);
      take({ type: 'step-stopped', effect: { node: id, attempt, step } });
    }
  if (events.length > 0)
    journal.append(epoch, run, events, chronicle.project(store, store.takeChanged()), answered);
  else for (const { id, reply } of answered) journal.handled(epoch, id, reply);
  return true;
}

/** Makes sense only while somebody drives. */
const isForDrivers = ({ type }: Input): boolean => type === 'unpause';

const UNDRIVEN = refused('nobody drives this run; gastown resume goes on');

/** Whether deciding on it could start an attempt, which nobody would carry out. */
function wouldStart({ run }: Store, { type }: Input): boolean {
  if (type === 'pause' || type === 'cancel') return false;
  return run.phase.phase === 'active' || type === 'retry' || type === 'skip';
}
