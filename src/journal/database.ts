/**
 * The one place that knows which SQLite we run on: Node's own where this Node has it without a flag, else the
 * package with the same interface. Only the part of the interface that we use is named here.
 */
import { createRequire } from 'node:module';

/** What we bind to and read from columns. */
export type SqlValue = string | number | null;
/** One result row, by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A prepared statement; synchronous, as all of SQLite's work here is. */
export interface Statement {
  run(...values: readonly SqlValue[]): unknown;
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
}

/**
 * An open connection. On Node 20 the package really closes it only when its statements are collected: until then the
 * log file stays, which every reader and writer can live with.
 */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string, options: { readonly readOnly: boolean }) => Database;
}

let loaded: SqliteModule | undefined;

/** How long a connection waits for another one's write, ms; commits take a few. */
const BUSY_TIMEOUT_MS = 5_000;

/** Opens a connection with the settings that every use of the journal needs; throws SQLite's own errors. */
export function openDatabase(path: string, access: 'read' | 'write'): Database {
  loaded ??= loadSqlite();
  const database = new loaded.DatabaseSync(path, { readOnly: access === 'read' });
  try {
    database.exec(
      `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;`,
    );
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

function loadSqlite(): SqliteModule {
  return builtinSqlite() ?? (createRequire(import.meta.url)('@photostructure/sqlite') as SqliteModule);
}

function builtinSqlite(): SqliteModule | undefined {
  // The first load of node:sqlite warns that it is experimental. Users can do nothing about it, so exactly that
  // warning is dropped; every other one passes.
  const emitWarning = process.emitWarning;
  const filtered = (warning: string | Error, ...rest: unknown[]): void => {
    const text = typeof warning === 'string' ? warning : warning.message;
    if (rest[0] === 'ExperimentalWarning' && text.includes('SQLite')) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  process.emitWarning = filtered;
  try {
    return process.getBuiltinModule('node:sqlite') as SqliteModule | undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
