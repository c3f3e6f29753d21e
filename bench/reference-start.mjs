// The floor of going on with a run: start Node, look at each file of the plan, read the states out of SQLite; nothing else.
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const project = process.argv[2];
const folder = join(project, 'gastown', 'beads');
let bytes = 0;
for (const name of readdirSync(folder)) bytes += statSync(join(folder, name)).size;

const { DatabaseSync } =
  process.getBuiltinModule('node:sqlite') ?? createRequire(import.meta.url)('@photostructure/sqlite');
const database = new DatabaseSync(join(project, '.gastown', 'state', 'journal.db'), { readOnly: true });
const { texts } = database.prepare('SELECT group_concat(body) AS texts FROM bead').get();
console.log(bytes, JSON.parse(`[${texts}]`).length);
