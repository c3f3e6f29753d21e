/**
 * A first formula for somebody who has none: three shell beads that run as they are, with comments. Files that exist
 * are kept. The formula is written last, so that a scaffold that was interrupted can be made again.
 */
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createExclusive } from '../os/files.ts';
import { kindOf, RootedReader } from '../os/read-files.ts';
import { ensureFolder, readTextFile } from '../os/text-file.ts';
import { rootOfFormula } from '../project/discover.ts';

const READABLE = 0o644;
const SCHEMAS = '.schemas';

/** Makes the formula and what belongs to it; returns the absolute paths of what was made. Throws errors of the system. */
export function scaffold(formulaFile: string, cwd: string): string[] {
  const folder = dirname(formulaFile);
  const schemas = join(folder, SCHEMAS);
  const beads = join(folder, 'beads');
  const made: string[] = [];
  const make = (path: string, text: string): void => {
    if (createExclusive(path, text, READABLE)) made.push(path);
  };
  ensureFolder(schemas);
  const root = rootOfFormula(formulaFile, cwd);
  // Copies beside the formula: an editor finds them on every machine, whatever version of gastown is installed there.
  for (const name of ['formula', 'bead', 'gastown'])
    make(join(schemas, `${name}.schema.json`), publishedSchema(name));
  if (!holdsToml(beads)) {
    ensureFolder(beads);
    for (const [id, text] of sampleBeads) make(join(beads, `${id}.toml`), text);
  }
  const fromRoot = (path: string): string => relative(root, path).split(sep).join('/');
  const settings = join(root, 'gastown.toml');
  if (kindOf(settings) === undefined) make(settings, settingsText(fromRoot(formulaFile), fromRoot(schemas)));
  make(formulaFile, formulaText(nameFor(root)));
  return made;
}

/** The schemas are part of the package, beside the program. */
const publishedSchema = (name: string): string =>
  readTextFile(fileURLToPath(new URL(`../schemas/${name}.schema.json`, import.meta.url)));

function holdsToml(folder: string): boolean {
  const listed = new RootedReader(folder, 0).list('');
  return listed.type === 'folder' && listed.entries.some(({ name }) => name.endsWith('.toml'));
}

function nameFor(root: string): string {
  const name = basename(root).replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return /^[A-Za-z0-9]/.test(name) ? name : 'my-project';
}

const formulaText = (name: string): string => `#:schema ./${SCHEMAS}/formula.schema.json
# The plan. Its tasks, the beads, are the files in beads/.

[formula]
name = "${name}"
type = "convoy"   # level by level, in parallel; "workflow" runs one bead after another
rig = "default"   # where beads are executed: the project's folder

# Documents that beads may quote sections of, with from_spec = ["section.subsection"]:
# [formula.context]
# spec = "docs/spec.md"

[formula.execution]
parallel_beads = 3     # beads in work at once
timeout_minutes = 60   # of one run
`;

const sampleBeads: ReadonlyMap<string, string> = new Map([
  [
    'greeting',
    `#:schema ../${SCHEMAS}/bead.schema.json
# A bead is one task. The file is named after its id.

[bead]
id = "greeting"
name = "Write a greeting"
priority = 1   # 1 is highest; decides who goes first when not all can

[bead.dependencies]
requires = []   # nothing: it can start at once

[bead.task]
# A bead with \`run\` is done by the shell. Without it, an AI agent is given the description (see gastown.toml).
run = """
mkdir -p hello
echo "Hello from $GASTOWN_BEAD" > hello/greeting.txt
"""
artifacts = ["hello/greeting.txt"]   # what it must leave behind; checked afterwards
`,
  ],
  [
    'letters',
    `#:schema ../${SCHEMAS}/bead.schema.json
# Starts when "greeting" is done, side by side with "words".

[bead]
id = "letters"
name = "Count the letters"
priority = 2

[bead.dependencies]
requires = ["greeting"]

[bead.task]
run = "wc -c < hello/greeting.txt > hello/letters.txt"
artifacts = ["hello/letters.txt"]

[bead.acceptance]
# A criterion with a check is verified by running it; without one it is only claimed.
criteria = [
  { text = "The greeting has letters", check = "test $(cat hello/letters.txt) -gt 0" },
]
`,
  ],
  [
    'words',
    `#:schema ../${SCHEMAS}/bead.schema.json

[bead]
id = "words"
name = "Count the words"
priority = 2

[bead.dependencies]
requires = ["greeting"]

[bead.task]
run = "wc -w < hello/greeting.txt > hello/words.txt"
artifacts = ["hello/words.txt"]
`,
  ],
]);

const settingsText = (formula: string, schemas: string): string => `#:schema ./${schemas}/gastown.schema.json
# Settings of this project. Everything here is optional.

[project]
formula = ${JSON.stringify(formula)}   # the default of every command

# An AI agent is any program that reads its task on standard input, works in the current folder, and exits.
# Beads that have a description instead of a command are given to it:
#
# [agents.claude]
# command = ["claude", "--print", "--permission-mode", "acceptEdits"]
`;
