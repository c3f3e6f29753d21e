import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TableColumn, tableLines } from './table.ts';
import { textWidth } from './text-width.ts';

const columns: TableColumn[] = [
  { title: 'BEAD', shrinkTo: 6 },
  { title: 'TRIES', align: 'right' },
  { title: 'NOTE', shrinkTo: 4 },
];
const rows = [
  [{ text: 'pet-crud' }, { text: '2' }, { text: '' }],
  [{ text: '日本語' }, { text: '10' }, { text: 'waits for\nfoundation\x1b[2J' }],
];

describe('tableLines', () => {
  it('aligns columns, also around wide characters, and neutralises texts', () => {
    expect(tableLines(columns, rows, { columns: undefined })).toEqual([
      'BEAD      TRIES  NOTE',
      'pet-crud      2',
      '日本語       10  waits for foundation\\x1b[2J',
    ]);
  });

  it('takes from the widest column that may shrink', () => {
    expect(tableLines(columns, rows, { columns: 26 })).toEqual([
      'BEAD      TRIES  NOTE',
      'pet-crud      2',
      '日本語       10  waits fo…',
    ]);
  });

  it('paints cells by their role', () => {
    const painted = tableLines([{ title: 'A' }], [[{ text: 'x', role: 'failed' }]], {
      columns: 10,
      paint: (role, text) => `<${role}:${text}>`,
    });
    expect(painted).toEqual(['<heading:A>', '<failed:x>']);
  });

  it('is never wider than the terminal', () => {
    const texts = fc.array(
      fc.array(
        fc.string({ unit: 'binary' }).map((text) => ({ text })),
        { maxLength: 4 },
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(texts, fc.nat(60), (given, available) => {
        for (const line of tableLines(columns, given, { columns: available })) {
          expect(textWidth(line)).toBeLessThanOrEqual(available);
        }
      }),
    );
  });
});
