/**
 * Whether a session holds anybody but its leader, asked after every command and therefore cheap.
 *
 * Owns: the set of young processes. Does not own: killing them (`process-tree.ts`).
 * I1 Every process started since this census began is looked at once; those of watched sessions are remembered.
 * I2 An answer "nobody" is true for the moment of asking, for processes that stayed in the session. (A process can
 *    leave for a session of its own, never join one: leavers are found by the marker sweep.)
 *
 * The kernel numbers processes upwards and tells the last number given out: the numbers since the last look are the
 * only candidates. When there are too many of them, or the numbers wrapped around, all processes are looked at.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { hasProcessTable, listPids, processFacts } from './process-table.ts';

/** Above this many new numbers, listing all processes is cheaper than asking for each number. */
const maxCandidates = 512;

/** Watches sessions for members other than their leader. */
export class ProcessCensus implements Disposable {
  readonly #lastPid: number | undefined;
  readonly #text = Buffer.alloc(128);
  readonly #members = new Map<number, Set<number>>();
  #seenUpTo = 0;

  constructor() {
    this.#lastPid = hasProcessTable ? openSync('/proc/loadavg', 'r') : undefined;
    this.#seenUpTo = this.#readLastPid();
  }

  /** Starts watching the session of a leader that has started nothing yet. */
  watch(session: number): void {
    this.#members.set(session, new Set());
  }

  forget(session: number): void {
    this.#members.delete(session);
  }

  /** True when a living process other than the leader is in a watched session. Without a process table always false. */
  hasCompany(session: number): boolean {
    if (this.#lastPid === undefined) return false;
    this.#look();
    const members = this.#members.get(session);
    if (members === undefined) return false;
    for (const pid of members) {
      if (processFacts(pid)?.session === session) return true;
      members.delete(pid);
    }
    return false;
  }

  [Symbol.dispose](): void {
    if (this.#lastPid !== undefined) closeSync(this.#lastPid);
    this.#members.clear();
  }

  #look(): void {
    const last = this.#readLastPid();
    const first = this.#seenUpTo + 1;
    this.#seenUpTo = last;
    // Written so that an unreadable number (NaN) also means: look at all.
    if (!(last >= first - 1 && last - first < maxCandidates)) {
      for (const pid of listPids()) this.#note(pid);
      return;
    }
    for (let pid = first; pid <= last; pid += 1) {
      if (existsSync(`/proc/${pid}`)) this.#note(pid);
    }
  }

  #note(pid: number): void {
    const session = processFacts(pid)?.session;
    if (session !== undefined && session !== pid) this.#members.get(session)?.add(pid);
  }

  #readLastPid(): number {
    if (this.#lastPid === undefined) return 0;
    const length = readSync(this.#lastPid, this.#text, 0, this.#text.length, 0);
    // "0.20 0.18 0.12 1/80 11206"
    return Number(this.#text.toString('latin1', 0, length).trim().split(' ').at(-1));
  }
}
