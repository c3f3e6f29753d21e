/** Rows of a journal that nobody would have written. */
import type { openDatabase } from '../../src/journal/database.ts';
import { json } from './json.ts';
import { changed } from './mutations.ts';
import type { Tape } from './tape.ts';
import { hostile } from './words.ts';

const BODIES = [
  ['event', 'position'],
  ['bead', 'key'],
  ['run', 'number'],
] as const;

/** Writes something into a row that nobody would. */
export function spoil(database: ReturnType<typeof openDatabase>, tape: Tape): void {
  const [table, key] = tape.one(BODIES);
  const rows = database.prepare(`SELECT ${key} AS at, body FROM ${table} ORDER BY ${key}`).all();
  if (rows.length === 0) return;
  const row = tape.one(rows);
  const body = String(row['body']);
  const at = row['at'] ?? 0;
  const set = (text: string): unknown =>
    database.prepare(`UPDATE ${table} SET body = ? WHERE ${key} = ?`).run(text, at);
  const numbers = [0, -1, 2, 99, 2 ** 31, Number.MAX_SAFE_INTEGER];
  switch (tape.below(9)) {
    case 0:
      set(changed(body, body, tape));
      return;
    case 1:
      set(json(tape));
      return;
    case 2:
    case 3:
    case 4:
      set(retyped(body, tape));
      return;
    case 5:
      database.prepare(`DELETE FROM ${table} WHERE ${key} = ?`).run(at);
      return;
    case 6:
      database
        .prepare(`UPDATE OR REPLACE ${table} SET ${key} = ? WHERE ${key} = ?`)
        .run(tape.one(numbers), at);
      return;
    case 7:
      database
        .prepare('UPDATE lease SET epoch = ?, holder = ?, acquired_at = ?')
        .run(tape.one(numbers), tape.rarely(2) ? json(tape) : null, tape.one(numbers));
      return;
    default:
      database
        .prepare('INSERT OR IGNORE INTO inbox (key, type, body, sender, at) VALUES (?, ?, ?, ?, ?)')
        .run('k', hostile(tape), json(tape), hostile(tape), tape.one(numbers));
  }
}

/** JSON in which one value, somewhere, is another one. */
function retyped(body: string, tape: Tape): string {
  const places = [...body.matchAll(/("(?:[^"\\]|\\.)*"(?!\s*:)|-?\d+(?:\.\d+)?|true|false|null|\[\]|\{\})/g)];
  if (places.length === 0) return body;
  const place = tape.one(places);
  const other = tape.one([
    '0',
    '-1',
    '1e308',
    '"x"',
    'null',
    '[]',
    '{}',
    '[{}]',
    'true',
    '"__proto__"',
    '"b"',
    '{"type":"x"}',
  ]);
  return body.slice(0, place.index) + other + body.slice(place.index + place[0].length);
}
