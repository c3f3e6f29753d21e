/** Whole projects in memory, each file of them made up. */

import { jsonSchemas } from '../../src/plan/dialects/json-schemas.ts';
import type { JsonSchema } from '../../src/plan/dialects/schema.ts';
import type { ProjectFiles } from '../../src/plan/load-request.ts';
import { markdown } from './markdown.ts';
import { changed } from './mutations.ts';
import type { Tape } from './tape.ts';
import { tomlFile } from './toml.ts';
import { IDS } from './words.ts';

const schemas = jsonSchemas();

export function schemaOf(kind: 'formula' | 'bead' | 'library' | 'gastown' | 'rig' | 'config'): JsonSchema {
  const found = schemas.get(`${kind}.schema.json`);
  if (found === undefined) throw new Error(`there is no schema of ${kind}`);
  return found;
}

/** Files by path; mostly right ones, so that what is wrong in one of them meets the others. */
export function project(tape: Tape): Readonly<Record<string, string>> {
  const file = (kind: Parameters<typeof schemaOf>[0]): string => {
    const text = tomlFile(schemaOf(kind), tape);
    return tape.rarely(4) ? changed(text, '[bead]\nid = "a"\n', tape) : text;
  };
  const beads = IDS.slice(0, 1 + tape.below(IDS.length)).map((id) => {
    const text = file('bead');
    return [`beads/${id}.toml`, tape.rarely(4) ? text : text.replace(/^id = .*$/m, `id = "${id}"`)] as const;
  });
  const plain = '[formula]\nname = "f"\ntype = "convoy"\n';
  return {
    'formula.toml': tape.rarely(3)
      ? file('formula')
      : `${plain}[formula.context]\nspec = "docs/spec.md"\n[formula.vars]\nv = "x"\n`,
    ...Object.fromEntries(beads),
    ...(tape.rarely(2) ? { 'gastown.toml': file('gastown') } : {}),
    ...(tape.rarely(2) ? { 'docs/spec.md': markdown(tape) } : {}),
    ...(tape.rarely(3) ? { 'library/l.toml': file('library') } : {}),
    ...(tape.rarely(5) ? { 'rigs/r.toml': file('rig') } : {}),
  };
}

const MISSING = { type: 'problem', problem: 'missing', message: 'does not exist' } as const;

/** As the loader is given them. */
export const inMemory = (files: Readonly<Record<string, string>>): ProjectFiles => ({
  read: (path) => (Object.hasOwn(files, path) ? { type: 'text', text: files[path] ?? '' } : MISSING),
  list(folder) {
    const names = Object.keys(files).flatMap((path) =>
      path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
    );
    return names.length === 0
      ? MISSING
      : { type: 'list', entries: names.sort().map((name) => ({ name, kind: 'file' })) };
  },
});
