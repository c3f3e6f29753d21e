/**
 * One connection to the journal's file. Owns: the connection, its prepared statements, the way SQLite's errors leave.
 * Does not own: what the tables mean.
 * I1 Every error of SQLite leaves as a JournalProblem, and a transaction that throws has changed nothing.
 */
import type { Database, SqlRow, SqlValue, Statement } from './database.ts';
import { damaged, displaced, journalProblem } from './problem.ts';
import { rollback } from './schema.ts';

/** What a connection must know about where its file is. */
export interface Disk {
  /** Asked after an I/O error: is it the space that is missing? */
  isFull(): boolean;
  /** Whether the file at the path is still the one that was opened. */
  isInPlace(): boolean;
}

/** SQLite, as the rest of this room uses it. */
export class Connection implements Disposable {
  readonly path: string;
  readonly #database: Database;
  readonly #disk: Disk;
  readonly #statements = new Map<string, Statement>();

  constructor(database: Database, path: string, disk: Disk) {
    this.#database = database;
    this.path = path;
    this.#disk = disk;
  }

  get(sql: string, ...values: readonly SqlValue[]): SqlRow | undefined {
    return this.#guard(() => this.#statement(sql).get(...values));
  }

  all(sql: string, ...values: readonly SqlValue[]): readonly SqlRow[] {
    return this.#guard(() => this.#statement(sql).all(...values));
  }

  run(sql: string, ...values: readonly SqlValue[]): void {
    this.#guard(() => this.#statement(sql).run(...values));
  }

  /** `read`: one consistent view. `write`: all or nothing, on disk before this returns. */
  transaction<Result>(access: 'read' | 'write', work: () => Result): Result {
    return this.#guard(() => {
      // SQLite would go on writing into a file that nobody can find any more, while others begin a new one.
      if (access === 'write' && !this.#disk.isInPlace()) throw displaced(this.path);
      this.#statement(access === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN').run();
      try {
        const result = work();
        this.#statement('COMMIT').run();
        return result;
      } catch (error) {
        rollback(this.#database);
        throw error;
      }
    });
  }

  /** Gives JSON from the journal its type back; what is not of that type was not written by us. */
  parse<Value>(text: SqlValue | undefined, is: (value: unknown) => value is Value): Value {
    let value: unknown;
    try {
      value = JSON.parse(String(text));
    } catch (error) {
      throw damaged(this.path, 'a row is not valid JSON', error);
    }
    if (is(value)) return value;
    throw damaged(this.path, 'a row does not have its form');
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    this.#database.close();
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw journalProblem(error, this.path, () => this.#disk.isFull());
    }
  }
}
