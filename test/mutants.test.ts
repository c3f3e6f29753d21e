/** The list of deliberate mistakes fits the source, and the page fits the list. Whether they are caught: `npm run mutants`. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants/list.ts';
import { occurrences, pathOf } from './mutants/mutant.ts';
import { pageOf, readPage } from './mutants/page.ts';

describe('mutants', () => {
  it('each stand for one text of the source, that is there', () => {
    expect(
      mutants.filter((mutant) => occurrences(mutant) !== 1).map(({ name, file }) => `${file}: ${name}`),
    ).toEqual([]);
    expect(mutants.filter(({ find, replace }) => find === replace)).toEqual([]);
  });

  it('have names of their own, a sentence, and tests that are there', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
    for (const { name, stands, tests } of mutants) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(stands).toMatch(/^[A-Z].+[^.]\.$/);
      expect(tests.length).toBeGreaterThan(0);
      for (const test of tests) expect(existsSync(pathOf(test)), test).toBe(true);
    }
  });

  it('are those of the page, each with the test that caught it', () => {
    const { text, rows } = readPage();
    const caught = new Map(rows.map((row) => [row.name, row.caught]));
    expect(text, 'npm run mutants -- --write').toBe(pageOf(mutants, caught));
    expect(rows.filter((row) => row.caught === '').map(({ name }) => name)).toEqual([]);
  });
});
