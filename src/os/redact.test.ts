import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor, redactText } from './redact.ts';

function inChunks(text: string, secrets: readonly string[], cuts: readonly number[]): string {
  const bytes = Buffer.from(text, 'utf8');
  const redactor = new Redactor(secrets);
  const pieces: Buffer[] = [];
  let position = 0;
  for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    pieces.push(redactor.push(bytes.subarray(position, cut)));
    position = cut;
  }
  return Buffer.concat([...pieces, redactor.end()]).toString('utf8');
}

describe('redaction', () => {
  const token = `ghp_${'a1B2'.repeat(9)}`;
  it.each([
    ['an exact value', 'x s3cret! y', ['s3cret!'], 'x [redacted] y'],
    ['values that overlap', 'abcdef', ['abcd', 'cdef'], '[redacted]'],
    ['a value inside another', 'abcdefgh abcd', ['abcd', 'abcdefgh'], '[redacted] [redacted]'],
    ['a value right after itself', 's3crets3cret', ['s3cret'], '[redacted]'],
    [
      'a value in base64',
      `Basic ${Buffer.from('s3cret!!').toString('base64')}`,
      ['s3cret!!'],
      'Basic [redacted]',
    ],
    ['a value in a URL', 'https://u:p%40ss%2Fw@host', ['p@ss/w'], 'https://u:[redacted]@host'],
    ['a value in JSON', '{"k":"a\\"bcd"}', ['a"bcd'], '{"k":"[redacted]"}'],
    ['each line of a key', 'line-one\r\nline-two', ['line-one\nline-two'], '[redacted]\r\n[redacted]'],
    ['values too short to be secrets', 'a 1 yes', ['1', 'yes', ''], 'a 1 yes'],
    ['well-known tokens', `token=${token}, sk-ant-${'x'.repeat(30)}.`, [], 'token=[redacted], [redacted].'],
    ['words that only look like one', 'task-force sk-short eyJhb AKIA', [], 'task-force sk-short eyJhb AKIA'],
    ['letters outside ASCII', 'pässwörd é', ['pässwörd'], '[redacted] é'],
  ])('%s', (_, text, secrets, expected) => {
    expect(redactText(text, secrets)).toBe(expected);
  });

  it('does not depend on how the stream is cut', () => {
    const word = fc.constantFrom(
      's3cret',
      's3cre',
      't',
      's3',
      ' ',
      'é',
      '\n',
      token,
      'ghp_',
      'sk-',
      'a1B2',
      'retsecret',
      'eyJ',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 12 }), (words, cuts) => {
        const text = words.join('');
        const secrets = ['s3cret', 'retsecrets', 'ts3c'];
        const whole = redactText(text, secrets);
        expect(inChunks(text, secrets, cuts)).toBe(whole);
        expect(whole).not.toContain('s3cret');
      }),
    );
  });

  it('shows lines at once: only what may be the beginning of a secret is held back', () => {
    const redactor = new Redactor(['hunter2-hunter2']);
    expect(redactor.push(Buffer.from('working\n')).toString()).toBe('working\n');
    expect(redactor.push(Buffer.from('now hunt')).toString()).toBe('now ');
    expect(redactor.push(Buffer.from('ing\n')).toString()).toBe('hunting\n');
  });

  it('passes bytes through unchanged, and holds little of a flood', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const redactor = new Redactor(['never-in-there']);
        expect(Buffer.concat([redactor.push(bytes), redactor.end()])).toEqual(Buffer.from(bytes));
      }),
    );
    const redactor = new Redactor([]);
    const shown = redactor.push(Buffer.from(`sk-${'x'.repeat(100_000)}`)).length;
    expect(shown + redactor.end().length).toBeLessThan(10_000);
  });
});
