/**
 * Reading the journal. Owns: nothing but its connection. Does not own: who may write.
 * I1 No read transaction outlives a call or a step of an iteration: a reader never keeps the write-ahead log from
 *    being folded back into the database.
 */
import type { Event } from '../core/events.ts';
import type { NodeId, RunId } from '../core/ids.ts';
import { BUILD } from '../os/build.ts';
import type { BeadRow, JournalReader, Lease, RunRow, RunSnapshot } from '../ports/journal.ts';
import { decodeEvents, UndecodableEvent, type Upcasts } from './codec.ts';
import type { Connection } from './connection.ts';
import { plainly } from './plainly.ts';
import { damaged, newer } from './problem.ts';
import { isBeadRow, isIdentity, isRunRow } from './rows.ts';
import { RUN_SPAN } from './schema.ts';

/** Rows read in one piece: few at first, more while they are short, so that no text is much longer than this. */
const FIRST_CHUNK = 64;
const LARGEST_CHUNK = 5_000;
const LONG_TEXT = 4 * 1024 * 1024;

const isBeadRows = (value: unknown): value is readonly BeadRow[] =>
  Array.isArray(value) && value.every(isBeadRow);

/** The lease's row; `lease` is undefined while nobody drives. */
export interface LeaseState {
  readonly epoch: number;
  readonly lease: Lease | undefined;
}

/** The reading half of the SQLite journal. */
export class SqliteReader implements JournalReader {
  readonly #connection: Connection;
  readonly #upcasts: Upcasts;
  readonly #numbers = new Map<RunId, number>();

  constructor(connection: Connection, upcasts: Upcasts) {
    this.#connection = connection;
    this.#upcasts = upcasts;
  }

  runs(): readonly RunRow[] {
    const rows = this.#connection.all('SELECT body FROM run WHERE body IS NOT NULL ORDER BY number');
    return rows.map((row) => this.#connection.parse(row['body'], isRunRow));
  }

  latestRun(formulaFile?: string): RunRow | undefined {
    const row = this.#connection.get(
      `SELECT body FROM run WHERE body IS NOT NULL AND (?1 IS NULL OR formula_file = ?1)
       ORDER BY number DESC LIMIT 1`,
      formulaFile ?? null,
    );
    return row && this.#connection.parse(row['body'], isRunRow);
  }

  beads(run: RunId): readonly BeadRow[] {
    return this.#connection.transaction('read', () => [...this.#eachBead(run)]);
  }

  *#eachBead(run: RunId): Iterable<BeadRow> {
    for (const texts of this.#chunks('bead', 'key', run))
      yield* this.#connection.parse(`[${texts}]`, isBeadRows);
  }

  bead(run: RunId, id: NodeId): BeadRow | undefined {
    const number = this.runNumber(run);
    if (number === undefined) return undefined;
    const row = this.#connection.get('SELECT body FROM bead WHERE run = ? AND id = ?', number, id);
    return row && this.#connection.parse(row['body'], isBeadRow);
  }

  finished(run: RunId, limit: number): readonly BeadRow[] {
    return this.#firstBeads(run, 1, limit);
  }

  unfinished(run: RunId, limit: number): readonly BeadRow[] {
    return this.#firstBeads(run, 0, limit);
  }

  #firstBeads(run: RunId, done: 0 | 1, limit: number): readonly BeadRow[] {
    const number = this.runNumber(run);
    if (number === undefined) return [];
    const row = this.#connection.get(
      `SELECT group_concat(body) AS texts
       FROM (SELECT body FROM bead WHERE key >= ? AND key < ? AND done = ? ORDER BY key LIMIT ?)`,
      number * RUN_SPAN,
      (number + 1) * RUN_SPAN,
      done,
      limit,
    );
    return this.#connection.parse(`[${typeof row?.['texts'] === 'string' ? row['texts'] : ''}]`, isBeadRows);
  }

  *events(run: RunId, after = 0): Iterable<Event> {
    // Positions of a run follow each other without a gap, from 1.
    for (const texts of this.#chunks('event', 'position', run, after + 1)) yield* this.#decode(texts);
  }

  snapshot(run: RunId): RunSnapshot | undefined {
    const number = this.runNumber(run);
    if (number === undefined) return undefined;
    const row = this.#connection.get(
      'SELECT events, body FROM snapshot WHERE run = ? AND build = ?',
      number,
      BUILD,
    );
    const events = row?.['events'];
    const body = plainly(row?.['body']);
    return typeof events === 'number' && body !== undefined ? { events, body } : undefined;
  }

  lease(): Lease | undefined {
    return this.leaseState().lease;
  }

  setting(key: string): string | undefined {
    const value = this.#connection.get('SELECT value FROM setting WHERE key = ?', key)?.['value'];
    return typeof value === 'string' ? value : undefined;
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  protected leaseState(): LeaseState {
    const row = this.#connection.get('SELECT epoch, holder, acquired_at FROM lease');
    const epoch = row?.['epoch'];
    if (row === undefined || typeof epoch !== 'number') {
      throw damaged(this.#connection.path, 'the row of the lease is missing');
    }
    const acquiredAt = row['acquired_at'];
    if (row['holder'] === null || typeof acquiredAt !== 'number') return { epoch, lease: undefined };
    const holder = this.#connection.parse(row['holder'], isIdentity);
    return { epoch, lease: { epoch, holder, acquiredAt } };
  }

  /** The number by which a run's keys are made; undefined for a run that was never created. */
  protected runNumber(run: RunId): number | undefined {
    const known = this.#numbers.get(run);
    if (known !== undefined) return known;
    const number = this.#connection.get('SELECT number FROM run WHERE id = ?', run)?.['number'];
    if (typeof number !== 'number') return undefined;
    this.#numbers.set(run, number);
    return number;
  }

  /** The bodies of a run's rows in order, some thousand at a time, joined by commas. */
  *#chunks(table: 'bead' | 'event', key: 'key' | 'position', run: RunId, first = 0): Iterable<string> {
    const number = this.runNumber(run);
    if (number === undefined) return;
    const end = (number + 1) * RUN_SPAN;
    let rows = FIRST_CHUNK;
    for (let from = number * RUN_SPAN + first; ; ) {
      const row = this.#connection.get(
        `SELECT group_concat(body) AS texts, max(${key}) AS last, count(*) AS rows
         FROM (SELECT ${key}, body FROM ${table} WHERE ${key} >= ? AND ${key} < ? ORDER BY ${key} LIMIT ?)`,
        from,
        end,
        rows,
      );
      const texts = row?.['texts'];
      const last = row?.['last'];
      if (typeof texts !== 'string' || typeof last !== 'number') return;
      yield texts;
      if (row?.['rows'] !== rows) return;
      from = last + 1;
      const fitting = Math.floor(rows * Math.min(8, LONG_TEXT / texts.length));
      rows = Math.max(1, Math.min(LARGEST_CHUNK, fitting));
    }
  }

  #decode(texts: string): readonly Event[] {
    try {
      return decodeEvents(texts, this.#upcasts);
    } catch (error) {
      if (!(error instanceof UndecodableEvent)) throw error;
      const { path } = this.#connection;
      throw error.reason === 'newer' ? newer(path, error.message) : damaged(path, error.message, error);
    }
  }
}
