/** docs/mutants.md: the list of mutants with the test that caught each. Written by `npm run mutants -- --write`. */
import { readFileSync } from 'node:fs';
import { type Mutant, pathOf } from './mutant.ts';

export const PAGE = 'docs/mutants.md';

const HEAD = `# Mistakes that the tests notice

Each row is a deliberate mistake in the source. \`npm run mutants\` puts one after another in place, as the module is loaded
and never on disk, and runs the tests that are to notice: all of them do, by the test in the last column. It fails when a
mistake goes unnoticed, or when its text is no longer found. \`--only <words>\` tries those whose names or files hold the words,
\`--sample <n> --seed <text>\` some of them, \`--write\` puts the result here. Random inputs are the same each time.

`;

/** The cells of a row; \`caught\` is what {@link caughtBy} made of the outcome. */
export interface Row {
  readonly name: string;
  readonly stands: string;
  readonly file: string;
  readonly caught: string;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const COLUMNS = ['name', 'what it stands for', 'file', 'caught by'];

export function pageOf(mutants: readonly Mutant[], caught: ReadonlyMap<string, string>): string {
  const rows = mutants.map(({ name, stands, file }) => [
    name,
    cell(stands),
    `\`${file}\``,
    cell(caught.get(name) ?? ''),
  ]);
  const lines = [COLUMNS, COLUMNS.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${HEAD}${mutants.length} mistakes:\n\n${lines.join('\n')}\n`;
}

/** What the page says now. */
export function readPage(): { readonly text: string; readonly rows: readonly Row[] } {
  const text = readFileSync(pathOf(PAGE), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('| '));
  const rows = lines.slice(2).map((line) => {
    const cells = line
      .slice(2, -2)
      .split(' | ')
      .map((each) => each.replaceAll('\\|', '|'));
    const [name = '', stands = '', file = '', caught = ''] = cells;
    return { name, stands, file: file.replaceAll('`', ''), caught };
  });
  return { text, rows };
}
