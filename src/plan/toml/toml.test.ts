import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Collector } from '../../diagnostic/collector.ts';
import { Source } from './source.ts';
import { readFully, readToml } from './toml.ts';
import { readPlain } from './toml-plain.ts';
import { repairEscapes } from './toml-repair.ts';
import type { TomlValue } from './toml-tree.ts';

const full = (text: string): TomlValue | undefined => readFully(new Source('x.toml', text), new Collector());

/** Values without places, for short expectations. */
function plainValue(value: TomlValue): unknown {
  switch (value.type) {
    case 'table':
      return Object.fromEntries([...value.entries].map(([key, entry]) => [key, plainValue(entry.value)]));
    case 'array':
      return value.items.map(plainValue);
    default:
      return value.value;
  }
}

const typical = `# a bead
[bead]
id = "pet-crud" # here
name = "Say \\"hi\\""
priority = 2
empty = []
table = { a = 1, "b c" = [true, false], d = {} }

[bead.task]
description = """
one
  two
"""
artifacts = [
  "a", # first
  'b\\c',
  # none
]

[[beads.list]]

[[beads.list]]
id = "a"
[beads.list.inner]
x = 0
[bead.dependencies.deep]
[bead.dependencies]
requires = []
`;

describe('the short way', () => {
  it('reads what bead files are made of, as the full parser does', () => {
    const plain = readPlain(typical);
    expect(plain).toBeDefined();
    expect(plain).toEqual(full(typical));
  });

  it.each([
    'a = 1.5',
    'a = -1',
    'a = 0x10',
    'a = 1_000',
    'a = 1979-05-27',
    'a = inf',
    'a.b = 1',
    "a = '''x'''",
    'a = "\\u0041"',
    'a = 1\r\n',
    '[a]\n[a]\n',
    'a = 1\na = 2',
    '[a]\n[[a]]',
    'a = []\n[[a]]',
    'a = {}\n[a]',
    'a = {}\n[a.b]',
    '[a.b]\n[a]\nb = 1',
    '[[a]]\n[a]',
    'a = """x""""',
    'a = {b = 1,}',
    'a = [1,,2]',
    'a = {\nb = 1}',
    '= 1',
    '[a',
    '[[a]',
    'a 1',
    'a = 01',
    'a = truefalse',
    '"" = 1',
    'a = "x',
    "a = 'x",
    'a = "é😀"',
  ])('leaves %j to the full parser', (text) => {
    expect(readPlain(text)).toBeUndefined();
  });

  it('gives the same tree as the full parser, or gives up', () => {
    const pieces = fc.constantFrom(
      ...typical.split(/(?<=[\n=,.[\]{}"'\\ ])/),
      '\n',
      '"""',
      "'",
      '[[',
      ']]',
      'a',
      '1',
      'true',
      '#',
      '\t',
      '{',
      '}',
      '.',
      'é',
      '-',
      '_',
      '"a"',
    );
    const mutated = fc
      .tuple(fc.nat(typical.length), fc.nat(12), fc.array(pieces, { maxLength: 4 }))
      .map(([at, cut, added]) => typical.slice(0, at) + added.join('') + typical.slice(at + cut));
    // Lines that are fine one by one, but redefine or extend each other in every way there is.
    const line = fc.constantFrom(
      ...[
        '[a]',
        '[a.b]',
        '[a.b.c]',
        '[[a]]',
        '[[a.b]]',
        '[c]',
        '[[c]]',
        '[c.a]',
        'a = 1',
        'b = {}',
        'c = []',
      ],
      ...['c = [{}]', 'b = { a = 1, a = 2 }', 'a = "x"', '"a" = 2', '[ a . "b" ]', '', '# a'],
    );
    const documents = fc.oneof(
      mutated,
      fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
      fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n')),
    );
    let accepted = 0;
    fc.assert(
      fc.property(documents, (text) => {
        const plain = readPlain(text);
        if (plain === undefined) return;
        accepted++;
        expect(plain).toEqual(full(text));
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(300);
  });
});

describe('readToml', () => {
  it('never throws, and points into the file', () => {
    const garbage = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .tuple(fc.nat(typical.length), fc.string({ unit: 'binary', maxLength: 5 }))
        .map(([at, added]) => typical.slice(0, at) + added + typical.slice(at)),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        const collector = new Collector();
        const root = readToml(new Source('x.toml', text), collector);
        expect(root === undefined).toBe(collector.hasErrors);
        const lines = text.split('\n');
        for (const { span } of collector.diagnostics) {
          expect(span).toBeDefined();
          for (const place of span === undefined ? [] : [span.start, span.end]) {
            expect(lines[place.line - 1]).toBeDefined();
            expect(place.column).toBeGreaterThanOrEqual(1);
            expect(place.column).toBeLessThanOrEqual((lines[place.line - 1]?.length ?? 0) + 1);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps keys that objects would trip over', () => {
    const root = readToml(new Source('x.toml', '__proto__ = 1\nconstructor = 2\n'), new Collector());
    expect(root?.entries.get('__proto__')?.value).toMatchObject({ value: 1 });
    expect(root?.entries.get('constructor')?.value).toMatchObject({ value: 2 });
  });
});

describe('repair of escapes', () => {
  it.each([
    ['bytes of a character', 'a = "it\\xe2\\x80\\x99s"', { a: 'it’s' }],
    ['a character cut off', 'a = "cut\\xe2\\x80..."', { a: 'cut\ufffd...' }],
    ['bytes that are none', 'a = "\\xff\\xc0\\x80\\xed\\xa0\\x80"', { a: '\ufffd'.repeat(6) }],
    ['four bytes', 'a = "\\xf0\\x9f\\x98\\x80"', { a: '😀' }],
    ['controls', 'a = "\\a\\v\\x1b\\x7f\\x00"', { a: '\u0007\u000b\u001b\u007f\u0000' }],
    ['valid escapes stay', 'a = "\\\\x41 \\" \\u0041 \\x41"', { a: '\\x41 " A A' }],
    [
      'other strings stay',
      "# \\x41\nb = '\\x41'\nc = '''\\x41\\a'''\na = \"\\x41\"",
      { b: '\\x41', c: '\\x41\\a', a: 'A' },
    ],
    ['several lines', 'a = """\n\\x41"\\a"""', { a: 'A"\u0007' }],
  ])('%s', (_, text, expected) => {
    const collector = new Collector();
    const root = readToml(new Source('x.toml', text), collector);
    expect(root === undefined ? undefined : plainValue(root)).toEqual(expected);
    expect(collector.diagnostics.map(({ code }) => code)).toEqual(['toml/repaired-escape']);
  });

  it('does not help other escapes', () => {
    const collector = new Collector();
    expect(readToml(new Source('x.toml', 'a = "\\q\\x41"'), collector)).toBeUndefined();
    expect(collector.diagnostics[0]).toMatchObject({
      code: 'toml/syntax',
      span: { start: { line: 1, column: 7 } },
    });
  });

  it('keeps the places of the original', () => {
    const text = 'a = "\\xe2\\x80\\x99" # \nbb = "\\a"\nccc = 3\n';
    const root = readToml(new Source('x.toml', text), new Collector());
    const entries = [...(root?.entries.values() ?? [])];
    expect(entries.map((entry) => text.slice(entry.start, entry.end))).toEqual(['a', 'bb', 'ccc']);
    expect(entries.map(({ value }) => text.slice(value.start, value.end))).toEqual([
      '"\\xe2\\x80\\x99"',
      '"\\a"',
      '3',
    ]);
    expect(repairEscapes('a = "plain"')).toBeUndefined();
  });
});
