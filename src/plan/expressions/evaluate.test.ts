import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beadsNamed, evaluateCondition, evaluateList } from './evaluate.ts';
import type { BeadFacts, Facts } from './facts.ts';

const numbers = Array.from({ length: 2000 }, (_, at) => at);

const skipped: BeadFacts = { outcome: 'skipped', outputs: {}, artifacts: [] };

const facts: Facts = {
  beads: {
    tests: {
      outcome: 'done',
      outputs: {
        count: 3,
        ratio: 0.5,
        name: 'Über 🎉',
        none: null,
        big: 2 ** 60,
        modules: [{ name: 'a', deep: { x: 1 } }, { name: 'b' }],
        words: ['x', 'y'],
        ['__proto__']: 'own',
        constructor: 'own, too',
        numbers,
        text: 'a'.repeat(1_000_000),
        half: `${'a'.repeat(500_000)}b`,
      },
      artifacts: ['out/a.txt'],
    },
    'pet-crud': { outcome: 'failed', outputs: {}, artifacts: [] },
    ...Object.fromEntries([['constructor', skipped]]),
  },
  vars: { target: 'staging', count: 3, ratio: 1.5, on: true },
  env: { CI: '1' },
  fileExists: (path) => path === 'README.md',
};

const outputs = 'beads.tests.outputs';

describe('conditions', () => {
  it.each([
    ['true', true],
    ['beads.tests.outcome == "done"', true],
    ["beads['pet-crud'].outcome in ['failed', 'skipped']", true],
    ['beads.constructor.outcome == "skipped"', true],
    ['"out/a.txt" in beads.tests.artifacts', true],
    ['vars.target == "staging" && vars.on && vars.count == 3 && vars.ratio > 1.0', true],
    ['env.CI == "1" && env.OTHER == ""', true],
    ['file.exists("README.md") && !file.exists("other" + ".md")', true],
    [`${outputs}.count == 3 && ${outputs}.count >= 3 && ${outputs}.count < 4`, true],
    [`${outputs}.count == 3.0 && ${outputs}.ratio == 0.5 && ${outputs}.count > ${outputs}.ratio`, true],
    [`${outputs}.count == "3" || ${outputs}.none == false`, false],
    [`${outputs}.none == null`, true],
    [`size(${outputs}.name) == 6 && ${outputs}.name.startsWith("Ü")`, true],
    [`has(${outputs}.modules) && !has(${outputs}.toString) && !has(${outputs}.missing)`, true],
    [`${outputs}["__proto__"] == "own" && ${outputs}["constructor"] == "own, too"`, true],
    [`${outputs}.modules[0].deep == {"x": 1} && ${outputs}.modules[1] != {"name": "c"}`, true],
    [`${outputs}.modules.exists(m, m.name == "b") && ${outputs}.modules.all(m, size(m.name) == 1)`, true],
    [`${outputs}.modules.exists_one(m, has(m.deep))`, true],
    [`${outputs}.modules.map(m, m.name) == ["a", "b"]`, true],
    [`${outputs}.modules.map(m, has(m.deep), m.name) == ["a"]`, true],
    [`${outputs}.modules.filter(m, m.name > "a").size() == 1`, true],
    [`{"a": 1, "b": 2}.all(key, key in ["a", "b"])`, true],
    [`${outputs}.words.join("-") == "x-y" && "x-y".split("-") == ${outputs}.words`, true],
    ['" A ".trim().lowerAscii() == "a" && "ß1".upperAscii() == "ß1"', true],
    ['int("42") + int(1.9) == 43 && double("1.5") == 1.5 && string(7) == "7" && bool("true")', true],
    ['7 / 2 == 3 && -7 / 2 == -3 && 7 % 4 == 3 && 1.0 / 4.0 == 0.25', true],
    ['vars.on ? 1 < 2 : false', true],
    // What decides makes up for what has no value, on either side.
    [`${outputs}.missing == 1 || true`, true],
    [`true || ${outputs}.missing == 1`, true],
    [`${outputs}.missing == 1 && false`, false],
    ['[{"a": 1}, {"b": 1}].exists(x, x.b == 1)', true],
  ])('%s', (text, expected) => {
    expect(evaluateCondition(text, facts)).toEqual({ type: 'value', value: expected });
  });

  it.each([
    [`${outputs}.missing == 1`, 'has no key "missing" there'],
    ['beads.unknown.outcome == "done"', 'has no key "unknown" there'],
    [`${outputs}.toString == 1`, 'has no key "toString" there'],
    [`${outputs}.count`, 'gives a whole number, not true or false'],
    [`${outputs}.count && true`, 'needs true or false where it has a whole number'],
    [`${outputs}.words > 1`, 'cannot use `>` on a list and a whole number'],
    [`${outputs}.words[2] == "z"`, 'asks for item 2 of a list that has 2'],
    [`${outputs}.count.name == 1`, 'asks a whole number for "name"'],
    [`${outputs}.count.all(x, true)`, 'goes through a whole number as if it were a list'],
    ['1 / 0 == 1', 'divides by zero'],
    ['9223372036854775807 + 1 > 0', 'gives a number that is too large'],
    ['int("1x") == 1', 'cannot make "1x" a value of `int`'],
    ['true &&', 'ends too early'],
    ['"a".matches("(a+)+$")', 'calls "matches"'],
    ['cel.bind(x, 1, x == 1)', 'uses "cel", which means nothing here'],
  ])('%s: an error', (text, message) => {
    expect(evaluateCondition(text, facts)).toEqual({ type: 'error', message });
  });
});

it('compares values of different types', () => {
  const different = ['1', '1.5', '"1"', 'true', 'null', '[1]', '{"a": 1}'];
  for (const a of different)
    for (const b of different)
      expect(evaluateCondition(`${a} == ${b}`, facts)).toEqual({ type: 'value', value: a === b });
});

it('gives an error, never false, where there is no value', () => {
  for (const text of [
    `${outputs}.missing`,
    `!${outputs}.missing`,
    `!(${outputs}.words > 1)`,
    '!(1 / 0 == 1)',
  ])
    expect(evaluateCondition(text, facts).type, text).toBe('error');
  expect(evaluateCondition(`has(${outputs}.missing) && ${outputs}.missing`, facts)).toEqual({
    type: 'value',
    value: false,
  });
});

describe('lists', () => {
  it.each([
    [`${outputs}.modules`, [{ name: 'a', deep: { x: 1 } }, { name: 'b' }]],
    [
      `${outputs}.modules.map(m, {"name": m.name, "size": 1 + 1, "half": 0.5})`,
      [
        { name: 'a', size: 2, half: 0.5 },
        { name: 'b', size: 2, half: 0.5 },
      ],
    ],
    ['[1, 2] + [3]', [1, 2, 3]],
    ['beads.tests.artifacts.filter(a, a.endsWith(".txt"))', ['out/a.txt']],
  ])('%s', (text, expected) => {
    expect(evaluateList(text, facts)).toEqual({ type: 'value', value: expected });
  });

  it.each([
    [`${outputs}.count`, 'gives a whole number, not a list'],
    [`[9007199254740993]`, 'gives the number 9007199254740993, which is too large'],
  ])('%s: an error', (text, message) => {
    expect(evaluateList(text, facts)).toEqual({ type: 'error', message });
  });
});

describe('names', () => {
  it.each([
    ['true', []],
    ['beads.b.outcome == beads["a-1"].outcome && beads.b.outputs.x[0].y', ['a-1', 'b']],
    ['vars.a == env.b && ["x"].exists(i, beads.deep.outputs[i] == 1)', ['deep']],
    ['not an expression', []],
  ])('%s', (text, expected) => {
    expect(beadsNamed(text)).toEqual(expected);
  });
});

describe('cost', () => {
  const loops = (depth: number): string =>
    `${'[1, 2, 3, 4, 5, 6].all(x, '.repeat(depth)}true${')'.repeat(depth)}`;
  it.each([
    ['loops in loops over data', `${outputs}.numbers.all(a, ${outputs}.numbers.all(b, a + b >= 0))`],
    ['loops in loops over literals', loops(20)],
    ['lists that double', `${'[[1, 2]]'}${'.map(a, a + a)'.repeat(45)} == []`],
    ['texts that double', `${'["abcdefgh"]'}${'.map(a, a + a)'.repeat(45)} == []`],
    ['a list added up', `size(${new Array(60).fill(`${outputs}.numbers`).join(' + ')}) > 1 && ${loops(20)}`],
    ['a search for a long text', `${outputs}.text.contains(${outputs}.half)`],
    ['a text in pieces', `${outputs}.text.split("").size() > 1`],
  ])('%s ends soon', (_, text) => {
    expect(evaluateCondition(text, facts)).toMatchObject({ message: 'takes more than 1,000,000 steps' });
  });

  it('lets a condition look at thousands of items', () => {
    expect(evaluateCondition(`${outputs}.numbers.filter(n, n % 2 == 0).size() == 1000`, facts)).toEqual({
      type: 'value',
      value: true,
    });
  });

  it.each([
    ['characters', `true${' '.repeat(1_000_000)}`],
    ['nodes', new Array(400).fill('true').join('||')],
    ['levels', `${'('.repeat(2000)}true${')'.repeat(2000)}`],
    ['signs', `${'!'.repeat(4000)}true`],
    ['levels of lists', '['.repeat(4000)],
  ])('refuses too many %s', (_, text) => {
    const begun = performance.now();
    expect(evaluateCondition(text, facts).type).toBe('error');
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});

/** Expressions whose types mostly fit, over what the facts hold; `x` is the item of a loop, and unknown outside. */
const { truth } = fc.letrec<{ truth: string; number: string; text: string; list: string }>((tie) => {
  const depth = { maxDepth: 4, depthIdentifier: 'nesting' };
  const pick = (...words: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
  const two = (
    a: fc.Arbitrary<string>,
    b: fc.Arbitrary<string>,
    ...ops: readonly string[]
  ): fc.Arbitrary<string> =>
    fc.tuple(pick(...ops), a, b).map(([op, left, right]) => `(${left} ${op} ${right})`);
  const [number, text, list, one] = [tie('number'), tie('text'), tie('list'), tie('truth')];
  const loop = (name: string, body: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(list, body).map(([all, inner]) => `${all}.${name}(x, ${inner})`);
  return {
    truth: fc.oneof(
      depth,
      pick('true', 'false', 'vars.on', 'has(o.none)', 'has(o.missing)', 'o.none == null', 'o.missing'),
      two(number, number, '==', '!=', '<', '<=', '>', '>='),
      two(text, text, '==', '!=', '<', '<=', '>', '>='),
      two(list, list, '==', '!='),
      two(one, one, '&&', '||', '=='),
      two(fc.oneof(number, text), list, 'in'),
      one.map((inner) => `!(${inner})`),
      loop('all', one),
      loop('exists', one),
      loop('exists_one', one),
      fc
        .tuple(text, pick('contains', 'startsWith', 'endsWith'), text)
        .map(([a, name, b]) => `${a}.${name}(${b})`),
    ),
    number: fc.oneof(
      depth,
      pick('0', '1', '7', '-3', 'vars.count', 'o.count', 'o.words[0].size()', 'x', '9223372036854775807'),
      two(number, number, '+', '-', '*', '/', '%'),
      list.map((inner) => `size(${inner})`),
      text.map((inner) => `size(${inner})`),
      fc.tuple(one, number, number).map(([when, a, b]) => `(${when} ? ${a} : ${b})`),
      text.map((inner) => `int(${inner})`),
    ),
    text: fc.oneof(
      depth,
      pick(
        '"a"',
        '"ab c"',
        '"12"',
        '""',
        'vars.target',
        'o.words[1]',
        'o.modules[0].name',
        'x',
        'string(1.5)',
      ),
      two(text, text, '+'),
      number.map((inner) => `string(${inner})`),
      list.map((inner) => `${inner}.map(x, string(x)).join("-")`),
      text.map((inner) => `${inner}.trim()`),
    ),
    list: fc.oneof(
      depth,
      pick('[1, 2, 3]', '["a", "b"]', '[]', 'o.words', 'o.modules', '[[1], [2]]', '[x]'),
      two(list, list, '+'),
      loop('filter', one),
      loop('map', fc.oneof(number, text)),
      text.map((inner) => `${inner}.split("a")`),
    ),
  };
});

/** The library's own evaluator, which wants bigints. */
function byLibrary(text: string): unknown {
  const convert = (value: unknown): unknown => {
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
    if (Array.isArray(value)) return value.map(convert);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, convert(one)]));
  };
  const { count, modules, words, none } = facts.beads['tests']?.outputs ?? {};
  const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
  try {
    const value: unknown = environment.evaluate(text, {
      o: convert({ count, modules, words, none }),
      vars: convert(facts.vars),
    });
    return typeof value === 'boolean' ? value : undefined;
  } catch {
    return undefined;
  }
}

describe('properties', () => {
  it('agrees with the evaluator of the library wherever both have a value', () => {
    let both = 0;
    fc.assert(
      fc.property(truth, (text) => {
        const ours = evaluateCondition(text.replaceAll('o.', `${outputs}.`), facts);
        const theirs = byLibrary(text);
        if (ours.type === 'error' || theirs === undefined) return;
        both++;
        expect(ours.value).toBe(theirs);
      }),
      { numRuns: 3000 },
    );
    expect(both).toBeGreaterThan(100);
  });

  it('never throws, whatever the facts and the text', () => {
    const data: unknown = {
      get trap(): never {
        throw new Error('a trap');
      },
      undefined,
      symbol: Symbol('s'),
      call: () => 1,
    };
    const round: unknown[] = [];
    round.push(round);
    const hostile = fc.oneof(fc.anything(), fc.constant(data), fc.constant(round));
    const texts = fc.oneof(
      truth,
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'()[]{}.,"\'ab1 =!<>&|?:+-*/%\\'), maxLength: 60 }),
      fc.constantFrom('x.trap == 1', 'x == x', 'x.call()', 'size(x) == 1', 'x.all(y, y == x)', 'x'),
    );
    fc.assert(
      fc.property(texts, hostile, (text, outputsOfBead) => {
        const bead = { outcome: 'done', outputs: outputsOfBead, artifacts: [] };
        // The types promise more than a journal of another release may hold.
        const given = { ...facts, beads: { tests: bead } } as unknown as Facts;
        const written = text.replaceAll(/\bo\.|\bx\b/g, `${outputs}.`);
        for (const asked of [text, written, written.replaceAll(`${outputs}.`, outputs)]) {
          const judged = evaluateCondition(asked, given);
          expect(['value', 'error']).toContain(judged.type);
          expect(evaluateCondition(asked, given)).toEqual(judged);
          expect(['value', 'error']).toContain(evaluateList(asked, given).type);
          beadsNamed(asked);
        }
      }),
      { numRuns: 500 },
    );
  });
});
