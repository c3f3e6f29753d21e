import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesName, parseGlob } from './glob.ts';

/** Whether a pattern without slashes matches a name. */
const matches = (pattern: string, name: string): boolean =>
  (parseGlob(pattern) ?? []).some(
    ([segment, ...rest]) => segment !== undefined && rest.length === 0 && matchesName(segment, name),
  );

const shape = (pattern: string): unknown =>
  parseGlob(pattern)?.map((segments) =>
    segments
      .map((segment) => (segment.type === 'name' ? segment.name : segment.type === 'folders' ? '**' : '…'))
      .join('/'),
  );

describe('names', () => {
  it.each([
    ['a.ts', 'a.ts', true],
    ['a.ts', 'A.ts', false],
    ['*', 'anything', true],
    ['*', '', true],
    ['*.ts', 'a.ts', true],
    ['*.ts', 'a.tsx', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['?', 'é', true],
    ['?', '🦊', true],
    ['?', 'ab', false],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['[!a-c]x', 'dx', true],
    ['[^a-c]x', 'ax', false],
    ['[]a]', ']', true],
    ['[a-]', '-', true],
    ['[abc', '[abc', true],
    ['{a,b}.ts', 'b.ts', true],
    ['{a,b}.ts', 'c.ts', false],
    ['{a,{b,c}d}', 'cd', true],
    ['{a}', '{a}', true],
    ['{a,b', '{a,b', true],
    ['x{,.min}.js', 'x.js', true],
    ['x{,.min}.js', 'x.min.js', true],
    ['a**b', 'a--b', true],
    ['a.b', 'aXb', false],
    ['(a|b)', 'a', false],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  it.each([
    ['*', '.env', false],
    ['?env', '.env', false],
    ['[.]env', '.env', false],
    ['**', '.env', false],
    ['.*', '.env', true],
    ['.env', '.env', true],
    ['{.env,x}', '.env', true],
  ])('takes a leading dot only where it is written: %s and %s: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  it('is quick about patterns made to be slow', () => {
    const pattern = `${'*a'.repeat(500)}*b`;
    expect(matches(pattern, 'a'.repeat(5_000))).toBe(false);
  });

  it('agrees with a regular expression', () => {
    const alphabet = fc.constantFrom('a', 'b', '*', '?');
    fc.assert(
      fc.property(
        fc.array(alphabet, { maxLength: 8 }),
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 8 }),
        (tokens, name) => {
          // "**" alone means folders; names only are compared here.
          fc.pre(tokens.length > 0 && tokens.join('') !== '**');
          const source = tokens.map((token) => (token === '*' ? '.*' : token === '?' ? '.' : token)).join('');
          expect(matches(tokens.join(''), name.join(''))).toBe(new RegExp(`^${source}$`).test(name.join('')));
        },
      ),
    );
  });
});

describe('paths', () => {
  it.each([
    ['a/b.ts', ['a/b.ts']],
    ['./a//b/./c', ['a/b/c']],
    ['src/**/*.ts', ['src/**/…']],
    ['dist/', ['dist/**']],
    ['**/**/**/x', ['**/x']],
    ['{src,test/unit}/a.ts', ['src/a.ts', 'test/unit/a.ts']],
    ['../a', []],
    ['a/../../b', []],
    ['{a,..}/b', ['a/b']],
    ['{.,x}./b', ['x./b']],
    ['/', ['**']],
    ['', []],
  ])('%s', (pattern, expected) => {
    expect(shape(pattern)).toEqual(expected);
  });

  it('refuses braces that stand for too much', () => {
    expect(parseGlob('{a,b}'.repeat(8))).toHaveLength(256);
    expect(parseGlob('{a,b}'.repeat(9))).toBeUndefined();
    expect(parseGlob('{a,b}'.repeat(5_000))).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (pattern, name) => {
        matches(pattern, name);
      }),
    );
    const brackets = fc.array(fc.constantFrom('{', '}', ',', '[', ']', '!', '-', '*', '/', '.'));
    fc.assert(fc.property(brackets, (pieces) => void matches(pieces.join(''), 'a')));
  });
});
