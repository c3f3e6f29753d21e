import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogLines } from './log-lines.ts';

function linesOf(...chunks: readonly (string | Uint8Array)[]): string[] {
  const lines = new LogLines();
  return [...chunks.flatMap((chunk) => lines.push(Buffer.from(chunk))), ...lines.end()];
}

describe('log lines', () => {
  it.each([
    ['plain text', 'one\ntwo\n', ['one', 'two']],
    ['a last line without its end', 'one\ntwo', ['one', 'two']],
    ['empty lines', '\n\none\n', ['', '', 'one']],
    ['colours', '\u001b[31mred\u001b[0m and \u001b[1;38;5;9mbold\u001b[m\n', ['red and bold']],
    ['a window title', '\u001b]0;owned\u0007text\n', ['text']],
    ['a window title ended by ST', '\u001b]2;owned\u001b\\text\n', ['text']],
    ['cursor movements', '\u001b[2J\u001b[Htext\n', ['text']],
    ['progress that starts over', '10%\r50%\r100%\n', ['100%']],
    ['line ends of Windows', 'one\r\ntwo\r\n', ['one', 'two']],
    ['an escape that is no sequence', 'a\u001b_b\n', ['a\\x1b_b']],
    ['C1 controls', 'a\u009b31mb\n', ['a\\x9b31mb']],
    ['bidirectional overrides', 'a\u202eb\n', ['a\\u202eb']],
  ])('%s', (_, text, expected) => {
    expect(linesOf(text)).toEqual(expected);
  });

  it('keeps a character that is cut in two', () => {
    const bytes = Buffer.from('über\n');
    expect(linesOf(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(['über']);
  });

  it('shows a line that never ends in pieces', () => {
    const lines = linesOf('x'.repeat(40_000));
    expect(lines.map((line) => line.length)).toEqual([16_384, 16_384, 7_232]);
  });

  it('gives nothing that a terminal obeys, however it is cut', () => {
    const piece = fc.constantFrom(
      '\u001b',
      '[',
      '31m',
      ']0;',
      '\u0007',
      '\r',
      '\n',
      '\u009b',
      'a',
      '\b',
      '\u202e',
    );
    fc.assert(
      fc.property(fc.array(piece), fc.nat(30), (pieces, at) => {
        const bytes = Buffer.from(pieces.join(''));
        const lines = linesOf(bytes.subarray(0, at), bytes.subarray(at));
        expect(lines).toEqual(linesOf(bytes));
        for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
      }),
    );
  });
});
