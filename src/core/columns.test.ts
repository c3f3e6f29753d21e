import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeColumns, encodeColumns } from './columns.ts';

const reread = (records: readonly object[]): readonly object[] => decodeColumns(encodeColumns(records));

describe('records as columns', () => {
  it('come back as they were, whatever they hold', () => {
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(undefined, null, true, 'often', '__proto__', 7),
        fc.string({ unit: 'binary' }),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('a', 'b', '1', '__proto__', 'é"'), tie('value'), {
          noNullPrototype: true,
        }),
      ),
    }));
    const record = fc.dictionary(fc.constantFrom('id', 'needs', '__proto__', '0', 'level'), value, {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (records) => {
        const back = reread(records);
        expect(back).toStrictEqual(records);
        expect(JSON.stringify(back)).toBe(JSON.stringify(records));
      }),
      { numRuns: 200 },
    );
  });

  it('say once what is the same everywhere, and few values by number', () => {
    const policy = { retries: 2, timeoutMs: undefined };
    const records = Array.from({ length: 100 }, (_, number) => ({
      id: `b${number}`,
      rig: 'r',
      policy,
      on: `on${number % 3}`,
    }));
    const text = encodeColumns(records);
    expect(text.split('"r"')).toHaveLength(2);
    expect(text.split('"on2"')).toHaveLength(2);
    const back = decodeColumns<(typeof records)[number]>(text);
    expect(back).toStrictEqual(records);
    expect(back[0]?.policy).toBe(back[99]?.policy);
  });
});
