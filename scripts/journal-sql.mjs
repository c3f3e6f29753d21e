// The journal of a project, read as no program of ours reads it: as the plain database that it is.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { DatabaseSync } =
  process.getBuiltinModule('node:sqlite') ?? createRequire(import.meta.url)('@photostructure/sqlite');

/** A snapshot is a copy for one build; settings hold a secret. */
const LEFT_OUT = ['snapshot', 'setting'];

/** Everything that is in it, as statements that make it again; whoever drives it is on a machine called `host`. */
export function journalSql(project) {
  const database = new DatabaseSync(join(project, '.gastown', 'state', 'journal.db'), { readOnly: true });
  const all = (sql) => database.prepare(sql).all();
  try {
    const [{ application_id: application }] = all('PRAGMA application_id');
    const [{ user_version: version }] = all('PRAGMA user_version');
    const lines = [`PRAGMA application_id = ${application};`, `PRAGMA user_version = ${version};`];
    const schema = all('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid');
    for (const { sql } of schema) lines.push(`${sql};`);
    for (const { type, name } of schema) {
      if (type !== 'table' || LEFT_OUT.includes(name)) continue;
      for (const row of all(`SELECT * FROM ${name}`)) {
        const values = name === 'lease' ? { ...row, holder: elsewhere(row.holder) } : row;
        lines.push(`INSERT INTO ${name} VALUES (${Object.values(values).map(literal).join(', ')});`);
      }
    }
    return `${lines.join('\n')}\n`;
  } finally {
    database.close();
  }
}

const elsewhere = (holder) =>
  holder === null
    ? null
    : JSON.stringify({ ...JSON.parse(holder), host: 'host', bootId: 'boot', pidNamespace: 'namespace' });

const literal = (value) => {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
};
