import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countStatuses, type Progress, progressLines } from './progress.ts';
import { textWidth } from './text-width.ts';
import { asciiGlyphs } from './theme.ts';

const counts = countStatuses([
  { status: 'done' },
  { status: 'running' },
  { status: 'running' },
  { status: 'failed' },
  { status: 'waiting' },
]);
const progress: Progress = {
  running: [
    { id: 'pet-crud', startedAt: 8_800, attempt: 1, lastLine: 'Wrote service/src/pets.mjs' },
    { id: 'store', startedAt: 4_000, attempt: 2, lastLine: undefined },
  ],
  counts,
  startedAt: 0,
  now: 10_000,
};

describe('progressLines', () => {
  it('has a line per running bead and a bar', () => {
    expect(progressLines(progress, { columns: 80, rows: 24 })).toEqual([
      '⠴ pet-crud    1.2s  Wrote service/src/pets.mjs',
      '⠴ store       6.0s  attempt 2',
      '█████████░░░░░░░░░░░░░░░ 1/5 done  2 running  1 failed  10.0s',
    ]);
  });

  it('is plain ASCII when asked to', () => {
    for (const line of progressLines(progress, { columns: 80, rows: 24, glyphs: asciiGlyphs })) {
      expect(line).toMatch(/^[\x20-\x7e]*$/);
    }
  });

  it('turns the spinner with the time alone', () => {
    const first = (now: number) => progressLines({ ...progress, now }, { columns: 80, rows: 24 })[0]?.[0];
    expect(first(10_000)).toBe(first(10_079));
    expect(first(10_000)).not.toBe(first(10_080));
  });

  it('says how many beads have no room', () => {
    const many = {
      ...progress,
      running: Array.from({ length: 9 }, (_, at) => ({
        id: `b${at}`,
        startedAt: 0,
        attempt: 1,
        lastLine: '',
      })),
    };
    const lines = progressLines(many, { columns: 80, rows: 5 });
    expect(lines.length).toBe(5);
    expect(lines[3]).toBe('  and 6 more running');
    expect(progressLines(many, { columns: 80, rows: 10 }).length).toBe(10);
  });

  it('never obeys or overflows, whatever an agent prints', () => {
    const beads = fc.array(
      fc.record({
        id: fc.string({ unit: 'binary' }),
        startedAt: fc.nat(),
        attempt: fc.integer({ min: 1, max: 99 }),
        lastLine: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(
        beads,
        fc.nat(),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 2, max: 8 }),
        (running, now, columns, rows) => {
          const lines = progressLines({ ...progress, running, now }, { columns, rows });
          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const line of lines) {
            expect(textWidth(line)).toBeLessThanOrEqual(columns);
            expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e]/);
          }
        },
      ),
    );
  });
});
