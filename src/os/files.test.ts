import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listen, ring } from './doorbell.ts';
import {
  abandonedFor,
  appendFile,
  classifyFileError,
  createExclusive,
  ensureDirectory,
  followFile,
  readLastLine,
  readTail,
  realDirectory,
  temporaryFor,
  writeFileAtomic,
} from './files.ts';
import { findProgram, isExecutable } from './programs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gastown-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

function problemOf(action: () => void): string {
  try {
    action();
  } catch (error) {
    return classifyFileError(error);
  }
  return 'none';
}

describe('writing', () => {
  it('replaces whole files and keeps the mode of an existing one', () => {
    writeFileAtomic(at('a'), 'one');
    chmodSync(at('a'), 0o640);
    writeFileAtomic(at('a'), 'two', 0o600);
    writeFileAtomic(at('b'), 'new', 0o604);
    expect(readFileSync(at('a'), 'utf8')).toBe('two');
    expect(statSync(at('a')).mode & 0o777).toBe(0o640);
    expect(statSync(at('b')).mode & 0o777).toBe(0o604);
    expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
  });

  it('leaves the old file and nothing else when it fails', () => {
    mkdirSync(at('taken'));
    expect(problemOf(() => writeFileAtomic(at('taken'), 'x'))).toBe('not-a-file');
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('tells what a writer died over from what is being written', () => {
    const { pid = 0 } = spawnSync('true');
    expect(abandonedFor(`.a b.toml.${pid}.3.tmp`)).toBe('a b.toml');
    // What bears our own number was an earlier one's.
    expect(abandonedFor(`.a.${process.pid}.1.tmp`)).toBe('a');
    expect(abandonedFor(`.a.${process.ppid}.1.tmp`)).toBeUndefined();
    for (const name of ['a', '.a.tmp', `a.${pid}.1.tmp`, `.a.${pid}.tmp`, `..${pid}.1.tmp.b`])
      expect(abandonedFor(name), name).toBeUndefined();
    expect(abandonedFor(basename(temporaryFor('/x/plan-1'))), 'whoever writes under such a name').toBe(
      'plan-1',
    );
  });

  it('creates a file once', () => {
    expect(createExclusive(at('x'), '1')).toBe(true);
    expect(createExclusive(at('x'), '2')).toBe(false);
    expect(readFileSync(at('x'), 'utf8')).toBe('1');
    symlinkSync(at('target'), at('link'));
    expect(createExclusive(at('link'), '2')).toBe(false);
  });

  it('makes folders and files for their owner only', () => {
    ensureDirectory(at('one/two'));
    appendFile(at('one/two/log'), 'x');
    expect([at('one'), at('one/two')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700]);
    expect(statSync(at('one/two/log')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['/dev/full', 'full'],
    ['gone/x', 'missing'],
    ['.', 'not-a-file'],
  ])('names why %s cannot be written: %s', (path, problem) => {
    expect(problemOf(() => appendFile(path.startsWith('/') ? path : at(path), 'x'))).toBe(problem);
  });

  it.each([
    ['EROFS', 'read-only'],
    ['EACCES', 'denied'],
    ['EDQUOT', 'full'],
    ['EMFILE', 'too-many-open'],
    ['EIO', 'other'],
  ])('%s is %s', (code, problem) => {
    expect(classifyFileError(Object.assign(new Error(code), { code }))).toBe(problem);
    expect(classifyFileError(code)).toBe('other');
  });

  it('resolves folders, not files', () => {
    mkdirSync(at('real'));
    symlinkSync('real', at('link'));
    writeFileSync(at('file'), '');
    expect(realDirectory(at('link'))).toMatch(/\/real$/);
    expect(realDirectory(at('file'))).toBeUndefined();
    expect(realDirectory(at('gone'))).toBeUndefined();
  });
});

describe('the last line', () => {
  it.each([
    ['', undefined],
    ['\n \n', undefined],
    ['one\ntwo\n', 'two'],
    ['one\n\n  \n', 'one'],
    ['one\ntwo', 'one'],
    ['only', 'only'],
    ['10%\r50%\r100%\n', '100%'],
    ['crlf\r\n', 'crlf'],
    [`${'x'.repeat(300)}\n`, `${'x'.repeat(199)}…`],
    [`${'é\n'.repeat(20_000)}last\n`, 'last'],
  ])('of %j', (text, line) => {
    writeFileSync(at('log'), text);
    expect(readLastLine(at('log'))).toBe(line);
  });

  it('of no file', () => {
    expect(readLastLine(at('gone'))).toBeUndefined();
    expect(readTail(folder, 10)).toBeUndefined();
  });
});

describe('following', () => {
  it('gives everything once, in order, from before the file is there until it is finished', async () => {
    const never = new AbortController().signal;
    let isFinished = false;
    const seen: string[] = [];
    const steps = [
      () => writeFileSync(at('log'), 'one '),
      () => appendFileSync(at('log'), 'two '),
      () => {
        appendFileSync(at('log'), 'three');
        isFinished = true;
      },
    ];
    steps.shift()?.();
    for await (const piece of followFile(at('log'), never, () => isFinished, 1)) {
      seen.push(piece.toString());
      steps.shift()?.();
    }
    expect(seen.join('')).toBe('one two three');
  });

  it('ends when it is aborted, also while nothing comes', async () => {
    const stop = new AbortController();
    const pieces = followFile(at('gone'), stop.signal, () => false, 60_000);
    const next = pieces.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

describe('the doorbell', () => {
  it('is heard', async () => {
    const bell = at('bell');
    await new Promise<void>((resolve) => {
      const listener = listen(bell, () => {
        listener[Symbol.dispose]();
        resolve();
      });
      ring(bell);
    });
  });

  it('is heard by the slow look alone, and not when it did not ring', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      let rings = 0;
      using _ = listen(at('bell'), () => {
        rings += 1;
      });
      vi.advanceTimersByTime(5000);
      expect(rings).toBe(0);
      // A watcher would be heard only in a later turn of the event loop.
      utimesSync(at('bell'), 1, 1);
      vi.advanceTimersByTime(1000);
      expect(rings).toBe(1);
      vi.advanceTimersByTime(5000);
      expect(rings).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('programs', () => {
  it('are regular files that may be executed, found in absolute folders only', () => {
    mkdirSync(at('bin'));
    writeFileSync(at('bin/tool'), '');
    expect(isExecutable(at('bin/tool'))).toBe(false);
    chmodSync(at('bin/tool'), 0o755);
    expect(findProgram('tool', `relative:${at('none')}:${at('bin')}`)).toBe(at('bin/tool'));
    expect(findProgram('bin', folder)).toBeUndefined();
    expect(findProgram('tool', '')).toBeUndefined();
  });
});
