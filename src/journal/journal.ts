/**
 * Writing the journal. Owns: transactions, the fence, the reserve against a full disk. Does not own: reading, what events mean.
 * I1 A batch of events, what it changes for readers and the answers to messages that led to it are one transaction: on disk, or nowhere.
 * I2 Only the holder of the lease's present epoch appends; everybody else gets Fenced and changes nothing.
 * I3 A run is visible from its first commit on; a header alone (its driver died at once) is not a run.
 * I4 A posted key is kept for ever: posting it again changes nothing, also after it was handled.
 */
import { dirname, join } from 'node:path';
import type { Event } from '../core/events.ts';
import { type RunId, runId } from '../core/ids.ts';
import { invariant } from '../core/invariant.ts';
import { BUILD } from '../os/build.ts';
import { exists } from '../os/files.ts';
import {
  type Answered,
  Fenced,
  type InboxMessage,
  type Journal,
  JournalProblem,
  type Lease,
  type ProcessIdentity,
  type Projection,
  type Reply,
  type RunHeader,
  type RunSnapshot,
} from '../ports/journal.ts';
import type { Ballast } from './ballast.ts';
import { encodeEvent, type Upcasts } from './codec.ts';
import type { Connection } from './connection.ts';
import { plainly } from './plainly.ts';
import { SqliteReader } from './reader.ts';
import { isReply } from './rows.ts';
import { RUN_SPAN } from './schema.ts';

/** Rows in one statement, and in one text. */
const ROWS_AT_ONCE = 2_000;

/** The whole SQLite journal, for whoever drives or wants to. */
export class SqliteJournal extends SqliteReader implements Journal {
  readonly #connection: Connection;
  readonly #upcasts: Upcasts;
  readonly #ballast: Ballast;

  constructor(connection: Connection, upcasts: Upcasts, ballast: Ballast) {
    super(connection, upcasts);
    this.#connection = connection;
    this.#upcasts = upcasts;
    this.#ballast = ballast;
  }

  acquire(
    self: ProcessIdentity,
    at: number,
    mayTake: (holder: Lease) => boolean,
  ): Lease | { readonly heldBy: Lease } {
    for (;;) {
      const seen = this.leaseState();
      // Asked outside the transaction: finding out whether a process lives takes time, and others must go on writing.
      if (seen.lease !== undefined && !mayTake(seen.lease)) return { heldBy: seen.lease };
      const taken = this.#write(() => {
        const { epoch } = this.leaseState();
        if (epoch !== seen.epoch) return undefined;
        const lease: Lease = { epoch: epoch + 1, holder: self, acquiredAt: at };
        this.#connection.run(
          'UPDATE lease SET epoch = ?, holder = ?, acquired_at = ?',
          lease.epoch,
          JSON.stringify(self),
          at,
        );
        return lease;
      });
      if (taken !== undefined) return taken;
      // Somebody was faster: judge the new holder.
    }
  }

  release(epoch: number, when: 'always' | 'inbox-empty' = 'always'): boolean {
    return this.#write(() => {
      if (this.leaseState().lease?.epoch !== epoch) return false;
      if (when === 'inbox-empty' && this.inbox().length > 0) return false;
      this.#connection.run('UPDATE lease SET holder = NULL, acquired_at = NULL');
      return true;
    });
  }

  createRun(epoch: number, header: RunHeader): void {
    this.#write(() => {
      this.#fence(epoch);
      invariant(this.runNumber(header.run) === undefined, `run ${header.run} exists already`);
      this.#connection.run(
        'INSERT INTO run (id, formula_file) VALUES (?, ?)',
        header.run,
        header.formulaFile,
      );
    });
  }

  nextRunId(): RunId {
    const last = this.#connection.get('SELECT max(number) AS last FROM run')?.['last'];
    // Folders of runs that an earlier journal knew may still be there: their records must not be taken for ours.
    let number = typeof last === 'number' ? last + 1 : 1;
    while (exists(join(dirname(this.#connection.path), 'runs', `r${number}`))) number += 1;
    return runId(`r${number}`);
  }

  append(
    epoch: number,
    run: RunId,
    events: readonly Event[],
    projection: Projection,
    answered: readonly Answered[] = [],
  ): void {
    this.#write(() => {
      this.#fence(epoch);
      for (const { id, reply } of answered) this.#answer(id, reply);
      const number = this.runNumber(run);
      invariant(number !== undefined, `run ${run} was not created`);
      this.#putRun(number, projection);
      let position = this.#last('event', 'position', number);
      for (const event of events) {
        position += 1;
        const body = encodeEvent(event, this.#upcasts);
        this.#connection.run('INSERT INTO event (position, body) VALUES (?, ?)', position, body);
      }
      if (projection.beads.length > 0) this.#putBeads(number, projection.beads);
    });
  }

  keepSnapshot(epoch: number, run: RunId, { events, body }: RunSnapshot): boolean {
    const text = JSON.stringify(body);
    // Not with the space that is kept back: that is for what has no second copy.
    return this.#connection.transaction('write', () => {
      if (this.leaseState().lease?.epoch !== epoch) return false;
      const number = this.runNumber(run);
      invariant(number !== undefined, `run ${run} was not created`);
      this.#connection.run('DELETE FROM snapshot');
      this.#connection.run('INSERT INTO snapshot VALUES (?, ?, ?, ?)', number, events, BUILD, text);
      return true;
    });
  }

  post(message: {
    readonly key: string;
    readonly type: string;
    readonly body: unknown;
    readonly from: string;
    readonly at: number;
  }): void {
    this.#write(() =>
      this.#connection.run(
        'INSERT INTO inbox (key, type, body, sender, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING',
        message.key,
        message.type,
        JSON.stringify(message.body ?? null),
        message.from,
        message.at,
      ),
    );
  }

  inbox(): readonly InboxMessage[] {
    const rows = this.#connection.all(
      // Anybody who may write into the file may have put a row there: numbers that are none of ours must not end a driver.
      'SELECT id, type, body, sender, CAST(at AS REAL) AS at FROM inbox WHERE handled = 0 AND id < ? ORDER BY id',
      Number.MAX_SAFE_INTEGER,
    );
    return rows.map((row) => ({
      id: Number(row['id']),
      type: String(row['type']),
      body: plainly(row['body']),
      from: String(row['sender']),
      at: Number(row['at']),
    }));
  }

  handled(epoch: number, id: number, reply: Reply): void {
    this.#write(() => {
      this.#fence(epoch);
      this.#answer(id, reply);
    });
  }

  replyTo(key: string): Reply | undefined {
    const row = this.#connection.get('SELECT handled, reply FROM inbox WHERE key = ?', key);
    if (row?.['handled'] !== 1) return undefined;
    // An older version handled it.
    if (row['reply'] === null) return { type: 'refused', sentence: 'nobody said what came of it' };
    return this.#connection.parse(row['reply'], isReply);
  }

  setSetting(key: string, value: string): void {
    this.#write(() =>
      this.#connection.run(
        'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        key,
        value,
      ),
    );
  }

  /** Runs a transaction; when the disk is full, once more with the space that was kept back for this. */
  #write<Result>(work: () => Result): Result {
    try {
      const result = this.#connection.transaction('write', work);
      this.#ballast.restore();
      return result;
    } catch (error) {
      const isFull = error instanceof JournalProblem && error.reason === 'full';
      if (!isFull || !this.#ballast.release()) throw error;
      return this.#connection.transaction('write', work);
    }
  }

  #answer(id: number, reply: Reply): void {
    this.#connection.run(
      'UPDATE inbox SET handled = 1, reply = ? WHERE handled = 0 AND id = ?',
      JSON.stringify(reply),
      id,
    );
  }

  #fence(epoch: number): void {
    // Asked with every commit: who holds it is read only when it is not ours.
    const row = this.#connection.get('SELECT epoch FROM lease WHERE holder IS NOT NULL');
    if (row?.['epoch'] === epoch) return;
    const { lease } = this.leaseState();
    throw new Fenced(
      lease === undefined
        ? `The lease with number ${epoch} was given back.`
        : `Another driver (process ${lease.holder.pid}) holds the lease now.`,
    );
  }

  #putRun(number: number, { run }: Projection): void {
    if (run !== undefined) {
      this.#connection.run('UPDATE run SET body = ? WHERE number = ?', JSON.stringify(run), number);
      return;
    }
    const visible = this.#connection.get(
      'SELECT body IS NOT NULL AS visible FROM run WHERE number = ?',
      number,
    );
    invariant(visible?.['visible'] === 1, 'the first commit of a run carries its row');
  }

  #putBeads(number: number, beads: Projection['beads']): void {
    let key = this.#last('bead', 'key', number) + 1;
    for (let from = 0; from < beads.length; from += ROWS_AT_ONCE) {
      const rows = beads.slice(from, from + ROWS_AT_ONCE);
      // One statement for many rows: row by row, the first commit of a large run took twice as long.
      // On conflict the new key is not used; the gap that leaves is harmless.
      this.#connection.run(
        `INSERT INTO bead (key, run, id, done, body)
         SELECT ? + key, ?, value ->> 'id', value ->> 'status' = 'done', value FROM json_each(?) WHERE true
         ON CONFLICT (run, id) DO UPDATE SET done = excluded.done, body = excluded.body`,
        key,
        number,
        JSON.stringify(rows),
      );
      key += rows.length;
    }
  }

  #last(table: 'event' | 'bead', key: 'position' | 'key', number: number): number {
    const row = this.#connection.get(
      `SELECT max(${key}) AS last FROM ${table} WHERE ${key} >= ? AND ${key} < ?`,
      number * RUN_SPAN,
      (number + 1) * RUN_SPAN,
    );
    return typeof row?.['last'] === 'number' ? row['last'] : number * RUN_SPAN;
  }
}
