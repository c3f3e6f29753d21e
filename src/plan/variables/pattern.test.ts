import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPattern } from './pattern.ts';

function matches(pattern: string, value: string): boolean | string {
  const read = readPattern(pattern);
  return typeof read === 'function' ? read(value) : read.problem;
}

describe('patterns', () => {
  it.each([
    ['^[a-z0-9]+(-[a-z0-9]+)*$', 'pet-crud-2', true],
    ['^[a-z0-9]+(-[a-z0-9]+)*$', 'pet--crud', false],
    ['staging|production', 'production', true],
    ['staging|production', 'production!', false],
    ['v\\d+\\.\\d+(?:\\.\\d+)?', 'v1.22', true],
    ['\\w{2,3}', 'abcd', false],
    ['[^/]{1,}', 'a/b', false],
    ['a{0}', '', true],
    ['(){99}', '', true],
    ['(?i)Pet|\\p{Greek}', 'pET', true],
    ['a^b', 'a^b', false],
    ['a+?', 'aa', true],
    ['[\\]a-]+', ']-a', true],
    ['.', '😀', true],
    ['', '', true],
  ])('%s and %s', (pattern, value, expected) => {
    expect(matches(pattern, value)).toBe(expected);
  });

  it.each([
    ['(a', 'is not understood: missing closing ): "(a"'],
    ['a)', 'is not understood: unexpected ): "a)"'],
    ['[a', 'is not understood: missing closing ]: "[a"'],
    ['*a', 'is not understood: missing argument to repetition operator: "*"'],
    ['a**', 'is not understood: invalid nested repetition operator: "**"'],
    ['a{2,1}', 'is not understood: invalid repeat count: "{2,1}"'],
    ['[b-a]', 'is not understood: invalid character class range: "b-a"'],
    ['a\\', 'is not understood: trailing backslash at end of expression'],
    ['(\u001b', 'is not understood: missing closing ): "(\\x1b"'],
    ['(a{999}){999}', 'repeats too much'],
    ['(x{1,1000}){1,1000}', 'repeats too much'],
    ['((((){9999}){9999}){9999})a{9999}', 'repeats too much'],
    [`(?:${'a?'.repeat(120)}){1000}`, 'repeats too much'],
    [`(?:${'a?'.repeat(118)})\\Q\\E{1000}`, 'repeats too much'],
    ['a{1000}b{1000}', 'repeats too much'],
    ['a'.repeat(257), 'is longer than 256 characters'],
  ])('%s is refused', (pattern, problem) => {
    expect(matches(pattern, '')).toBe(problem);
  });

  it.each(['(?=a)', '(?!a)', '(?<=a)b', '(?<!a)b', '(a)\\1', '(?<n>a)\\k<n>'])(
    '%s is refused, for it would need backtracking',
    (pattern) => {
      expect(readPattern(pattern)).toMatchObject({
        problem: expect.stringContaining('is not understood'),
        hints: ['patterns are those of RE2: they cannot look around or refer back'],
      });
    },
  );

  it('mean what they mean in JavaScript', () => {
    const pattern = fc.letrec<{ whole: string; atom: string; piece: string }>((tie) => ({
      atom: fc.oneof(
        {
          weight: 4,
          arbitrary: fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\W', '\\.', '[a-c1]'),
        },
        { weight: 1, arbitrary: tie('whole').map((inner) => `(${inner})`) },
      ),
      piece: fc
        .tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,}', '{0,2}'))
        .map((parts) => parts.join('')),
      whole: fc
        .array(
          fc.array(tie('piece'), { maxLength: 3 }).map((pieces) => pieces.join('')),
          { minLength: 1, maxLength: 3 },
        )
        .map((branches) => branches.join('|')),
    })).whole;
    const value = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '.', ' '), maxLength: 6 });
    fc.assert(
      fc.property(pattern, value, (text, subject) => {
        fc.pre(text.length <= 60);
        expect(matches(text, subject)).toBe(new RegExp(`^(?:${text})$`, 'u').test(subject));
      }),
      { numRuns: 2000 },
    );
  });

  it('never hang, and never throw', () => {
    const began = performance.now();
    expect(matches('(a+)+b', 'a'.repeat(1024))).toBe(false);
    expect(matches('(a|a)*a*a*a*a*b', 'a'.repeat(1024))).toBe(false);
    expect(matches('(a+)+$', `${'a'.repeat(1023)}!`)).toBe(false);
    expect(matches('a{0,1000}a?a?b', 'a'.repeat(1024))).toBe(false);
    expect(matches('(\\pL|\\PL|[^\\pN]){40}', 'a'.repeat(1024))).toBe(false);
    expect(matches('.*a.{990}b', 'a'.repeat(1024))).toBe(false);
    expect(performance.now() - began).toBeLessThan(5000);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab()[]{}|*+?^$.\\-,0129QEpL:i<') }), (text) => {
        expect(['boolean', 'string']).toContain(typeof matches(text, 'ab'));
      }),
    );
  });
});
