/** Library beads: files that beads of any formula can use, `library/NAME.toml` beside the formula or in the project root. */
import { Collector } from '../../diagnostic/collector.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import { isId } from '../dialects/bead-id.ts';
import { type LibraryTable, libraryFile } from '../dialects/bead-schema.ts';
import { Reading } from '../dialects/reading.ts';
import type { Located } from '../dialects/schema.ts';
import { reportFile } from '../file-problems.ts';
import type { ProjectFiles } from '../load-request.ts';
import { folderOf, joinPath } from '../path.ts';
import { similar } from '../similar.ts';
import { beyond, Source } from '../toml/source.ts';
import { readToml } from '../toml/toml.ts';
import type { TomlTable, TomlValue } from '../toml/toml-tree.ts';
import { declare, type Variables } from '../variables/variable.ts';

/** A library bead; the places in its table lie beyond those of the file that uses it. */
export interface LibraryBead {
  readonly source: Source;
  readonly table: NonNullable<LibraryTable['bead']>;
  /** Undefined: it declares none, and `{{` in its texts is text. */
  readonly inputs: Variables | undefined;
}

const FOLDER = 'library';

/**
 * The library of one formula.
 * Owns: what was read so far. I1: a file is read once, whatever uses it, so what is wrong in it is said once.
 */
export class Library {
  /** Texts of the files that were read. */
  readonly sources = new Map<string, string>();
  readonly #folders: readonly string[];
  readonly #files: ProjectFiles;
  readonly #collector: Collector;
  readonly #strict: boolean;
  readonly #known = new Map<string, LibraryBead | undefined>();

  constructor(formulaFile: string, files: ProjectFiles, collector: Collector, strict: boolean) {
    const beside = joinPath(folderOf(formulaFile), FOLDER) ?? FOLDER;
    this.#folders = [...new Set([beside, FOLDER])];
    this.#files = files;
    this.#collector = collector;
    this.#strict = strict;
  }

  /** The bead that `use` names; undefined when there is none or it is wrong, which was reported. */
  find(use: Located<string>, source: Source): LibraryBead | undefined {
    const span = source.span(use);
    if (!use.value.split('/').every(isId)) {
      this.#collector.report(
        'schema/bad-value',
        `\`bead.use\` is ${quote(use.value)}, which cannot name a library bead`,
        { span, hints: ['write the path below the folder `library`, without `.toml`: "go/lint"'] },
      );
      return undefined;
    }
    for (const folder of this.#folders) {
      const path = `${folder}/${use.value}.toml`;
      if (this.#known.has(path)) return this.#known.get(path);
      const read = this.#files.read(path);
      if (read.type === 'text') return this.#open(path, read.text);
      if (read.problem === 'missing') continue;
      reportFile(this.#collector, read, `library bead ${quote(path)}`, span);
      return undefined;
    }
    const near = this.#near(use.value);
    this.#collector.report('file/missing', `there is no library bead ${quote(use.value)}`, {
      span,
      hints: [
        ...(near === undefined ? [] : [`did you mean "${near}"?`]),
        `looked for: ${this.#folders.map((folder) => `${folder}/${use.value}.toml`).join(', ')}`,
      ],
    });
    return undefined;
  }

  #open(path: string, text: string): LibraryBead | undefined {
    const source = new Source(path, text);
    this.sources.set(path, text);
    const bead = this.#read(source);
    this.#known.set(path, bead);
    return bead;
  }

  #read(source: Source): LibraryBead | undefined {
    const root = readToml(source, this.#collector);
    if (root === undefined) return undefined;
    const asSecond = new Source(source.file, '', source);
    const found = new Collector();
    const table = libraryFile.read(movedBeyond(root), new Reading(asSecond, found, this.#strict));
    const inputs = table?.inputs && declare(table.inputs, 'input', asSecond, found);
    for (const { code, message, ...details } of found.diagnostics)
      this.#collector.report(code, message, details);
    if (found.hasErrors || table?.bead === undefined) return undefined;
    return { source, table: table.bead, inputs };
  }

  #near(name: string): string | undefined {
    const above = folderOf(name);
    const names = this.#folders.flatMap((folder) => {
      const listed = this.#files.list(above === '' ? folder : `${folder}/${above}`);
      return listed.type === 'problem'
        ? []
        : listed.entries.flatMap((entry) => (entry.name.endsWith('.toml') ? [entry.name.slice(0, -5)] : []));
    });
    const near = similar(name.slice(name.lastIndexOf('/') + 1), names, this.#collector.patience);
    return near === undefined || above === '' ? near : `${above}/${near}`;
  }
}

/** The same tree, with every place moved. */
function movedBeyond(table: TomlTable): TomlTable {
  const entries = [...table.entries].map(
    ([key, entry]) => [key, { ...entry, ...beyond(entry), value: moved(entry.value) }] as const,
  );
  return { ...table, ...beyond(table), entries: new Map(entries) };
}

function moved(value: TomlValue): TomlValue {
  if (value.type === 'table') return movedBeyond(value);
  if (value.type === 'array') return { ...value, ...beyond(value), items: value.items.map(moved) };
  return { ...value, ...beyond(value) };
}
