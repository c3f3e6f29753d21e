import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Checked, ExpressionCheck, type Wanted } from './check.ts';

const ids = ['tests', 'pet-crud', 'pet-api', 'a-b-c', 'a_b-c', 'v1.2', 'constructor'];
const expressions = new ExpressionCheck(
  new Map(ids.map((id) => [id, 0])),
  new Map([
    ['target', { type: 'string' as const }],
    ['count', { type: 'integer' as const }],
    ['on', { type: 'boolean' as const }],
    ['my-value', { type: 'string' as const }],
  ]),
  ['CI'],
);

const check = (text: string, wanted: Wanted = 'bool'): Checked => expressions.check(text, wanted);

/** Each fault as "code: what is marked: the first hint". */
function faults(text: string, wanted: Wanted = 'bool'): readonly string[] {
  const result = check(text, wanted);
  if (result.type === 'checked') return [];
  return result.faults.map(
    ({ code, place, hints }) =>
      `${code.replace('condition/', '')}: ${text.slice(place.start, place.end)}${hints[0] === undefined ? '' : `: ${hints[0]}`}`,
  );
}

describe('sound expressions', () => {
  it.each([
    ['true', 'true', []],
    ['beads.tests.outcome == "done"', 'beads.tests.outcome == "done"', ['tests']],
    ['beads["pet-crud"].outcome != "failed"', 'beads["pet-crud"].outcome != "failed"', ['pet-crud']],
    [
      'beads.pet_crud.outcome == "done" || beads . pet_api . outputs.ok',
      'beads["pet-crud"].outcome == "done" || beads["pet-api"] . outputs.ok',
      ['pet-crud', 'pet-api'],
    ],
    ['beads["v1.2"].outputs["constructor"].x', 'beads["v1.2"].outputs["constructor"].x', ['v1.2']],
    [
      'beads.constructor.artifacts.exists(a, a == "x")',
      'beads.constructor.artifacts.exists(a, a == "x")',
      ['constructor'],
    ],
    ['has(beads.tests.outputs.x) && vars.on', 'has(beads.tests.outputs.x) && vars.on', ['tests']],
    [
      'vars.target + "x" == env.CI && vars["my-value"] != ""',
      'vars.target + "x" == env.CI && vars["my-value"] != ""',
      [],
    ],
    ['file.exists("docs/../README.md")', 'file.exists("docs/../README.md")', []],
    [
      'beads.tests.outputs.l.exists(tests, tests.outcome == "any word")',
      'beads.tests.outputs.l.exists(tests, tests.outcome == "any word")',
      ['tests'],
    ],
    [
      'beads.tests.outcome in ["done", "not-taken"]',
      'beads.tests.outcome in ["done", "not-taken"]',
      ['tests'],
    ],
  ])('%s', (text, written, beads) => {
    const result = check(text);
    expect(result).toMatchObject({ type: 'checked', text: written });
    expect(result.type === 'checked' && result.beads.map(({ id }) => id)).toEqual(beads);
  });

  it.each([
    ['beads.tests.outputs.modules'],
    ['beads.tests.artifacts'],
    ['[1, "a"]'],
    ['beads.tests.outputs.x.map(y, y.z)'],
  ])('%s is a list', (text) => {
    expect(check(text, 'list')).toMatchObject({ type: 'checked', text });
  });
});

describe('faulty expressions', () => {
  it.each([
    ['beads.tests.outcome = "done"', 'syntax: =: write == to compare'],
    ['vars.on and vars.on', 'syntax: and: write && for "and"'],
    ['vars.on &&', 'syntax: '],
    ['(vars.on', 'syntax: '],
    ['beads.2fa.outcome == "done"', 'syntax: 2: write beads["2fa"]'],
    ['"never closed', 'syntax: "never closed'],
    ['if', 'syntax: if'],
    ['beads.test.outcome == "done"', 'unknown-name: test: did you mean "tests"?'],
    ['beads["test"].outcome == "done"', 'unknown-name: "test": did you mean "tests"?'],
    ['beads["pet_crud"].outcome == "done"', 'unknown-name: "pet_crud": did you mean "pet-crud"?'],
    ['beads.pet-crud.outcome == "done"', 'unknown-name: pet-crud: write beads["pet-crud"]'],
    ['vars.my-value == ""', 'unknown-name: my-value: write vars["my-value"]'],
    ['beads.a_b_c.outcome == "done"', 'unknown-name: a_b_c: write beads["a-b-c"]'],
    ['beads.tests.outcom == "done"', 'unknown-name: outcom: did you mean "outcome"?'],
    ['beads.tests["outcom"] == "done"', 'unknown-name: "outcom": did you mean "outcome"?'],
    [
      'beads.tests == "done"',
      'unknown-name: beads.tests: name what you want to know of it: outcome, outputs, artifacts',
    ],
    ['tests.outcome == "done"', 'unknown-name: tests: did you mean `beads.tests`?'],
    ['target == "x"', 'unknown-name: target: did you mean `vars.target`?'],
    ['bead.tests.outcome == "done"', 'unknown-name: bead: did you mean "beads"?'],
    ['vars.tarket == "x"', 'unknown-name: tarket: did you mean "target"?'],
    ['env.HOME == "x"', 'unknown-name: HOME: allow it: env = ["HOME"] in [formula]'],
    ['env.CL == "x"', 'unknown-name: CL: did you mean "CI"?'],
    ['beads.tests.outcome == "dnoe"', 'unknown-outcome: "dnoe": did you mean "done"?'],
    [
      '"succeeded" != beads["tests"].outcome',
      'unknown-outcome: "succeeded": outcomes are: done, failed, skipped, not-taken, cancelled, pending',
    ],
    ['beads.tests.outcome in ["done", "skiped"]', 'unknown-outcome: "skiped": did you mean "skipped"?'],
    [
      'vars.target.matches("(a+)+")',
      'not-allowed: vars.target.matches("(a+)+"): a pattern could take for ever: use contains, startsWith or endsWith',
    ],
    ['vars.target.startWith("a")', 'not-allowed: vars.target.startWith("a"): did you mean "startsWith"?'],
    ['sizes(vars.target) == 1', 'not-allowed: sizes(vars.target): did you mean "size"?'],
    [
      'beads[vars.target].outcome == "done"',
      'not-allowed: beads[vars.target]: write the name itself: beads["name"]',
    ],
    ['beads.exists(b, true)', 'not-allowed: beads: name one of them: beads.NAME'],
    ['[1].exists(beads, true)', 'not-allowed: beads'],
    ['vars.target == b"x"', 'not-allowed: b"x"'],
    ['file.read("x") == ""', 'not-allowed: file.read("x"): about files there is only file.exists("path")'],
    ['file.exists("../secret")', 'path-outside: "../secret"'],
    ['file.exists("/etc/passwd")', 'path-outside: "/etc/passwd"'],
    ['beads.tests.outcome == 1', 'wrong-type: beads.tests.outcome == 1'],
    ['vars.count == "1"', 'wrong-type: vars.count == "1"'],
    ['vars.target && vars.on', 'wrong-type: vars.target && vars.on'],
    ['vars.target', 'wrong-type: vars.target'],
    ['beads.tests.artifacts', 'wrong-type: beads.tests.artifacts'],
    ['size(vars.count) == 1', 'wrong-type: size(vars.count)'],
    ['vars.on ? 1 : "a"', 'wrong-type: vars.on ? 1 : "a"'],
  ])('%s', (text, expected) => {
    expect(faults(text)).toEqual([expected]);
  });

  it('are all told, where there are several', () => {
    expect(
      faults('beads.tets.outcome == "done" && beads.tests.outcome == "dnoe" && vars.x == ""'),
    ).toHaveLength(3);
  });

  it.each([['vars.on'], ['vars.target'], ['{"a": 1}'], ['beads.tests.outcome']])('%s is no list', (text) => {
    expect(faults(text, 'list')).toEqual([`wrong-type: ${text}`]);
  });

  it.each([
    ['a million characters', ' '.repeat(1_000_000)],
    ['too many parts', new Array(300).fill('true').join(' && ')],
    ['too many levels', `${'('.repeat(100)}true${')'.repeat(100)}`],
    ['too many levels of lists', `${'['.repeat(2000)}${']'.repeat(2000)}`],
    ['too many arguments', `size(${new Array(100).fill('1').join(', ')})`],
  ])('%s: too large', (_, text) => {
    expect(faults(text)[0]).toMatch(/^too-large/);
  });
});

describe('whatever the text', () => {
  const pieces = fc.constantFrom(
    ...[
      'beads',
      '.',
      'tests',
      'pet_crud',
      'pet-crud',
      'outcome',
      'outputs',
      ' == ',
      '"done"',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
    ],
    ...[
      'vars',
      'env',
      'file',
      '.exists(',
      'x',
      ', ',
      '1',
      '-',
      '!',
      ' && ',
      ' in ',
      '? ',
      ' : ',
      "'",
      '"""',
      '\\',
      'b"',
      'r"',
    ],
    ...[
      'cel.bind(',
      '.matches(',
      'has(',
      '😀',
      '\n',
      '\0',
      'u',
      '__proto__',
      'constructor',
      '9223372036854775808',
      '1u',
      '//',
    ],
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
  );

  it('nothing is thrown, and every place lies in the text', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom('bool', 'list'), (text, wanted) => {
        const result = check(text, wanted);
        const places =
          result.type === 'checked'
            ? result.beads.map((bead) => bead.place)
            : result.faults.map((fault) => fault.place);
        for (const { start, end } of places) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
        if (result.type === 'faulty') expect(result.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 3000 },
    );
  });
});
