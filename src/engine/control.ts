/**
 * What a request will come to, in one sentence for the person who asks. Only looks: the machine decides on what is
 * accepted, and what is refused never reaches it.
 */
import { admit } from '../core/additions.ts';
import type { Event, Outcome, Proposal } from '../core/events.ts';
import type { NodeId } from '../core/ids.ts';
import type { Input, Request } from '../core/input.ts';
import { unreachable } from '../core/invariant.ts';
import type { BeadNode } from '../core/plan.ts';
import { isExcused, isInWork, isSettled, type NodeState } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import { quote } from '../diagnostic/neutralise.ts';
import type { InboxMessage, Reply } from '../ports/journal.ts';
import { type Addition, type Asked, readMessage } from './message.ts';
import { accepted, refused } from './reply.ts';
import { nodeName, pauseSentence, phaseSentence } from './sentences.ts';

/** What becomes of a message: what the machine is told, if anything, and what its poster is. */
export interface Answer {
  readonly input: Input | undefined;
  readonly reply: Reply;
}

/** Makes beads of what a person described; a text: what is wrong with it. */
export type Propose = (node: NodeState & { spec: BeadNode }, files: Addition['files']) => Proposal | string;

/** Judges a message of the inbox, whatever it holds. `propose` is missing where nobody drives: nothing can be added then. */
export function answerMessage(
  store: Store,
  message: InboxMessage,
  history: () => Iterable<Event>,
  propose?: Propose,
): Answer {
  const asked = readMessage(message);
  switch (asked.type) {
    case 'nothing':
      return { input: undefined, reply: refused(asked.why) };
    case 'halt':
      return { input: asked.input, reply: accepted('what runs is being stopped') };
    case 'request':
    case 'addition': {
      const { run } = asked;
      if (run !== undefined && run !== store.run.run)
        return {
          input: undefined,
          reply: refused(
            `the gastown of this project is working on run ${store.run.run ?? ''}, not on ${run}`,
          ),
        };
      const request = asked.type === 'request' ? asked.request : added(store, asked, propose);
      if (typeof request === 'string') return { input: undefined, reply: refused(request) };
      const reply = answerRequest(store, request, history);
      return { input: reply.type === 'accepted' ? request : undefined, reply };
    }
    default:
      return unreachable(asked);
  }
}

function added(
  store: Store,
  { addition, by }: Extract<Asked, { type: 'addition' }>,
  propose: Propose | undefined,
): Request | string {
  if (propose === undefined) return 'nobody drives this run, so nothing can be added to it now';
  const node = store.nodes.get(addition.node);
  if (node === undefined) return `the run has no bead ${quote(nodeName(addition.node))}`;
  if (!isBead(node)) return `${nodeName(addition.node)} is no bead, and nothing can be added below it`;
  const proposal = propose(node, addition.files);
  return typeof proposal === 'string' ? proposal : { type: 'add', node: addition.node, by, proposal };
}

const isBead = (node: NodeState): node is NodeState & { spec: BeadNode } => node.spec.kind === 'bead';

/** `history`: the events of the run; read only to say who was faster. */
export function answerRequest(store: Store, request: Request, history: () => Iterable<Event>): Reply {
  const { phase } = store.run;
  if (phase.phase === 'settled' && !isHeardAfterwards(request.type, phase.outcome))
    return refused(`run ${store.run.run ?? ''} is over (${phase.outcome})`);
  if (phase.phase === 'aborting') return refused('the run is being cancelled');
  switch (request.type) {
    case 'approve':
    case 'reject':
      return decision(store, request, history);
    case 'answer': {
      const node = store.nodes.get(request.node);
      if (node === undefined) return unknown(request.node);
      const name = nodeName(request.node);
      if (node.phase.phase === 'asking')
        return accepted(`${name} has its answer: ${starts(store, 'its next attempt starts')}`);
      const who = lastWord(request.node, history, ['answered']);
      return refused(
        who === undefined
          ? `${name} asks nothing: ${phaseSentence(store.run, node)}`
          : `${who.by} answered ${name} already: ${phaseSentence(store.run, node)}`,
      );
    }
    case 'pause': {
      if (phase.phase === 'paused')
        return phase.reason.type === 'pause' || phase.halted
          ? refused(`the run stands still already: ${pauseSentence(phase.reason)}`)
          : accepted('the run stands still already, and stays so until gastown resume');
      const { working } = store.run;
      return accepted(
        `nothing new starts${working === 0 ? '' : `; what runs (${working}) is finished first`}`,
      );
    }
    case 'unpause':
      if (phase.phase !== 'paused') return refused('the run is not paused');
      return accepted('the run goes on');
    case 'retry': {
      const node = store.nodes.get(request.node);
      if (node === undefined) return unknown(request.node);
      if (!isSettled(node.phase) || node.phase.phase === 'done')
        return refused(`${nodeName(request.node)} cannot be tried again: ${phaseSentence(store.run, node)}`);
      return accepted(`${nodeName(request.node)} is tried again, with all its attempts`);
    }
    case 'skip': {
      const node = store.nodes.get(request.node);
      if (node === undefined) return unknown(request.node);
      const name = nodeName(request.node);
      if (node.spec.kind === 'sync') return refused(`${name} is no bead, and cannot be left out`);
      if (node.phase.phase === 'done' || isExcused(node.phase) || node.phase.phase === 'stopping')
        return refused(`${name} cannot be left out: ${phaseSentence(store.run, node)}`);
      return accepted(
        isInWork(node.phase)
          ? `${name} is stopped, then left out`
          : `${name} is left out, as if its condition did not hold`,
      );
    }
    case 'cancel': {
      const { working } = store.run;
      return accepted(
        `the run is over${working === 0 ? '' : ` as soon as what runs (${working}) is stopped`}`,
      );
    }
    case 'add': {
      const node = store.nodes.get(request.node);
      if (node === undefined) return unknown(request.node);
      if (isSettled(node.phase))
        return refused(
          `nothing can be added below ${nodeName(request.node)}: ${phaseSentence(store.run, node)}`,
        );
      const admission = admit(store, node, request.proposal);
      if (admission.type === 'refused') return refused(`the beads cannot be added: ${admission.why}`);
      const { kept, proposal } = admission;
      const begun = kept.length === 0 ? '' : `; begun already, and kept as it is: ${kept.join(', ')}`;
      return accepted(`${proposal.nodes.length} added below ${nodeName(request.node)}${begun}`);
    }
    default:
      return unreachable(request);
  }
}

/** A settled run may go on where something failed, and who decided is told also afterwards. */
function isHeardAfterwards(type: Request['type'], outcome: Outcome): boolean {
  switch (type) {
    case 'retry':
    case 'skip':
      return outcome !== 'done';
    case 'approve':
    case 'reject':
    case 'answer':
      return true;
    case 'pause':
    case 'unpause':
    case 'cancel':
    case 'add':
      return false;
    default:
      return unreachable(type);
  }
}

function decision(
  store: Store,
  { type, node: id }: Extract<Request, { type: 'approve' | 'reject' }>,
  history: () => Iterable<Event>,
): Reply {
  const node = store.nodes.get(id);
  if (node === undefined) return unknown(id);
  const name = nodeName(id);
  const { phase } = node.phase;
  if (phase !== 'gated' && phase !== 'proposing') {
    const who = lastWord(id, history, ['approved', 'rejected']);
    return refused(
      who === undefined
        ? `${name} is not waiting for approval: ${phaseSentence(store.run, node)}`
        : `${name} was ${who.type} by ${who.by} already: ${phaseSentence(store.run, node)}`,
    );
  }
  return accepted(type === 'approve' ? approval(store, node) : `${name} is rejected: ${rejection(node)}`);
}

function approval(store: Store, node: NodeState): string {
  const name = nodeName(node.spec.id);
  if (node.phase.phase === 'proposing') {
    const { proposal } = node;
    const admission = proposal === undefined ? undefined : admit(store, node, proposal);
    if (admission?.type === 'refused')
      return `${name} is approved, but its beads cannot be added any more: ${admission.why}`;
    const count = admission?.proposal.nodes.length ?? 0;
    return `${name} is approved: ${count === 1 ? '1 bead joins' : `${count} beads join`} the run`;
  }
  const isPaused = store.run.phase.phase === 'paused';
  const bead = isPaused ? 'it starts' : 'it starts as soon as there is a slot';
  const then = node.spec.kind === 'sync' ? 'the next level may start' : bead;
  return `${name} is approved: ${starts(store, then)}`;
}

function rejection(node: NodeState): string {
  if (node.phase.phase === 'proposing' && node.phase.attempt > 0)
    return 'its attempt counts as failed, and the next one is told why';
  return node.spec.kind === 'sync' ? 'the next level does not start' : 'it counts as failed';
}

/** Nothing starts while the run is paused, whatever was approved. */
function starts(store: Store, what: string): string {
  return store.run.phase.phase === 'paused' ? `${what} when the run goes on` : what;
}

type Word = Extract<Event, { type: 'approved' | 'rejected' | 'answered' }>;

/** Who spoke last about a node since it was last reopened. */
function lastWord(
  id: NodeId,
  history: () => Iterable<Event>,
  types: readonly Word['type'][],
): Word | undefined {
  let word: Word | undefined;
  for (const event of history()) {
    if (event.type === 'bead-reopened' && event.node === id) word = undefined;
    else if (
      (event.type === 'approved' || event.type === 'rejected' || event.type === 'answered') &&
      event.node === id
    )
      word = types.includes(event.type) ? event : word;
  }
  return word;
}

const unknown = (node: NodeId): Reply => refused(`the run has no bead ${quote(nodeName(node))}`);
