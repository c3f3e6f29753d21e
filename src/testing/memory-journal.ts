/**
 * A journal in memory, for simulations: the same promises as the SQLite one (the contract suite holds for both), and
 * faults on demand. Owns: one {@link MemoryDisk}'s content through one connection; several connections may share a disk,
 * as several processes share a file.
 */
import type { Event } from '../core/events.ts';
import { type NodeId, type RunId, runId } from '../core/ids.ts';
import { invariant } from '../core/invariant.ts';
import { decodeEvents, encodeEvent } from '../journal/codec.ts';
import {
  type Answered,
  type BeadRow,
  Fenced,
  type InboxMessage,
  type Journal,
  type Lease,
  type ProcessIdentity,
  type Projection,
  type Reply,
  type RunHeader,
  type RunRow,
  type RunSnapshot,
} from '../ports/journal.ts';

interface StoredRun {
  readonly header: RunHeader;
  row: RunRow | undefined;
  readonly events: string[];
  /** As many of them as somebody has read. */
  readonly decoded: Event[];
  readonly beads: Map<NodeId, BeadRow>;
}

/** What survives a simulated crash. */
export class MemoryDisk {
  /** Told of everything that is appended, whoever lives to see it. */
  onAppend: ((run: RunId, events: readonly Event[]) => void) | undefined;
  readonly runs = new Map<RunId, StoredRun>();
  readonly settings = new Map<string, string>();
  readonly messages: (InboxMessage & { readonly key: string })[] = [];
  readonly replies = new Map<number, Reply>();
  snapshot: (RunSnapshot & { readonly run: RunId }) | undefined;
  epoch = 0;
  lease: Lease | undefined;
  /** How many there were, in all runs. */
  appends = 0;
}

/** One write, as a fault hook sees it. */
export type JournalWrite =
  | {
      readonly type:
        | 'acquire'
        | 'release'
        | 'create-run'
        | 'post'
        | 'handled'
        | 'set-setting'
        | 'keep-snapshot';
    }
  | { readonly type: 'append'; readonly run: RunId; readonly events: readonly Event[] };

/** Called around every write; what a hook throws leaves the call. */
export interface JournalFaults {
  /**
   * Throwing here: nothing is stored (the disk is full, or the process died before the commit). Others may write here: a
   * process can be stopped between its decision and its transaction.
   */
  beforeCommit?(write: JournalWrite): void;
  /** Throwing here: everything is stored, but the caller never learns (the process died right after the commit). */
  afterCommit?(write: JournalWrite): void;
}

/** A {@link Journal} on a {@link MemoryDisk}. */
export class MemoryJournal implements Journal {
  readonly #disk: MemoryDisk;
  readonly #faults: JournalFaults;

  constructor(disk: MemoryDisk = new MemoryDisk(), faults: JournalFaults = {}) {
    this.#disk = disk;
    this.#faults = faults;
  }

  runs(): readonly RunRow[] {
    return [...this.#disk.runs.values()].flatMap(({ row }) => row ?? []);
  }

  latestRun(formulaFile?: string): RunRow | undefined {
    return this.runs().findLast((run) => formulaFile === undefined || run.formulaFile === formulaFile);
  }

  beads(run: RunId): readonly BeadRow[] {
    return [...(this.#disk.runs.get(run)?.beads.values() ?? [])];
  }

  finished(run: RunId, limit: number): readonly BeadRow[] {
    return this.beads(run)
      .filter(({ status }) => status === 'done')
      .slice(0, limit);
  }

  unfinished(run: RunId, limit: number): readonly BeadRow[] {
    return this.beads(run)
      .filter(({ status }) => status !== 'done')
      .slice(0, limit);
  }

  bead(run: RunId, id: NodeId): BeadRow | undefined {
    return this.#disk.runs.get(run)?.beads.get(id);
  }

  *events(run: RunId, after = 0): Iterable<Event> {
    const stored = this.#disk.runs.get(run);
    if (stored === undefined) return;
    const { events, decoded } = stored;
    const fresh = events.slice(decoded.length);
    if (fresh.length > 0) decoded.push(...decodeEvents(fresh.join(',')));
    yield* decoded.slice(after);
  }

  snapshot(run: RunId): RunSnapshot | undefined {
    const { snapshot } = this.#disk;
    return snapshot?.run === run ? snapshot : undefined;
  }

  lease(): Lease | undefined {
    return this.#disk.lease;
  }

  setting(key: string): string | undefined {
    return this.#disk.settings.get(key);
  }

  acquire(
    self: ProcessIdentity,
    at: number,
    mayTake: (holder: Lease) => boolean,
  ): Lease | { readonly heldBy: Lease } {
    for (;;) {
      const { epoch, lease: holder } = this.#disk;
      if (holder !== undefined && !mayTake(holder)) return { heldBy: holder };
      const taken = this.#write({ type: 'acquire' }, () => {
        // Asking may have let somebody else in, as in a real journal.
        if (this.#disk.epoch !== epoch) return () => undefined;
        const lease: Lease = { epoch: epoch + 1, holder: self, acquiredAt: at };
        return () => {
          this.#disk.epoch = lease.epoch;
          this.#disk.lease = lease;
          return lease;
        };
      });
      if (taken !== undefined) return taken;
    }
  }

  release(epoch: number, when: 'always' | 'inbox-empty' = 'always'): boolean {
    return this.#write({ type: 'release' }, () => {
      const isOurs = this.#disk.lease?.epoch === epoch;
      if (!isOurs || (when === 'inbox-empty' && this.inbox().length > 0)) return () => false;
      return () => {
        this.#disk.lease = undefined;
        return true;
      };
    });
  }

  createRun(epoch: number, header: RunHeader): void {
    this.#write({ type: 'create-run' }, () => {
      this.#fence(epoch);
      invariant(!this.#disk.runs.has(header.run), `run ${header.run} exists already`);
      return () => {
        this.#disk.runs.set(header.run, {
          header,
          row: undefined,
          events: [],
          decoded: [],
          beads: new Map(),
        });
      };
    });
  }

  nextRunId(): RunId {
    return runId(`r${this.#disk.runs.size + 1}`);
  }

  append(
    epoch: number,
    run: RunId,
    events: readonly Event[],
    projection: Projection,
    answered: readonly Answered[] = [],
  ): void {
    this.#write({ type: 'append', run, events }, () => {
      this.#fence(epoch);
      const stored = this.#disk.runs.get(run);
      invariant(stored !== undefined, `run ${run} was not created`);
      const row = projection.run ?? stored.row;
      invariant(row !== undefined, 'the first commit of a run carries its row');
      const texts = events.map((event) => encodeEvent(event));
      return () => {
        stored.row = row;
        for (const text of texts) stored.events.push(text);
        for (const bead of projection.beads) stored.beads.set(bead.id, bead);
        for (const { id, reply } of answered) this.#answer(id, reply);
        this.#disk.appends += 1;
        this.#disk.onAppend?.(run, events);
      };
    });
  }

  keepSnapshot(epoch: number, run: RunId, { events, body }: RunSnapshot): boolean {
    return this.#write({ type: 'keep-snapshot' }, () => {
      if (this.#disk.lease?.epoch !== epoch) return () => false;
      const snapshot = { run, events, body: JSON.parse(JSON.stringify(body)) as unknown };
      return () => {
        this.#disk.snapshot = snapshot;
        return true;
      };
    });
  }

  post(message: {
    readonly key: string;
    readonly type: string;
    readonly body: unknown;
    readonly from: string;
    readonly at: number;
  }): void {
    this.#write({ type: 'post' }, () => () => {
      const { messages } = this.#disk;
      if (messages.some(({ key }) => key === message.key)) return;
      const body: unknown = JSON.parse(JSON.stringify(message.body ?? null));
      messages.push({ ...message, body, id: messages.length + 1 });
    });
  }

  inbox(): readonly InboxMessage[] {
    return this.#disk.messages
      .filter(({ id }) => !this.#disk.replies.has(id))
      .map(({ key: _, ...message }) => message);
  }

  replyTo(key: string): Reply | undefined {
    const message = this.#disk.messages.find((posted) => posted.key === key);
    return message && this.#disk.replies.get(message.id);
  }

  handled(epoch: number, id: number, reply: Reply): void {
    this.#write({ type: 'handled' }, () => {
      this.#fence(epoch);
      return () => {
        this.#answer(id, reply);
      };
    });
  }

  setSetting(key: string, value: string): void {
    this.#write({ type: 'set-setting' }, () => () => {
      this.#disk.settings.set(key, value);
    });
  }

  [Symbol.dispose](): void {
    // The disk stays.
  }

  /** `check` throws or says how to commit: so nothing is changed unless everything can be. */
  #write<Result>(write: JournalWrite, check: () => () => Result): Result {
    this.#faults.beforeCommit?.(write);
    const result = check()();
    this.#faults.afterCommit?.(write);
    return result;
  }

  #answer(id: number, reply: Reply): void {
    if (!this.#disk.replies.has(id)) this.#disk.replies.set(id, reply);
  }

  #fence(epoch: number): void {
    if (this.#disk.lease?.epoch !== epoch) throw new Fenced(`The lease with number ${epoch} is not held.`);
  }
}
