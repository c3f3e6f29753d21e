/** References into context documents: which lines of which file an agent will be given. */
import type { ContextRef } from '../core/plan.ts';
import type { Collector } from '../diagnostic/collector.ts';
import { quote } from '../diagnostic/neutralise.ts';
import type { BeadDraft, ContextWish } from './dialects/bead-draft.ts';
import type { FormulaDraft } from './dialects/formula-draft.ts';
import type { Located } from './dialects/schema.ts';
import { type Found, fold, type Heading, Outline, segmentsOf } from './headings.ts';
import type { FileProblem, ProjectFiles } from './load-request.ts';
import { folderOf, joinPath } from './path.ts';
import { similar } from './similar.ts';
import { Source } from './toml/source.ts';

/** A resolved reference, with the text it stands for. */
export interface Section {
  readonly ref: ContextRef;
  readonly text: string;
}

/** What refers to sections. */
type Referring = Pick<BeadDraft, 'context' | 'source'> & { readonly id: string };

interface Document {
  readonly source: Source;
  readonly outline: Outline;
  readonly lines: readonly string[];
}

/**
 * The context documents of one formula.
 * Owns: what was read and found so far. I1: a document is read and parsed at most once, and only when it is referred to.
 * I2: a missing document or unknown key is reported once, not for each reference.
 */
export class ContextDocuments {
  /** Resolved paths by key, undefined for documents that could not be read. */
  readonly paths: ReadonlyMap<string, string | undefined>;
  readonly sources: ReadonlyMap<string, string>;
  readonly #texts = new Map<string, { readonly path: string; readonly text: string }>();
  readonly #parsed = new Map<string, Document>();
  readonly #found = new Map<string, Found>();
  readonly #sections = new Map<Heading, string>();
  readonly #unknown = new Set<string>();
  readonly #formula: Pick<FormulaDraft, 'source'>;
  readonly #collector: Collector;

  constructor(formula: Pick<FormulaDraft, 'context' | 'source'>, files: ProjectFiles, collector: Collector) {
    this.#formula = formula;
    this.#collector = collector;
    const paths = new Map<string, string | undefined>();
    for (const { key, path } of formula.context) {
      const text = this.#open(key, path, files);
      paths.set(key, text?.path);
      if (text !== undefined) this.#texts.set(key, text);
    }
    this.paths = paths;
    this.sources = new Map([...this.#texts.values()].map(({ path, text }) => [path, text]));
  }

  /** The sections that a bead asks for, in its order. */
  sections(bead: Referring): readonly Section[] {
    return bead.context.flatMap((wish) => wish.refs.map((ref) => this.#section(bead, wish, ref)));
  }

  #section(bead: Referring, wish: ContextWish, ref: Located<string>): Section {
    const missing: Section = { ref: { document: wish.document, ref: ref.value, lines: undefined }, text: '' };
    if (!this.paths.has(wish.document)) {
      this.#reportUnknown(bead, wish);
      return missing;
    }
    const document = this.#document(wish.document);
    if (document === undefined) return missing;
    const name = `${wish.document} ${segmentsOf(ref.value).join('.')}`;
    const found = this.#found.get(name) ?? document.outline.find(ref.value);
    this.#found.set(name, found);
    if (found.type === 'found') {
      const { lines } = found.heading;
      return {
        ref: { document: wish.document, ref: ref.value, lines },
        text: this.#textOf(found.heading, document),
      };
    }
    const span = bead.source.span(ref);
    const file = document.source.file;
    if (found.type === 'ambiguous') {
      this.#collector.report(
        'context/ambiguous-section',
        `${quote(ref.value)} fits several sections of ${file}`,
        {
          span,
          related: found.headings
            .slice(0, 5)
            .map((heading) => ({ span: spanOf(document, heading), label: pathOf(heading) })),
          hints: ['name the headings above it, too, from the outside in'],
        },
      );
    } else {
      const last = ref.value.slice(ref.value.lastIndexOf('.') + 1);
      const near = similar(fold(last), document.outline.titles, this.#collector.patience);
      const [heading] = near === undefined ? [] : document.outline.titled(near);
      this.#collector.report('context/missing-section', `no section ${quote(ref.value)} in ${file}`, {
        span,
        related:
          heading === undefined ? [] : [{ span: spanOf(document, heading), label: 'this heading is near' }],
        hints: heading === undefined ? [] : [`did you mean "${pathOf(heading)}"?`],
      });
    }
    return missing;
  }

  /** One text for all that refer to it. */
  #textOf(heading: Heading, { lines }: Document): string {
    const known = this.#sections.get(heading);
    if (known !== undefined) return known;
    const text = lines.slice(heading.lines.from - 1, heading.lines.to).join('\n');
    this.#sections.set(heading, text);
    return text;
  }

  #document(key: string): Document | undefined {
    const known = this.#parsed.get(key);
    const read = this.#texts.get(key);
    if (known !== undefined || read === undefined) return known;
    const parsed = {
      source: new Source(read.path, read.text),
      outline: new Outline(read.text),
      lines: read.text.split(/\r?\n/),
    };
    this.#parsed.set(key, parsed);
    return parsed;
  }

  /** Tries a path against the project root, then against the formula's folder. */
  #open(
    key: string,
    path: Located<string>,
    files: ProjectFiles,
  ): { readonly path: string; readonly text: string } | undefined {
    const folder = folderOf(this.#formula.source.file);
    const tried = [...new Set([joinPath('', path.value), joinPath(folder, path.value)])].filter(
      (p) => p !== undefined,
    );
    let problem: FileProblem | undefined;
    for (const candidate of tried) {
      const read = files.read(candidate);
      if (read.type === 'text') return { path: candidate, text: read.text };
      if (problem === undefined || problem.problem === 'missing') problem = read;
    }
    const why =
      tried.length === 0
        ? 'its path leaves the project'
        : problem === undefined || problem.problem === 'missing'
          ? 'no such file'
          : problem.message;
    this.#collector.report(
      'context/missing-document',
      `context document ${quote(key)} (${quote(path.value)}): ${why}`,
      {
        span: this.#formula.source.span(path),
        hints:
          problem?.problem !== 'missing'
            ? []
            : [`tried, from the project root: ${tried.map(quote).join(', ')}`],
      },
    );
    return undefined;
  }

  #reportUnknown(bead: Referring, wish: ContextWish): void {
    if (this.#unknown.has(wish.document)) return;
    this.#unknown.add(wish.document);
    const near = similar(wish.document, this.paths.keys(), this.#collector.patience);
    this.#collector.report(
      'context/unknown-document',
      `bead ${quote(bead.id)} refers to the document ${quote(wish.document)}, which the formula does not name`,
      {
        span: bead.source.span(wish.key),
        hints: [
          near === undefined
            ? 'name it in [formula.context], as `key = "path/to/document.md"`'
            : `did you mean \`from_${near}\`?`,
        ],
      },
    );
  }
}

function spanOf(document: Document, heading: Heading): ReturnType<Source['span']> {
  const line = heading.lines.from;
  const length = (document.lines[line - 1] ?? '').length;
  return { file: document.source.file, start: { line, column: 1 }, end: { line, column: length + 1 } };
}

/** A heading as a reference would name it. */
function pathOf(heading: Heading): string {
  const own = heading.folded.replaceAll(' ', '_');
  return heading.parent === undefined || heading.parent.depth === 1
    ? own
    : `${pathOf(heading.parent)}.${own}`;
}
