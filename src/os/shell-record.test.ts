import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRecord } from './shell-record.ts';

const begun = 'B abc.1\nI host boot pid:[1] 77 99\n';

describe('records', () => {
  it.each([
    ['', 'absent'],
    ['B abc.1', 'absent'],
    ['V\n', 'void'],
    [`V\n${begun}`, 'void'],
    ['B abc.1\n', 'void'],
    ['B abc.1\nI host bo', 'void'],
    ['B abV\n', 'begun-or-void'],
    [`B ab V\n${begun}`, 'void'],
    [begun, 'begun'],
    [`${begun}V\n`, 'begun'],
    [`${begun}E 3`, 'begun'],
    [`${begun}E x\n`, 'begun'],
    [`${begun}E 3\n`, 'ended'],
    [`${begun}V\nE 3\n`, 'ended'],
    [`${begun}E 3\nS\n`, 'ended'],
    [`${begun}S\nE 143\n`, 'stopping'],
    [`${begun}S\n`, 'stopping'],
  ])('%j says %s', (text, phase) => {
    expect(phase.split('-or-')).toContain(parseRecord(text).phase);
  });

  it('never change their mind once they are decided, whatever is appended', () => {
    const line = fc.constantFrom('V\n', 'S\n', 'E 0\n', 'E 9\n', begun, 'E', 'B ');
    fc.assert(
      fc.property(fc.array(line), fc.array(line), (first, then) => {
        const before = parseRecord(first.join(''));
        if (before.phase === 'absent' || before.phase === 'begun') return;
        expect(parseRecord([...first, ...then].join(''))).toEqual(before);
      }),
    );
  });
});
