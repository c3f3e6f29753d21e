import { expect, it } from 'vitest';
import { locksTogether } from './locks.ts';

const shared = ([a = [], b = []]: readonly (readonly string[])[]): readonly string[] =>
  a.filter((lock) => b.includes(lock));

it('go by what a pattern means, not by how it is spelt', () => {
  expect(locksTogether([['out//a.txt'], ['./out/a.txt', 'out/a.txt'], ['out/./b/']])).toEqual([
    ['out/a.txt'],
    ['out/a.txt'],
    ['out/b/'],
  ]);
});

it('are shared by beads whose patterns could name the same file', () => {
  expect(shared(locksTogether([['out/*.txt'], ['out/a.txt']]))).toEqual(['out/*.txt & out/a.txt']);
  expect(shared(locksTogether([['out/*.txt'], ['./out/a*']]))).toHaveLength(1);
  expect(shared(locksTogether([['out/*.txt'], ['out/a.md']]))).toEqual([]);
});

it('stay few where many globs meet many files', () => {
  const folders = Array.from({ length: 150 }, (_, at) => [`out/*-${at}.txt`, `out/${at}.txt`]);
  const locks = locksTogether(folders);
  expect(locks.every((own) => own.includes('out/**'))).toBe(true);
  expect(Math.max(...locks.map((own) => own.length))).toBe(3);
});
