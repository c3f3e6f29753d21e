import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Collector } from '../../diagnostic/collector.ts';
import { Source } from './source.ts';
import { placesInString } from './string-place.ts';
import { readToml } from './toml.ts';

/** What is written where the value has `{{x}}`; undefined where it has none. */
function found(toml: string): string | undefined {
  const source = new Source('f.toml', toml);
  const value = readToml(source, new Collector())?.entries.get('k')?.value;
  if (value?.type !== 'string') return undefined;
  const at = value.value.indexOf('{{x}}');
  if (at === -1) return undefined;
  const place = placesInString(source, value)({ start: at, end: at + 5 });
  return toml.slice(place.start, place.end);
}

describe('a part of a string', () => {
  it.each([
    ['k = "{{x}}"'],
    ['k = "a {{x}} b"'],
    ["k = '\\u{{x}}'"],
    ['k = "\\"\\\\{{x}}"'],
    ['k = "\\u00e9\\U0001F600{{x}}"'],
    ['k = """\nline\n{{x}}"""'],
    ["k = '''\n{{x}}'''"],
    ['k = """\\\n   {{x}}"""'],
    ['k = """a\r\nb {{x}}"""'],
    ['k = "😀{{x}}"'],
  ])('%j', (toml) => {
    expect(found(toml)).toBe('{{x}}');
  });

  it('is found behind everything that a string can hold', () => {
    const part = fc.constantFrom('a', ' ', 'é', '😀', '\\n', '\\\\', '\\"', '\\t', '\\u0041', '\\U0001F600');
    const long = fc.oneof(part, fc.constantFrom('\n', '\r\n', '\\\n  ', '"', "'"));
    const body = fc.array(part).map((parts) => parts.join(''));
    const multiline = fc.array(long).map((parts) => parts.join('').replaceAll('""', '"'));
    const token = fc.oneof(
      body.map((text) => `"${text}{{x}}"`),
      multiline.map((text) => `"""${text.replace(/^"/, '')}{{x}}"""`),
      body.map((text) => `'${text}{{x}}'`),
      body.map((text) => `'''${text}{{x}}'''`),
    );
    fc.assert(
      fc.property(token, (text) => {
        expect(found(`# é\nk = ${text}\n`)).toBe('{{x}}');
      }),
      { numRuns: 500 },
    );
  });

  it('is the whole string where escapes had to be repaired', () => {
    expect(found('k = "\\x41 {{x}}"')).toBe('"\\x41 {{x}}"');
  });
});
