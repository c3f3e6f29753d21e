/**
 * Writes status back into bead files, so that whoever reads them (`visionspec sync gastown` among others) sees the truth
 * at every moment of a run (docs/semantics.md, "Status words").
 *
 * Owns: the status lines of this formula's bead files, and their mirror. Does not own: anything else in those files.
 * I1  A file of the author is written only where it carries a `status` key, or when the user asked for it; nothing but
 *     that line changes, and its mode is kept.
 * I2  A problem is reported once per file and never ends a run: the journal is the truth, these files are a copy.
 */
import { basename, dirname, join } from 'node:path';
import { unreachable } from '../core/invariant.ts';
import type { Bead, Plan } from '../core/plan.ts';
import type { NodeStatus } from '../core/status.ts';
import { Collector } from '../diagnostic/collector.ts';
import { abandonedFor, discardFile, writeFileAtomic } from '../os/files.ts';
import { kindOf, realPath } from '../os/read-files.ts';
import { ensureFolder, readTextFile } from '../os/text-file.ts';
import { entriesOf } from '../os/tree-files.ts';
import { Source } from '../plan/toml/source.ts';
import { readToml } from '../plan/toml/toml.ts';
import type { TomlTable } from '../plan/toml/toml-tree.ts';
import type { BeadRow } from '../ports/journal.ts';

/** The only words that readers of bead files know. */
export type FileWord = 'ready' | 'blocked' | 'in_progress' | 'done';

/** Everything that is neither ready, in work nor done counts as blocked there. */
export function fileWord(status: NodeStatus): FileWord {
  switch (status) {
    case 'ready':
    case 'done':
      return status;
    case 'not-taken':
      return 'done';
    case 'running':
      return 'in_progress';
    case 'waiting':
    case 'failed':
    case 'paused':
    case 'cancelled':
    case 'skipped':
    case 'needs-person':
      return 'blocked';
    default:
      return unreachable(status);
  }
}

/**
 * The text with the value of `bead.status` replaced, or with a status line added after the bead's `id` when `add` is true;
 * undefined when there is no place for it, or when anything but the status would change.
 */
export function withStatus(text: string, word: FileWord, add: boolean): string | undefined {
  const entries = beadEntries(text);
  const status = entries?.get('status')?.value;
  const id = entries?.get('id')?.value;
  const value = JSON.stringify(word);
  let next: string | undefined;
  if (status?.type === 'string') next = text.slice(0, status.start) + value + text.slice(status.end);
  else if (add && status === undefined && id !== undefined) {
    const newline = text.indexOf('\n', id.end);
    const end = newline < 0 ? text.length : newline + 1;
    const ending = text.slice(Math.max(0, end - 2), end) === '\r\n' ? '\r\n' : '\n';
    next = `${text.slice(0, end)}${newline < 0 ? ending : ''}status = ${value}${ending}${text.slice(end)}`;
  }
  const written = next === undefined ? undefined : beadEntries(next)?.get('status')?.value;
  return written?.type === 'string' && written.value === word ? next : undefined;
}

/** The keys of `[bead]` with their places; undefined when the text is no bead file. */
function beadEntries(text: string): TomlTable['entries'] | undefined {
  const bead = readToml(new Source('', text), new Collector())?.entries.get('bead')?.value;
  return bead?.type === 'table' ? bead.entries : undefined;
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
  readonly plan: Pick<Plan, 'beads'>;
  /** Also write into files that carry no status line. */
  readonly writeAlways: boolean;
  readonly onProblem: (sentence: string) => void;
}

export class StatusFiles {
  readonly #settings: StatusFilesSettings;
  /** Those that are written anywhere; made when something is to be: most runs of finished work write nothing. */
  #beads: ReadonlyMap<string, Bead> | undefined;
  /** Absolute folder of the mirror; undefined when nobody would read one. */
  readonly #mirror: string | undefined;
  readonly #written = new Map<string, FileWord>();
  readonly #problems = new Set<string>();
  readonly #cleared = new Set<string>();

  constructor(settings: StatusFilesSettings) {
    this.#settings = settings;
    this.#mirror = mirrorFolder(settings.root, settings.formulaFile);
  }

  /** Writes what differs from what was written before. */
  update(rows: Iterable<Pick<BeadRow, 'id' | 'status'>>): void {
    const { writeAlways } = this.#settings;
    this.#beads ??= this.#writtenBeads();
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
        this.#try(path, () => this.#writeMirror(path, mirrorText(bead, word)));
      }
    }
  }

  #writtenBeads(): ReadonlyMap<string, Bead> {
    const { plan, writeAlways } = this.#settings;
    const isWritten = ({ statusLine }: Bead): boolean =>
      statusLine !== undefined || writeAlways || this.#mirror !== undefined;
    return new Map(plan.beads.filter(isWritten).map((bead) => [bead.id, bead]));
  }

  #writeSource(bead: Bead, word: FileWord): void {
    const named = join(this.#settings.root, bead.file);
    // A link stays one: what it points at is written, as long as that is in the project.
    const path = realPath(named) ?? named;
    if (!path.startsWith(`${this.#settings.root}/`))
      throw new Error('it has become a link that leaves the project');
    const text = readTextFile(path);
    const next = withStatus(text, word, this.#settings.writeAlways);
    if (next === undefined) throw new Error('there is no status of its own in it that could be replaced');
    if (next !== text) this.#write(path, next);
  }

  #writeMirror(path: string, text: string): void {
    const folder = dirname(path);
    ensureFolder(folder);
    // A link that came with the project would lead these files anywhere.
    if (realPath(folder) !== join(realPath(dirname(dirname(folder))) ?? '', '.gastown', 'beads'))
      throw new Error('its folder is a link');
    this.#write(path, text);
  }

  /** Before the first file in a folder is written, what an earlier run died over there is removed. */
  #write(path: string, text: string): void {
    const folder = dirname(path);
    if (!this.#cleared.has(folder)) {
      this.#cleared.add(folder);
      const ours = new Set(
        [...(this.#beads?.values() ?? [])].flatMap(({ id, file }) => [`${id}.toml`, basename(file)]),
      );
      for (const { name } of entriesOf(folder))
        if (ours.has(abandonedFor(name) ?? '')) discardFile(join(folder, name));
    }
    writeFileAtomic(path, text);
  }

  #try(file: string, write: () => void): void {
    try {
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
