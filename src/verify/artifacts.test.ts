import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findArtifact, searchArtifact } from './artifacts.ts';

let base: string;
let rig: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'gastown-artifacts-')));
  rig = join(base, 'rig');
  mkdirSync(rig);
});
afterEach(() => {
  rmSync(base, { recursive: true });
});

function put(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(rig, path)), { recursive: true });
    writeFileSync(join(rig, path), path);
  }
}
const found = (pattern: string): readonly string[] =>
  findArtifact(rig, pattern)
    .files.map(({ path }) => path)
    .sort();

describe('findArtifact', () => {
  it.each([
    ['go.mod', ['go.mod']],
    ['internal/pet/*.go', ['internal/pet/handler.go', 'internal/pet/repo.go']],
    ['internal/**/*.go', ['internal/pet/deep/er/x.go', 'internal/pet/handler.go', 'internal/pet/repo.go']],
    ['**/x.go', ['internal/pet/deep/er/x.go']],
    ['**/go.mod', ['go.mod']],
    ['internal/pet/', ['internal/pet/deep/er/x.go', 'internal/pet/handler.go', 'internal/pet/repo.go']],
    ['{go,npm}.{mod,sum}', ['go.mod']],
    ['*/pet/h*', ['internal/pet/handler.go']],
    ['nothing', []],
    ['go.mod/x', []],
    ['node_modules/left/index.js', ['node_modules/left/index.js']],
    ['**/index.js', []],
    ['.github/*.yml', ['.github/ci.yml']],
    ['**/*.yml', []],
    ['pages/[id].tsx', ['pages/[id].tsx']],
    ['pages/[ij].tsx', ['pages/i.tsx']],
    ['a{b,c}', ['a{b,c}']],
    ['../outside', []],
    ['internal/../go.mod', []],
  ])('%s', (pattern, expected) => {
    put('go.mod', 'internal/pet/handler.go', 'internal/pet/repo.go', 'internal/pet/deep/er/x.go');
    put(
      'node_modules/left/index.js',
      '.git/index.js',
      '.github/ci.yml',
      'pages/[id].tsx',
      'pages/i.tsx',
      'a{b,c}',
    );
    writeFileSync(join(base, 'outside'), '');
    expect(found(pattern)).toEqual(expected);
  });

  it('takes links that stay inside, and only those', () => {
    put('real/a.txt');
    mkdirSync(join(base, 'outside'));
    writeFileSync(join(base, 'outside', 'a.txt'), 'secret');
    symlinkSync('real', join(rig, 'inner'));
    symlinkSync('real/a.txt', join(rig, 'inner.txt'));
    symlinkSync('../outside', join(rig, 'outer'));
    symlinkSync('../outside/a.txt', join(rig, 'outer.txt'));
    symlinkSync('nowhere', join(rig, 'broken.txt'));
    expect(found('inner/a.txt')).toEqual(['inner/a.txt']);
    expect(found('inn*/*.txt')).toEqual(['inner/a.txt']);
    expect(found('*.txt')).toEqual(['inner.txt']);
    expect(findArtifact(rig, 'outer/a.txt')).toMatchObject({
      files: [],
      refused: [{ path: 'outer/a.txt', why: 'outside' }],
    });
    expect(findArtifact(rig, 'outer/*')).toMatchObject({
      files: [],
      refused: [{ path: 'outer', why: 'outside' }],
    });
    expect(findArtifact(rig, 'outer.txt')).toMatchObject({
      files: [],
      refused: [{ path: 'outer.txt', why: 'outside' }],
    });
    expect(findArtifact(rig, 'broken.txt')).toMatchObject({ files: [], refused: [] });
  });

  it('does not go round in circles, nor into a folder that only looks like the rig', () => {
    put('a/b.txt');
    symlinkSync('..', join(rig, 'a', 'up'));
    mkdirSync(join(base, 'rig-2'));
    writeFileSync(join(base, 'rig-2', 'c.txt'), '');
    symlinkSync('../../rig-2', join(rig, 'a', 'twin'));
    expect(found('**/*.txt')).toEqual(['a/b.txt']);
    expect(found('a/up/a/up/a/b.txt')).toEqual(['a/up/a/up/a/b.txt']);
    expect(found('a/twin/c.txt')).toEqual([]);
  });

  it('does not count folders and pipes, and does not wait for the latter', () => {
    mkdirSync(join(rig, 'out'));
    execFileSync('mkfifo', [join(rig, 'pipe')]);
    expect(findArtifact(rig, 'out')).toMatchObject({ files: [], refused: [{ path: 'out', why: 'folder' }] });
    expect(findArtifact(rig, 'pipe')).toMatchObject({
      files: [],
      refused: [{ path: 'pipe', why: 'not-a-file' }],
    });
  });

  it('stops at its limit and says so', () => {
    put(...Array.from({ length: 30 }, (_, index) => `f/${index}.txt`));
    for (const [pattern, most] of [
      ['**/*.go', 0],
      ['**/*.txt', 10],
    ] as const) {
      const search = searchArtifact(rig, pattern, 10);
      let step = search.next();
      while (!step.done) step = search.next();
      expect(step.value.limit).toBe('entries');
      expect(step.value.files.length).toBeLessThanOrEqual(most);
    }
    expect(findArtifact(rig, `${'{a,b}'.repeat(9)}`)).toMatchObject({ files: [], limit: 'alternatives' });
  });
});
