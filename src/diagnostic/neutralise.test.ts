import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neutralise, quote } from './neutralise.ts';

describe('neutralise', () => {
  it.each([
    ['plain text stays', 'pet-crud – наш 宠物 👩‍👩‍👧 é', 'pet-crud – наш 宠物 👩‍👩‍👧 é'],
    ['escape sequences show', '\u001b[31mred\u001b]0;title\u0007', '\\x1b[31mred\\x1b]0;title\\x07'],
    ['C1 controls show', '\u009b31m', '\\x9b31m'],
    ['tabs and newlines become spaces', 'a\tb\nc', 'a b c'],
    ['carriage returns show', 'a\rb', 'a\\x0db'],
    ['bidirectional overrides show', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
    ['line separators show', 'a\u2028b', 'a\\u2028b'],
    ['halves of characters show', 'a\ud800b', 'a\\ud800b'],
    ['tags show', 'a\u{e0041}b', 'a\\u{e0041}b'],
  ])('%s', (_, input, output) => {
    expect(neutralise(input)).toBe(output);
  });

  it('leaves nothing that a terminal obeys, and has nothing left to do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const safe = neutralise(text);
        expect(safe).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(neutralise(safe)).toBe(safe);
      }),
    );
  });

  it('clips long quotations between characters', () => {
    expect(quote('a')).toBe('"a"');
    expect(quote('👍'.repeat(500))).toBe(`"${'👍'.repeat(80)}…"`);
  });
});
