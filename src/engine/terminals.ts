/**
 * Which terminals ask for something of a run. A terminal's name in events tells its process, so whoever drives can see, after
 * any number of take-overs, which of them are still there.
 */
import type { Store } from '../core/store.ts';
import type { ProcessIdentity } from '../ports/journal.ts';

/** What terminals are judged by. */
export interface TerminalParts {
  readonly self: ProcessIdentity;
  readonly isAlive: (identity: ProcessIdentity) => boolean;
}

export class Terminals {
  /** The name of this one. */
  readonly own: string;
  readonly #parts: TerminalParts;

  constructor(parts: TerminalParts) {
    this.#parts = parts;
    this.own = nameOf(parts.self);
  }

  /** Only processes of this machine and namespace can join a run, so only they are looked for. */
  isAlive(name: string): boolean {
    const [, pid, startTime] = NAME.exec(name) ?? [];
    if (pid === undefined || startTime === undefined) return false;
    const { self, isAlive } = this.#parts;
    return isAlive({ ...self, pid: Number(pid), startTime });
  }

  /** Whether another living terminal asks for something. */
  hasCompany({ run }: Store): boolean {
    return [...run.selections.keys()].some((name) => name !== this.own && this.isAlive(name));
  }
}

const NAME = /^(\d{1,10})-(.+)$/s;

const nameOf = ({ pid, startTime }: ProcessIdentity): string => `${pid}-${startTime}`;
