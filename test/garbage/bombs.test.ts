/**
 * Inputs of the largest sizes that are read (files have 4 MiB) in which one thing is repeated: where answering costs more
 * than the input has, these do not end before the test's patience does. Nothing here measures time.
 */
import { describe, expect, it } from 'vitest';
import { MOST_KEPT } from '../../src/diagnostic/collector.ts';
import { renderAll } from '../../src/diagnostic/render-text.ts';
import { Outline } from '../../src/plan/headings.ts';
import { loadPlan } from '../../src/plan/load.ts';
import type { LoadResult } from '../../src/plan/load-request.ts';
import { loadSettings } from '../../src/plan/settings-load.ts';
import { parseTemplate } from '../../src/plan/templates/template.ts';
import { inMemory } from './project.ts';
import { judge } from './verdict.ts';

const FORMULA = '[formula]\nname = "f"\ntype = "expansion"\n';

function load(files: Readonly<Record<string, string>>): LoadResult {
  const reader = inMemory({ 'formula.toml': FORMULA, ...files });
  const { settings } = loadSettings(reader, { strict: false });
  const hash = (text: string): string => String(text.length);
  const loaded = loadPlan({ formulaFile: 'formula.toml', files: reader, settings, hash, strict: false });
  judge(loaded.diagnostics, loaded.sources);
  return loaded;
}

const times = (count: number, text: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => text(at)).join('');

const bead = (rest: string, id = 'a'): Record<string, string> => ({
  [`beads/${id}.toml`]: `[bead]\nid = "${id}"\n${rest}`,
});

describe('a file that is wrong in thousands of places', () => {
  it('is read to its end; of what is wrong, the first remarks are kept, and the rest is counted', () => {
    const { diagnostics, plan } = load(bead(`artifacts = [${times(100_000, () => '1,\n')}]\n`));
    expect(plan).toBeUndefined();
    expect(diagnostics).toHaveLength(MOST_KEPT + 1);
    expect(diagnostics.at(-1)).toMatchObject({ code: 'file/too-many-remarks', severity: 'error' });
    expect(diagnostics.at(-1)?.message).toContain('90,001');
  });

  it('is as wrong as the worst remark that is left out', () => {
    const unknown = times(MOST_KEPT + 10, (at) => `x${at} = 1\n`);
    expect(load(bead(unknown)).diagnostics.at(-1)).toMatchObject({ severity: 'warning' });
    expect(load(bead(`${unknown}artifacts = 1\n`)).plan).toBeUndefined();
  });

  it.each<[string, Record<string, string>]>([
    [
      'requirements that nobody has',
      bead(`dependencies.requires = [${times(30_000, (at) => `"b${at}",\n`)}]\n`),
    ],
    ['places for values, never closed', withVariable(`description = "${'{{'.repeat(200_000)}"\n`)],
    ['places for values that name nothing', withVariable(`description = "${'{{x}}'.repeat(100_000)}"\n`)],
    [
      'a place for a value with a name of a million characters',
      withVariable(`description = "{{${'x'.repeat(1_000_000)}}}"\n`),
    ],
    [
      'names that are none, where thousands are known',
      {
        'formula.toml': `${FORMULA}[formula.vars]\n${times(10_000, (at) => `v${at} = 1\n`)}`,
        ...bead(`description = "${times(10_000, (at) => `{{w${at}}}`)}"\n`),
      },
    ],
    [
      'inputs that a library bead does not have',
      {
        'library/l.toml': `[bead]\n[inputs]\n${times(10_000, (at) => `v${at} = "x"\n`)}`,
        ...bead(`use = "l"\n[bead.with]\n${times(10_000, (at) => `w${at} = "x"\n`)}`),
      },
    ],
    [
      'references to sections that all have one title',
      withDocument(
        '# a\n'.repeat(50_000),
        times(50_000, (at) => `"${' '.repeat(at % 50)}a",`),
      ),
    ],
    [
      'references to sections that are not there',
      withDocument(
        times(30_000, (at) => `# h${at}\n`),
        times(30_000, (at) => `"r${at}",`),
      ),
    ],
    ['deep folders', bead(`artifacts = ["${'a/'.repeat(200_000)}*"]\n`)],
    [
      'patterns of thousands of segments',
      {
        ...bead(`artifacts = ["${'**/*/'.repeat(10_000)}"]\n`),
        ...bead(`artifacts = ["${'*/**/'.repeat(10_000)}a"]\n`, 'b'),
      },
    ],
  ])('%s', (_, files) => {
    expect(load(files).diagnostics.length).toBeGreaterThan(0);
  });

  it('is shown with its lines', () => {
    const { diagnostics, sources } = load(
      bead(`artifacts = [${'\n'.repeat(1_000_000)}${times(20_000, () => '1,\n')}]\n`),
    );
    expect(renderAll(diagnostics, sources)).toContain('1000003:1');
  });
});

function withVariable(rest: string): Record<string, string> {
  return { 'formula.toml': `${FORMULA}[formula.vars]\nv = "x"\n`, ...bead(rest) };
}

function withDocument(text: string, refs: string): Record<string, string> {
  return {
    'formula.toml': `${FORMULA}[formula.context]\nspec = "spec.md"\n`,
    'spec.md': text,
    ...bead(`context.from_spec = [${refs}]\n`),
  };
}

describe('large and right', () => {
  it('one section may be given a thousand times: its text goes into the key of the bead once', () => {
    const { plan } = load({
      ...withDocument(`# a\n${'x\n'.repeat(300_000)}`, '"a",'.repeat(1000)),
      'gastown.toml': '[agents.m]\ncommand = ["m"]\n',
    });
    expect(plan?.beads[0]?.context).toHaveLength(1000);
  });

  it('a text of half a million marks is taken apart', () => {
    expect(parseTemplate('\\{{'.repeat(500_000)).pieces).toHaveLength(1);
  });

  it.each([
    ['headings', '# a\n'],
    ['titles', '# [*`<a\n'],
    ['underlines', 'a\n===\n'],
    ['quotations', '> '],
    ['lists', '- '],
    ['fences', '```\n'],
    ['links', '[a]: <\n'],
    ['comments', '<!--\n'],
  ])('a document of nothing but %s', (_, part) => {
    const outline = new Outline(part.repeat(30_000));
    expect(outline.find('x.y.z')).toEqual({ type: 'missing' });
    for (const { lines } of outline.headings) expect(lines.to).toBeGreaterThanOrEqual(lines.from);
  });
});

describe('a lone carriage return', () => {
  it('ends no line: headings lie in the lines that everything else counts', () => {
    const [heading] = new Outline('a\r\r\r\n# b\r# c\r\n').headings;
    expect(heading).toMatchObject({ title: 'b # c', lines: { from: 2, to: 2 } });
  });
});
