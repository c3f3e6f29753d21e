/** TOML examples of the documents, put together to projects that can be loaded. */
import { invariant } from '../../src/core/invariant.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { loadPlan } from '../../src/plan/load.ts';
import type { ProjectFiles } from '../../src/plan/load-request.ts';
import { loadSettings } from '../../src/plan/settings-load.ts';
import { loadUserSettings } from '../../src/plan/user-settings.ts';
import type { Fence } from './documents.ts';

/** The least that makes a plan. */
export const FORMULA = '[formula]\nname = "example"\ntype = "convoy"\n';
export const BEAD = '[bead]\nid = "a"\n[bead.task]\nrun = "true"\n';

/** The plan of files that have to be right. */
export function planOf(texts: ReadonlyMap<string, string>): Plan {
  const files = inMemory(texts);
  const { settings } = loadSettings(files, { strict: true });
  const request = { formulaFile: 'formula.toml', files, settings, strict: true };
  const { plan, diagnostics } = loadPlan({ ...request, hash: (text) => text });
  invariant(plan !== undefined, diagnostics.map(({ message }) => message).join('; '));
  return plan;
}

/** Loads one block strictly: what it needs besides itself is made up, so only what it says can be wrong. */
export function loadExample({ text }: Fence): readonly Diagnostic[] {
  if (/^\[notify\]/m.test(text)) return loadUserSettings('config.toml', text).diagnostics;
  const files = new Map([['formula.toml', FORMULA]]);
  const named = new Set(
    [...text.matchAll(/^(?:requires|order|blocked_by)\s*=\s*\[([^\]]*)\]/gms)]
      .flatMap(([, list = '']) => [...list.matchAll(/"([^"]+)"/g)])
      .concat([...text.matchAll(/^\s*\[\[beads\.list\]\]\n\s*id = "([^"]+)"/gm)])
      .flatMap(([, id]) => id ?? []),
  );
  for (const id of named.size === 0 ? ['other'] : named)
    files.set(`beads/${id}.toml`, `[bead]\nid = "${id}"\n[bead.task]\nrun = "true"\n`);
  if (/^use = |^\[inputs/m.test(text)) {
    files.set('beads/user.toml', '[bead]\nid = "user"\nuse = "go/lint"\nwith = { package = "." }\n');
    files.set('library/go/lint.toml', '[bead]\n[bead.task]\nrun = "true"\n[inputs]\npackage = ""\n');
  }
  if (/^for_each = /m.test(text)) files.set('formula.toml', `${FORMULA}[formula.spawn]\nallowed = true\n`);
  files.set(placeOf(text), text);
  const reader = inMemory(files);
  const loaded = loadSettings(reader, { strict: true });
  const { diagnostics } = loadPlan({
    formulaFile: 'formula.toml',
    files: reader,
    settings: loaded.settings,
    hash: (content) => content,
    strict: true,
  });
  return [...loaded.diagnostics, ...diagnostics];
}

function placeOf(text: string): string {
  if (/^\[formula/m.test(text)) return 'formula.toml';
  const id = /^\s*id\s*=\s*"([^"]+)"/m.exec(text)?.[1];
  if (/^\[inputs/m.test(text)) return 'library/go/lint.toml';
  return /^\[bead\]/m.test(text) ? `beads/${id}.toml` : 'gastown.toml';
}

export function inMemory(files: ReadonlyMap<string, string>): ProjectFiles {
  const missing = { type: 'problem', problem: 'missing', message: 'does not exist' } as const;
  return {
    read(path) {
      const text = files.get(path);
      return text === undefined ? missing : { type: 'text', text };
    },
    list(folder) {
      const names = [...files.keys()].flatMap((path) =>
        path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
      );
      if (names.length === 0) return missing;
      return { type: 'list', entries: names.sort().map((name) => ({ name, kind: 'file' })) };
    },
  };
}
