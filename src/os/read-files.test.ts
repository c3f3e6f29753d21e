import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RootedReader } from './read-files.ts';

let folder = '';
let root = '';

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'gastown-read-')));
  root = join(folder, 'project');
  mkdirSync(join(root, 'beads'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  mkdirSync(join(folder, 'project-too'));
  writeFileSync(join(folder, 'project-too', 'x.txt'), 'secret');
  writeFileSync(join(root, 'plain.txt'), 'text é');
  writeFileSync(join(root, 'bom.txt'), '\ufefftext');
  writeFileSync(join(root, 'nul.txt'), 'a\0b');
  writeFileSync(join(root, 'latin.txt'), Buffer.from([0x63, 0xe9]));
  writeFileSync(join(root, 'replacement.txt'), 'a \ufffd is a character, too');
  writeFileSync(join(root, 'large.txt'), 'x'.repeat(2001));
  writeFileSync(join(root, 'beads', 'a.toml'), 'a');
  symlinkSync('plain.txt', join(root, 'inner-link.txt'));
  symlinkSync('../secret.txt', join(root, 'outer-link.txt'));
  symlinkSync('loop.txt', join(root, 'loop.txt'));
  symlinkSync('nowhere', join(root, 'dangling.txt'));
  symlinkSync('..', join(root, 'up'));
  symlinkSync('../project-too', join(root, 'too'));
  symlinkSync('beads', join(root, 'alias'));
  symlinkSync('/dev/zero', join(root, 'zero.txt'));
  execFileSync('mkfifo', [join(root, 'pipe.txt')]);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('RootedReader', () => {
  it.each([
    ['plain.txt', { type: 'text', text: 'text é' }],
    ['bom.txt', { type: 'text', text: 'text' }],
    ['replacement.txt', { type: 'text', text: 'a \ufffd is a character, too' }],
    ['nul.txt', { type: 'binary' }],
    ['latin.txt', { type: 'binary' }],
    ['large.txt', { type: 'too-large' }],
    ['beads', { type: 'directory' }],
    ['', { type: 'directory' }],
    ['nothing.txt', { type: 'missing' }],
    ['plain.txt/deeper', { type: 'missing' }],
    ['inner-link.txt', { type: 'text', text: 'text é' }],
    ['alias/a.toml', { type: 'text', text: 'a' }],
    ['outer-link.txt', { type: 'outside' }],
    ['up/secret.txt', { type: 'outside' }],
    ['too/x.txt', { type: 'outside' }],
    ['../secret.txt', { type: 'outside' }],
    ['zero.txt', { type: 'outside' }],
    ['dangling.txt', { type: 'missing' }],
    ['loop.txt', { type: 'missing' }],
    ['pipe.txt', { type: 'unreadable', code: 'not a regular file' }],
  ])('%s', (path, expected) => {
    expect(new RootedReader(root, 2000).readText(path)).toEqual(expected);
    // After a listing, regular files are read without another look.
    const reader = new RootedReader(root, 2000);
    reader.list('');
    expect(reader.readText(path)).toEqual(expected);
  });

  it('lists a folder by name', () => {
    const reader = new RootedReader(root, 2000);
    expect(reader.list('beads')).toEqual({ type: 'folder', entries: [{ name: 'a.toml', kind: 'file' }] });
    expect(reader.list('up')).toEqual({ type: 'outside' });
    expect(reader.list('plain.txt')).toEqual({ type: 'unreadable', code: 'ENOTDIR' });
    expect(reader.list('nothing')).toEqual({ type: 'missing' });
  });
});
