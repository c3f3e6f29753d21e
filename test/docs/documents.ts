/** The project's Markdown documents, taken apart. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt();
type Token = ReturnType<typeof markdown.parse>[number];

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export interface Fence {
  readonly document: string;
  readonly info: string;
  readonly text: string;
  /** The headings above it. */
  readonly section: string;
}

export interface Document {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
  readonly headings: readonly string[];
  readonly fences: readonly Fence[];
  readonly codeSpans: readonly string[];
  readonly links: readonly string[];
  /** Cells as Markdown; the first row is the head. */
  readonly tables: readonly (readonly (readonly string[])[])[];
}

/** Every document of the project itself; what a run of the example leaves behind is none. */
export function allDocuments(): readonly Document[] {
  const skipped = /(?:^|\/)(?:node_modules|\.git|\.gastown|dist|service|stand-in|gallery|golden)(?:\/|$)/;
  const folders = ['.', 'docs', 'examples', 'bench', 'schemas'];
  const paths = folders.flatMap((folder) => {
    const entries = readdirSync(join(root, folder), { encoding: 'utf8', recursive: folder !== '.' });
    return entries.map((entry) => (folder === '.' ? entry : `${folder}/${entry}`));
  });
  return paths
    .filter((path) => path.endsWith('.md') && !skipped.test(path) && !path.includes('/specs/'))
    .sort()
    .map(readDocument);
}

export function readDocument(path: string): Document {
  const text = readFileSync(join(root, path), 'utf8');
  const tokens = markdown.parse(text, {});
  const inline = tokens.flatMap((token) => token.children ?? []);
  return {
    path,
    text,
    headings: headingsOf(tokens),
    fences: fencesOf(tokens, path),
    codeSpans: inline.flatMap((token) => (token.type === 'code_inline' ? [token.content] : [])),
    links: inline.flatMap((token) =>
      token.type === 'link_open' ? [String(token.attrGet('href') ?? '')] : [],
    ),
    tables: tablesOf(tokens),
  };
}

const headingsOf = (tokens: readonly Token[]): readonly string[] =>
  tokens.flatMap((token, at) => (token.type === 'heading_open' ? [tokens[at + 1]?.content ?? ''] : []));

function fencesOf(tokens: readonly Token[], document: string): readonly Fence[] {
  let section = '';
  return tokens.flatMap((token, at) => {
    if (token.type === 'heading_open') section = tokens[at + 1]?.content ?? '';
    return token.type === 'fence'
      ? [{ document, info: token.info.trim(), text: token.content, section }]
      : [];
  });
}

function tablesOf(tokens: readonly Token[]): Document['tables'] {
  const tables: string[][][] = [];
  tokens.forEach((token, at) => {
    if (token.type === 'table_open') tables.push([]);
    else if (token.type === 'tr_open') tables.at(-1)?.push([]);
    else if (token.type === 'th_open' || token.type === 'td_open')
      tables
        .at(-1)
        ?.at(-1)
        ?.push(tokens[at + 1]?.content ?? '');
  });
  return tables;
}

/** All rows of the tables whose head begins with these cells. */
export function rowsUnder(document: Document, ...head: readonly string[]): readonly (readonly string[])[] {
  return document.tables
    .filter(([first]) => head.every((cell, at) => first?.[at] === cell))
    .flatMap((table) => table.slice(1));
}

/** A cell that is a code span, without its backticks. */
export const codeOf = (cell: string | undefined): string => /^`([^`]+)`/.exec(cell ?? '')?.[1] ?? '';

/** The fragment by which a heading can be linked to. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** Where a relative link of a document leads, from the project's root. */
export const targetOf = (document: Document, link: string): string =>
  relative(root, join(root, dirname(document.path), decodeURIComponent(link.replace(/#.*$/, ''))));
