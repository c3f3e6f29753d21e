import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillTemplate, literalTemplate, parseTemplate } from './template.ts';

const values: Readonly<Record<string, string | number | boolean>> = {
  target: 'staging',
  count: 3,
  on: false,
  'a-b': 'dash',
  'item.name': 'core',
  sly: '{{target}}',
  empty: '',
};
const lookup = (path: readonly string[]): string | number | boolean | undefined => {
  const name = path.join('.');
  return Object.hasOwn(values, name) ? values[name] : undefined;
};
const fill = (text: string): string => fillTemplate(parseTemplate(text), lookup);

describe('filling', () => {
  it.each([
    ['deploy to {{target}}', 'deploy to staging'],
    ['{{ target }}{{count}}{{on}}', 'staging3false'],
    ['{{a-b}} {{item.name}}', 'dash core'],
    ['[{{empty}}]', '[]'],
    ['\\{{target}}', '{{target}}'],
    ['\\\\{{target}}', '\\{{target}}'],
    ['{ {target} }} }', '{ {target} }} }'],
    ['{{unknown}} and {{ item.other }}', '{{unknown}} and {{ item.other }}'],
    ['{{constructor}} {{__proto__}}', '{{constructor}} {{__proto__}}'],
    ['', ''],
  ])('%s', (text, expected) => {
    expect(fill(text)).toBe(expected);
    expect(parseTemplate(text).problems).toEqual([]);
  });

  it('never looks into values', () => {
    expect(fill('{{sly}}')).toBe('{{target}}');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', '\\', 'a', '{{x}}', ' ') }), (value) => {
        expect(fillTemplate(parseTemplate('<{{x}}|{{ x }}>'), () => value)).toBe(`<${value}|${value}>`);
      }),
    );
  });
});

describe('a literal', () => {
  it('stands for itself, whatever it is', () => {
    const texts = fc.string({ unit: fc.constantFrom('{', '}', '{{', '\\', 'a', '{{x}}', '\\{{') });
    fc.assert(
      fc.property(texts, (text) => {
        expect(fill(literalTemplate(text))).toBe(text);
      }),
    );
  });
});

describe('what is no template', () => {
  it.each([
    ['{{', 'unclosed', '{{'],
    ['a {{target b', 'unclosed', '{{'],
    ['{{target {{count}}', 'unclosed', '{{'],
    ['{{}}', 'no-name', '{{}}'],
    ['x {{a b}} y', 'no-name', '{{a b}}'],
    ['{{1}}', 'no-name', '{{1}}'],
    ['{{a.}}', 'no-name', '{{a.}}'],
    ['{{{target}}}', 'no-name', '{{{target}}'],
  ])('%s is %s', (text, problem, shown) => {
    const { problems } = parseTemplate(text);
    expect(problems.map((one) => [one.problem, text.slice(one.start, one.end)])).toContainEqual([
      problem,
      shown,
    ]);
  });

  it('stays text, whatever it is, and every offset lies inside', () => {
    const texts = fc.string({ unit: fc.constantFrom('{', '}', '{{', '}}', '\\', 'a', '.', ' ', '\n', 'é') });
    fc.assert(
      fc.property(texts, (text) => {
        const template = parseTemplate(text);
        let last = 0;
        for (const piece of template.pieces) {
          if (piece.type === 'text') continue;
          expect(piece.start).toBeGreaterThanOrEqual(last);
          expect(text.slice(piece.start, piece.end)).toMatch(/^\{\{ *[\s\S]*\}\}$/);
          last = piece.end;
        }
        for (const { start, end } of template.problems)
          expect(text.slice(start, end).startsWith('{{')).toBe(true);
        expect(fillTemplate(template, () => undefined)).toBe(text.replaceAll('\\{{', '{{'));
      }),
    );
  });
});
