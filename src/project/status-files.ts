/**
 * Writes status back into bead files, so that whoever reads them (`visionspec sync gastown` among others) sees the truth
 * at every moment of a run (docs/semantics.md, "Status words").
 *
 * Owns: the status lines of this formula's bead files, and their mirror. Does not own: anything else in those files.
 * I1  A file of the author is written only where it carries a `status` key, or when the user asked for it; nothing but
 *     that line changes, and its mode is kept.
 * I2  A problem is reported once per file and never ends a run: the journal is the truth, these files are a copy.
 */
import { dirname, join } from 'node:path';
import { unreachable } from '../core/invariant.ts';
import type { Bead } from '../core/plan.ts';
import type { NodeStatus } from '../core/status.ts';
import { writeFileAtomic } from '../os/files.ts';
import { kindOf, realPath } from '../os/read-files.ts';
import { ensureFolder, readTextFile } from '../os/text-file.ts';
import type { BeadRow } from '../ports/journal.ts';

/** The only words that readers of bead files know. */
export type FileWord = 'ready' | 'blocked' | 'in_progress' | 'done';

/** Everything that is neither ready, in work nor done counts as blocked there. */
export function fileWord(status: NodeStatus): FileWord {
  switch (status) {
    case 'ready':
    case 'done':
      return status;
    case 'running':
      return 'in_progress';
    case 'waiting':
    case 'failed':
    case 'paused':
    case 'cancelled':
    case 'skipped':
      return 'blocked';
    default:
      return unreachable(status);
  }
}

/**
 * The text with its `status` value replaced, or with a status line added after the `id` of `[bead]` when `add` is
 * true; undefined when there is no place for it. `line` is where the key was when the file was loaded, 1-based.
 */
export function withStatus(
  text: string,
  word: FileWord,
  line: number | undefined,
  add: boolean,
): string | undefined {
  const lines = text.split('\n');
  const at = line !== undefined && STATUS.test(lines[line - 1] ?? '') ? line - 1 : findInBead(lines, STATUS);
  const found = at === undefined ? undefined : lines[at];
  if (at !== undefined && found !== undefined) {
    lines[at] = found.replace(STATUS, (_match, key: string) => `${key}"${word}"`);
    return lines.join('\n');
  }
  const id = add ? findInBead(lines, ID) : undefined;
  if (id === undefined) return undefined;
  const ending = lines[id]?.endsWith('\r') === true ? '\r' : '';
  lines.splice(id + 1, 0, `status = "${word}"${ending}`);
  return lines.join('\n');
}

const STATUS = /^(\s*status\s*=\s*)(?:"(?:[^"\\]|\\.)*"|'[^']*')/;
const ID = /^\s*id\s*=/;

/** A key's line inside the `[bead]` table itself. */
function findInBead(lines: readonly string[], key: RegExp): number | undefined {
  let isInBead = false;
  for (const [at, line] of lines.entries()) {
    if (/^\s*\[/.test(line)) isInBead = /^\s*\[\s*bead\s*\]/.test(line);
    else if (isInBead && key.test(line)) return at;
  }
  return undefined;
}

/**
 * What the mirror of a bead holds: its first three keys are all that its readers look at, and they take the first text in
 * the file that looks like each key, so nothing else may come before.
 */
export function mirrorText(bead: Pick<Bead, 'id' | 'name' | 'file'>, word: FileWord): string {
  // Readers match up to the next double quote, escaped or not.
  const name = JSON.stringify(bead.name.replaceAll('"', "'").replaceAll('\\', '/')).slice(1, -1);
  return [
    '[bead]',
    `id = "${bead.id}"`,
    `name = "${name}"`,
    `status = "${word}"`,
    '',
    '# Written by gastown: a mirror of the bead file below; changes here are lost.',
    '[gastown]',
    `source = ${JSON.stringify(bead.file)}`,
    '',
  ].join('\n');
}

export interface StatusFilesSettings {
  /** Absolute project root. */
  readonly root: string;
  readonly formulaFile: string;
  readonly beads: readonly Bead[];
  /** Also write into files that carry no status line. */
  readonly writeAlways: boolean;
  readonly onProblem: (sentence: string) => void;
}

export class StatusFiles {
  readonly #settings: StatusFilesSettings;
  readonly #beads: ReadonlyMap<string, Bead>;
  /** Absolute folder of the mirror; undefined when nobody would read one. */
  readonly #mirror: string | undefined;
  readonly #written = new Map<string, FileWord>();
  readonly #problems = new Set<string>();

  constructor(settings: StatusFilesSettings) {
    this.#settings = settings;
    this.#beads = new Map(settings.beads.map((bead) => [bead.id, bead]));
    this.#mirror = mirrorFolder(settings.root, settings.formulaFile);
  }

  /** Writes what differs from what was written before. */
  update(rows: readonly Pick<BeadRow, 'id' | 'status'>[]): void {
    const { writeAlways } = this.#settings;
    for (const { id, status } of rows) {
      const bead = this.#beads.get(id);
      const word = fileWord(status);
      if (bead === undefined || this.#written.get(id) === word) continue;
      this.#written.set(id, word);
      if (bead.statusLine !== undefined || writeAlways)
        this.#try(bead.file, () => this.#writeSource(bead, word));
      const { id: name } = bead;
      if (this.#mirror !== undefined) {
        const path = join(this.#mirror, `${name}.toml`);
        this.#try(path, () => writeFileAtomic(path, mirrorText(bead, word)));
      }
    }
  }

  #writeSource(bead: Bead, word: FileWord): void {
    const named = join(this.#settings.root, bead.file);
    // A link stays one: what it points at is written.
    const path = realPath(named) ?? named;
    const text = readTextFile(path);
    const next = withStatus(text, word, bead.statusLine, this.#settings.writeAlways);
    if (next === undefined) throw new Error('it carries no status line any more');
    if (next !== text) writeFileAtomic(path, next);
  }

  #try(file: string, write: () => void): void {
    try {
      if (this.#mirror !== undefined) ensureFolder(this.#mirror);
      write();
    } catch (error) {
      if (this.#problems.has(file)) return;
      this.#problems.add(file);
      const reason = error instanceof Error ? error.message : String(error);
      this.#settings.onProblem(`the status in ${file} could not be written: ${reason}`);
    }
  }
}

/** Readers look into `.gastown/beads` beside the nearest visionspec.yaml; where the formula lives there, it is its own mirror. */
function mirrorFolder(root: string, formulaFile: string): string | undefined {
  const formulaFolder = dirname(join(root, formulaFile));
  for (let folder = formulaFolder; ; folder = dirname(folder)) {
    if (kindOf(join(folder, 'visionspec.yaml')) === 'file') {
      const home = join(folder, '.gastown');
      return formulaFolder === home || formulaFolder.startsWith(`${home}/`) ? undefined : join(home, 'beads');
    }
    if (folder === dirname(folder)) return undefined;
  }
}
