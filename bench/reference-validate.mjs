// The floor that `gastown validate` is measured against: start Node, read every file, parse it, nothing else.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTOML } from 'toml-eslint-parser';

const folder = process.argv[2];
let tables = 0;
for (const name of readdirSync(folder))
  tables += parseTOML(readFileSync(join(folder, name), 'utf8'), { tomlVersion: '1.0' }).body[0].body.length;
console.log(tables);
