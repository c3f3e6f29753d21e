/**
 * The driver's side of the inbox. Owns: which terminals have asked and were not answered yet. Does not own: what people ask
 * (`control.ts`), and when a message is handled (`driver.ts`).
 * I1  Only terminals that live, and want something of the plan that is driven, join its run.
 */
import type { Event } from '../core/events.ts';
import type { NodeId } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import type { Store } from '../core/store.ts';
import type { InboxMessage, Journal, Reply, RunHeader } from '../ports/journal.ts';
import { answerMessage, type Propose } from './control.ts';
import { OTHER_PLAN, readSelect, readWithdraw, type SelectMessage } from './join-message.ts';
import { accepted, refused } from './reply.ts';
import type { Roster } from './roster.ts';
import { lostRequirements, unsuccessfulOf } from './selection.ts';
import type { Terminals } from './terminals.ts';

/** What becomes of a message: what the machine is told, and what its poster is. */
export interface Verdict {
  readonly inputs: readonly Input[];
  readonly reply: Reply;
}

/** What an inbox is made from. */
export interface InboxParts {
  readonly journal: Journal;
  readonly header: RunHeader;
  readonly store: Store;
  readonly roster: Roster;
  readonly terminals: Terminals;
  readonly propose: Propose;
}

export class Inbox {
  readonly #parts: InboxParts;
  /** Terminals whose wish has come, and is not in the run yet. */
  readonly #asking = new Map<number, string>();

  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  /** What waits, oldest first. */
  read(): readonly InboxMessage[] {
    const messages = this.#parts.journal.inbox();
    for (const message of messages) {
      const terminal = readSelect(message)?.terminal;
      if (terminal !== undefined) this.#asking.set(message.id, terminal);
    }
    return messages;
  }

  /** Whether another living terminal wants something of the run. */
  hasCompany(): boolean {
    const { terminals, store } = this.#parts;
    return terminals.hasCompany(store) || [...this.#asking.values()].some((name) => terminals.isAlive(name));
  }

  answer(message: InboxMessage, history: () => Iterable<Event>): Verdict {
    this.#asking.delete(message.id);
    switch (message.type) {
      case 'select':
        return this.#join(message);
      case 'withdraw': {
        const gone = readWithdraw(message);
        if (gone === undefined) return { inputs: [], reply: refused('the message names no terminal') };
        return { inputs: [{ type: 'withdraw', ...gone }], reply: accepted('the run does without it') };
      }
      default: {
        const { input, reply } = answerMessage(this.#parts.store, message, history, this.#parts.propose);
        return { inputs: input === undefined ? [] : [input], reply };
      }
    }
  }

  #join(message: InboxMessage): Verdict {
    const { header, store, roster, terminals } = this.#parts;
    const wanted = readSelect(message);
    const no = (sentence: string): Verdict => ({ inputs: [], reply: refused(sentence) });
    if (wanted === undefined) return no('the message holds no selection');
    const { selection } = wanted;
    if (wanted.formulaFile !== header.formulaFile)
      return no(`another formula of this project is being run: ${header.formulaFile}`);
    if (wanted.planHash !== header.planHash) return no(OTHER_PLAN);
    const unknown = selection === 'all' ? undefined : selection.find((id) => roster.find(id) === undefined);
    if (unknown !== undefined) return no(`the run has no bead ${unknown}`);
    // One that is gone waits for nothing any more, and nobody would withdraw what it wanted.
    if (!terminals.isAlive(wanted.terminal)) return no('the terminal that asked is gone');
    return { inputs: joinInputs(store, wanted, message.from), reply: accepted('the run does that, too') };
  }
}

/** What the machine is told when a terminal's wish joins those of others. */
export function joinInputs(
  store: Store,
  { terminal, selection, isNew }: Pick<SelectMessage, 'terminal' | 'selection' | 'isNew'>,
  by: string,
): Input[] {
  const select: Input = { type: 'select', terminal, nodes: selection };
  if (!isNew) return [select];
  const retry = (node: NodeId): Input => ({ type: 'retry', node, by });
  // What they require first: a bead that requires what failed would be skipped at once.
  return [
    ...lostRequirements(store, selection).map(retry),
    select,
    ...unsuccessfulOf(store, selection).map(retry),
  ];
}
