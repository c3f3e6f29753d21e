import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOwnFile } from './own-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gastown-own-'));
  file = join(folder, 'config.toml');
  writeFileSync(file, 'text é', { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = { type: 'text', text: 'text é' };
const isRoot = process.getuid?.() === 0;

describe('a file of one’s own', () => {
  it('is read, also when others may read it', () => {
    chmodSync(file, 0o644);
    chmodSync(folder, 0o755);
    expect(readOwnFile(file)).toEqual(text);
  });

  it('may belong to root', () => {
    expect(readOwnFile('/etc/passwd').type).toBe('text');
  });

  it('may be missing', () => {
    expect(readOwnFile(join(folder, 'nothing'))).toEqual({ type: 'missing' });
    expect(readOwnFile(join(file, 'below'))).toEqual({ type: 'missing' });
  });

  it.each([
    ['group', 0o620],
    ['everybody', 0o602],
  ])('is not believed when its %s can write it', (_, mode) => {
    chmodSync(file, mode);
    expect(readOwnFile(file)).toEqual({ type: 'refused', why: 'can be written by other users' });
  });

  it('is not believed when others can put another one in its place, unless the folder is sticky', () => {
    chmodSync(folder, 0o777);
    expect(readOwnFile(file)).toEqual({
      type: 'refused',
      why: `lies in "${folder}", which can be written by other users`,
    });
    chmodSync(folder, 0o1777);
    expect(readOwnFile(file)).toEqual(text);
  });

  it('may be a link, and then both ends count', () => {
    const there = join(folder, 'there');
    mkdirSync(there);
    symlinkSync(file, join(there, 'link'));
    expect(readOwnFile(join(there, 'link'))).toEqual(text);
    chmodSync(there, 0o777);
    expect(readOwnFile(join(there, 'link'))).toMatchObject({ why: expect.stringContaining('/there"') });
    chmodSync(there, 0o700);
    chmodSync(folder, 0o777);
    expect(readOwnFile(join(there, 'link'))).toMatchObject({ why: expect.stringContaining(`"${folder}"`) });
  });

  it.runIf(isRoot)('is not believed when it, or its folder, belongs to somebody else', () => {
    chownSync(file, 65_534, 65_534);
    expect(readOwnFile(file)).toEqual({ type: 'refused', why: 'belongs to another user (number 65534)' });
    chownSync(file, 0, 0);
    chownSync(folder, 65_534, 65_534);
    expect(readOwnFile(file)).toMatchObject({
      why: expect.stringContaining('belongs to another user (number 65534)'),
    });
  });

  it('is a regular file of bounded length with UTF-8 in it, and nothing is waited for', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', ['-m', '600', pipe]);
    expect(readOwnFile(pipe)).toEqual({ type: 'refused', why: 'is not a regular file' });
    expect(readOwnFile(folder)).toEqual({ type: 'refused', why: 'is not a regular file' });
    writeFileSync(file, Buffer.alloc(1024 * 1024 + 1));
    expect(readOwnFile(file)).toEqual({ type: 'refused', why: 'is larger than 1 MiB' });
    writeFileSync(file, Buffer.from([0xe9]));
    expect(readOwnFile(file)).toEqual({ type: 'refused', why: 'is not UTF-8 text' });
  });
});
