/** Whatever the documents and the program both say, they say alike. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../src/cli/context.ts';
import { statusDocument } from '../src/cli/status-schema.ts';
import { invariant } from '../src/core/invariant.ts';
import type { NodeStatus } from '../src/core/status.ts';
import { codes } from '../src/diagnostic/codes.ts';
import { jsonSchemas } from '../src/plan/dialects/json-schemas.ts';
import { DEFAULT_RIG } from '../src/plan/settings-load.ts';
import { fileWord } from '../src/project/status-files.ts';
import { flagsByCommand, usagesIn } from './docs/command-line.ts';
import { allDocuments, anchorOf, codeOf, readDocument, root, rowsUnder, targetOf } from './docs/documents.ts';
import { BEAD, FORMULA, loadExample, planOf } from './docs/examples.ts';
import { type KeyFacts, keysOf, schemaShape } from './docs/schema-keys.ts';
import { commentsInSource, failureCodesInSource, numberInSource } from './docs/source.ts';
import { variablesOf } from './docs/variables.ts';

const documents = allDocuments();
const formats = readDocument('docs/formats.md');
const semantics = readDocument('docs/semantics.md');
const manual = readDocument('docs/manual.md');
const references = [formats.path, semantics.path, manual.path];
/** A test of this name, in a file's text. */
const testNamed = (name: string): RegExp =>
  new RegExp(`\\(\\s*'${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}'`);
const inOneLine = (text: string): string => text.replace(/\s+/g, ' ');

describe('documents', () => {
  it.each(documents)('$path: links lead somewhere', (document) => {
    const broken = document.links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const path = link.startsWith('#') ? document.path : targetOf(document, link);
      if (!existsSync(join(root, path))) return true;
      const anchor = link.split('#')[1];
      return anchor !== undefined && !readDocument(path).headings.map(anchorOf).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(documents)('$path: names only diagnostics that exist', ({ codeSpans }) => {
    const areas = [...new Set(Object.keys(codes).map((code) => code.split('/')[0]))];
    const named = codeSpans.filter((span) => new RegExp(`^(?:${areas.join('|')})/[a-z0-9-]+$`).test(span));
    const isFile = (span: string): boolean => existsSync(join(root, 'src', `${span}.ts`));
    expect(named.filter((span) => !Object.hasOwn(codes, span) && !isFile(span))).toEqual([]);
  });

  it.each(documents)('$path: uses only commands and flags that exist', async (document) => {
    const known = await flagsByCommand();
    const everywhere = new Set([...known.values()].flatMap((flags) => [...flags]).concat('--version', '-v'));
    const wrong = usagesIn(document).flatMap(({ text, command, flags }) => {
      const allowed = command === undefined ? everywhere : known.get(command);
      return allowed === undefined || flags.some((flag) => !allowed.has(flag)) ? [text] : [];
    });
    expect(wrong).toEqual([]);
    // Elsewhere a flag on its own may be another program's.
    if (!references.includes(document.path)) return;
    const alone = document.codeSpans.filter((span) => /^--[a-z][a-z-]*$/.test(span));
    expect(alone.filter((flag) => !everywhere.has(flag))).toEqual([]);
  });

  const examples = documents
    .flatMap(({ fences }) => fences)
    .filter(({ info }) => info === 'toml')
    .map((fence, at) => ({ ...fence, name: `${fence.document}, "${fence.section}" (${at + 1})` }));
  it.each(examples)('$name: loads', (example) => {
    const wrong = loadExample(example).filter(({ severity }) => severity === 'error');
    expect(wrong.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  });

  it('that comments of the source refer to have the sections they name', () => {
    const cited = commentsInSource().flatMap((comment) => [
      ...comment.matchAll(/(docs\/[a-z/]+(?:\.md)?)(?:, "([^"]+)")?/g),
    ]);
    expect(cited.length).toBeGreaterThan(4);
    for (const [text, path = '', title] of cited) {
      expect(existsSync(join(root, path)), text).toBe(true);
      if (title !== undefined) expect(readDocument(path).headings, text).toContain(title);
    }
  });
});

describe('formats.md', () => {
  const rows = rowsUnder(formats, 'key', 'type', 'default', 'meaning');
  const facts = new Map<string, KeyFacts>();
  // The other keys of a library bead are those of a bead.
  const isTold = (schema: string, key: string): boolean =>
    schema !== 'library.schema.json' || key.startsWith('inputs.');
  for (const [name, schema] of jsonSchemas())
    for (const [key, fact] of keysOf(schemaShape.parse(schema)))
      if (isTold(name, key)) facts.set(name === 'rig.schema.json' ? `rigs.*.${key}` : key, fact);
  const keyOf = (row: readonly string[]): string => codeOf(row[0]).replace(/[A-Z]+/g, '*');

  it('lists every key of the schemas, once, and no other', () => {
    expect(rows.map(keyOf).sort()).toEqual([...facts.keys()].sort());
  });

  it.each(rows.map((row) => ({ key: keyOf(row), row })))('$key: type and standing', ({ key, row }) => {
    const [, type, byDefault, meaning = ''] = row;
    const fact = facts.get(key);
    if (fact?.type !== 'anything') expect(type).toBe(fact?.type);
    expect(byDefault === 'required').toBe(fact?.isRequired);
    const says = /(?:^|: )refused/i.test(meaning)
      ? 'refused'
      : /not acted on/.test(meaning)
        ? 'not acted on'
        : 'live';
    expect(says).toBe(fact?.standing);
  });

  it('tells the defaults that a plan really gets', () => {
    const told = (key: string): string => rows.find((row) => keyOf(row) === key)?.[2] ?? '';
    const { formula, beads, nodes } = planOf(
      new Map([
        ['formula.toml', FORMULA],
        ['beads/a.toml', BEAD],
      ]),
    );
    const [node] = nodes;
    invariant(node?.kind === 'bead', 'the plan holds one bead');
    const real: Readonly<Record<string, string | number | undefined>> = {
      'formula.rig': beads[0]?.rig,
      'formula.execution.parallel_beads': formula.parallel,
      'formula.execution.retries': node.policy.retries,
      'formula.execution.on_failure': node.policy.onFailure,
      'formula.sync.mode': formula.sync,
      'formula.sync.quorum': formula.quorum,
      'bead.priority': node.priority,
      'bead.join': node.join.type,
      'rigs.*.kind': DEFAULT_RIG.kind,
      'rigs.*.root': DEFAULT_RIG.root,
    };
    for (const [key, value] of Object.entries(real)) expect(told(key), key).toBe(`\`${value}\``);
    expect([formula.timeoutMs, node.policy.timeoutMs]).toEqual([undefined, undefined]);
  });

  it('names every published schema', () => {
    const published = readdirSync(join(root, 'schemas')).filter((name) => name.endsWith('.json'));
    expect(
      published.filter(
        (name) => !formats.text.includes(`\`${name}\``) && !formats.text.includes(`\`schemas/${name}\``),
      ),
    ).toEqual([]);
  });
});

describe('semantics.md', () => {
  it.each(
    rowsUnder(semantics, 'what', 'value', 'where').map(([what, value, where]) => ({ what, value, where })),
  )('numbers: $what', ({ value = '', where = '' }) => {
    const [, name = '', file = ''] = /^`(\w+)` in `([^`]+)`$/.exec(where) ?? [];
    expect(numberInSource(file, name)).toBe(Number.parseInt(value, 10));
  });

  it('lists every code that a failure can have', () => {
    const listed = rowsUnder(semantics, 'code', 'class', 'meaning').map(([code]) => codeOf(code));
    expect(listed.sort()).toEqual([...failureCodesInSource()].sort());
  });

  it('has the words for a status, in files too, that the program has', () => {
    const words = rowsUnder(semantics, 'word', 'meaning', 'in bead files').map((row) => row.map(codeOf));
    const all: readonly NodeStatus[] = statusDocument.shape.beads.element.shape.status.options;
    expect(words.map(([status, , file]) => [status, file]).sort()).toEqual(
      all.map((status) => [status, fileWord(status)]).sort(),
    );
  });

  it('tells which variables a worker, a check and a setup get', async () => {
    const table = rowsUnder(semantics, 'variable', 'work', 'checks', 'setup');
    const told = (column: number): string[] =>
      table.flatMap((row) => (row[column] === 'yes' ? [codeOf(row[0])] : [])).sort();
    const given = await variablesOf();
    expect([told(1), told(2), told(3)]).toEqual([given.work, given.checks, given.setup]);
  });

  const quoted = rowsUnder(semantics, 'sentence', 'test file', 'test');
  const body = inOneLine(semantics.text.split('## Which test keeps which sentence')[0] ?? '');
  it.each(quoted.map(([sentence = '', file, name = '']) => ({ sentence, file, name })))(
    '"$sentence" is written above and kept by a test',
    ({ sentence, file, name }) => {
      expect(body.replace(/ \* | - /g, ' ')).toContain(sentence);
      expect(readFileSync(join(root, codeOf(file)), 'utf8')).toMatch(testNamed(name));
    },
  );
});

describe('guarantees.md', () => {
  const guarantees = readDocument('docs/guarantees.md');
  const kept = rowsUnder(guarantees, 'no.', 'guarantee', 'how it is kept', 'test file', 'test');

  it.each(
    kept.map(([number = '', guarantee = '', , file, name = '']) => ({ number, guarantee, file, name })),
  )('$number: "$guarantee" is kept by a test', ({ file, name }) => {
    expect(readFileSync(join(root, codeOf(file)), 'utf8')).toMatch(testNamed(name));
  });

  it('has every number, kept or not built yet', () => {
    const [, rest = ''] = guarantees.text.split('## Not built yet');
    const open = [...rest.matchAll(/\*\*G(\d+)(?: to G(\d+))?/g)].flatMap(([, from, to = from]) =>
      Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => `G${Number(from) + at}`),
    );
    const numbers = new Set([...kept.map(([number]) => number), ...open]);
    expect(Array.from({ length: 27 }, (_, at) => `G${at + 1}`).filter((one) => !numbers.has(one))).toEqual(
      [],
    );
  });
});

describe('manual.md', () => {
  it('explains exactly the exit codes there are', () => {
    const explained = rowsUnder(manual, 'exit code').map(([code]) => Number(code));
    expect(explained.sort()).toEqual(Object.values(EXIT).sort());
  });

  it('has the three errors that people search for', () => {
    for (const name of ['Circular dependency detected', 'Bead execution failed', 'Rig not found'])
      expect(manual.text).toContain(`**"${name}"**`);
  });
});

describe('glossary.md', () => {
  it('has each word once', () => {
    const words = rowsUnder(readDocument('docs/glossary.md'), 'word', 'meaning', 'not').map(([word]) => word);
    expect(new Set(words).size).toBe(words.length);
    expect(words.length).toBeGreaterThan(30);
  });
});
