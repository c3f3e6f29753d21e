/** The heading tree of a Markdown document, and how a dotted reference finds a section in it. */
import MarkdownIt from 'markdown-it';

/** One heading with its section: from the heading to the line before the next heading of the same or a higher level. */
export interface Heading {
  readonly title: string;
  /** The title as references are compared with it. */
  readonly folded: string;
  readonly depth: number;
  /** 1-based, inclusive; trailing empty lines are left out. */
  readonly lines: { readonly from: number; readonly to: number };
  readonly parent: Heading | undefined;
}

/** What a reference leads to. */
export type Found =
  | { readonly type: 'found'; readonly heading: Heading }
  | { readonly type: 'missing' }
  | { readonly type: 'ambiguous'; readonly headings: readonly Heading[] };

// Made for the first document: without one, the package is not even loaded.
type Parser = InstanceType<typeof MarkdownIt>;
let made: { readonly blocks: Parser; readonly inline: Parser } | undefined;
const markdown = (): NonNullable<typeof made> => {
  made ??= {
    // Inline rules are not run over the document: only headings are looked at.
    blocks: new MarkdownIt('commonmark').disable(['inline', 'text_join'], true),
    inline: new MarkdownIt('commonmark'),
  };
  return made;
};

/** The headings of a document. Owns: which of them have a title, so that a reference is compared with those only. */
export class Outline {
  readonly headings: readonly Heading[];
  readonly #byTitle: ReadonlyMap<string, readonly Heading[]>;

  constructor(text: string) {
    this.headings = headings(text);
    this.#byTitle = byTitle(this.headings);
  }

  /** All titles as references are compared with them, with and without their numbers. */
  get titles(): Iterable<string> {
    return this.#byTitle.keys();
  }

  /** The headings that one of the titles belongs to. */
  titled(title: string): readonly Heading[] {
    return this.#byTitle.get(title) ?? [];
  }

  /**
   * Finds the section that a reference names. Its segments are headings from the outside in; `_`, `-`, spaces,
   * punctuation, case and a leading number ("3.1") make no difference. The last segment is the section itself. A heading
   * whose segments follow each other without a gap wins over one where levels were left out; among several that are
   * equally good the reference is ambiguous.
   */
  find(ref: string): Found {
    const segments = segmentsOf(ref);
    if (segments.some((segment) => segment === '')) return MISSING;
    const called = this.titled(segments[segments.length - 1] ?? '');
    const skipping = called.filter((heading) => matches(heading, segments, true));
    const direct = skipping.filter((heading) => matches(heading, segments, false));
    const candidates = direct.length > 0 ? direct : skipping;
    const least = candidates.reduce((depth, heading) => Math.min(depth, heading.depth), DEEPEST);
    const outermost = candidates.filter(({ depth }) => depth === least);
    const [only, ...others] = outermost;
    if (only === undefined) return MISSING;
    return others.length === 0
      ? { type: 'found', heading: only }
      : { type: 'ambiguous', headings: outermost };
  }
}

const MISSING: Found = { type: 'missing' };
/** Markdown has headings of six levels. */
const DEEPEST = 6;

/** What a reference is compared by: two of the same segments name the same. */
export const segmentsOf = (ref: string): readonly string[] => ref.split('.').map(fold);

function byTitle(all: readonly Heading[]): ReadonlyMap<string, readonly Heading[]> {
  const found = new Map<string, Heading[]>();
  for (const heading of all)
    for (const title of new Set([heading.folded, withoutNumber(heading.folded)])) {
      const known = found.get(title);
      if (known === undefined) found.set(title, [heading]);
      else known.push(heading);
    }
  return found;
}

/** All headings in document order; headings inside quotes, lists and code do not count. */
function headings(text: string): readonly Heading[] {
  const skipped = frontMatterLines(text);
  const lines = text.split('\n');
  // To Markdown a lone carriage return ends a line; to everything else that counts lines here it does not.
  const body = skipped === 0 ? text : '\n'.repeat(skipped) + lines.slice(skipped).join('\n');
  const tokens = markdown().blocks.parse(body.replace(/\r(?!\n)/g, ' '), {});
  const raw: { title: string; depth: number; line: number }[] = [];
  tokens.forEach((token, at) => {
    if (token.type !== 'heading_open' || token.level !== 0 || token.map === null) return;
    raw.push({
      title: titleOf(tokens[at + 1]?.content ?? ''),
      depth: Number(token.tag.slice(1)),
      line: token.map[0] + 1,
    });
  });
  return tree(raw, lines);
}

function tree(
  raw: readonly { title: string; depth: number; line: number }[],
  lines: readonly string[],
): readonly Heading[] {
  const ends = new Array<number>(raw.length).fill(lines.length);
  const open: number[] = [];
  raw.forEach((heading, at) => {
    for (let last = open[open.length - 1]; last !== undefined; last = open[open.length - 1]) {
      if ((raw[last]?.depth ?? 0) < heading.depth) break;
      ends[last] = heading.line - 1;
      open.pop();
    }
    open.push(at);
  });
  const made: Heading[] = [];
  const path: Heading[] = [];
  raw.forEach(({ title, depth, line }, at) => {
    while ((path[path.length - 1]?.depth ?? 0) >= depth) path.pop();
    let to = ends[at] ?? line;
    while (to > line && (lines[to - 1] ?? '').trim() === '') to--;
    const heading = {
      title,
      folded: fold(title),
      depth,
      lines: { from: line, to },
      parent: path[path.length - 1],
    };
    path.push(heading);
    made.push(heading);
  });
  return made;
}

function matches(heading: Heading, segments: readonly string[], maySkip: boolean): boolean {
  let left = segments.length - 1;
  if (!isCalled(heading, segments[left])) return false;
  left--;
  for (let above = heading.parent; above !== undefined && left >= 0; above = above.parent) {
    if (isCalled(above, segments[left])) left--;
    else if (!maySkip) return false;
  }
  return left < 0;
}

const isCalled = (heading: Heading, segment: string | undefined): boolean => {
  const { folded } = heading;
  if (segment === undefined || !folded.endsWith(segment)) return false;
  return folded === segment || withoutNumber(folded) === segment;
};

const withoutNumber = (folded: string): string => folded.replace(/^\d+(?: \d+)* /, '');

/** Letters and digits only, in lower case, everything else a single space. */
export const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim();

function titleOf(content: string): string {
  if (!/[`*_[\]<&\\!]/.test(content)) return content;
  const children = markdown().inline.parseInline(content, {})[0]?.children ?? [];
  return children
    .filter((token) => token.type === 'text' || token.type === 'code_inline')
    .map((token) => token.content)
    .join('');
}

/** Lines of a YAML (`---`) or TOML (`+++`) header, fences included. */
function frontMatterLines(text: string): number {
  const fence = /^(---|\+\+\+)[ \t]*\r?\n/.exec(text)?.[1];
  if (fence === undefined) return 0;
  const lines = text.split('\n');
  const end = lines.findIndex((line, at) => at > 0 && line.trimEnd() === fence);
  return end === -1 ? 0 : end + 1;
}
