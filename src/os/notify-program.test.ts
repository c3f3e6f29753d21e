import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Telling, tellProgram } from './notify-program.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gastown-tell-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const { signal } = new AbortController();
const tell = (script: string, more: Partial<Telling> = {}): Promise<string | undefined> =>
  tellProgram({
    command: [process.execPath, '-e', script, folder, '$(touch /tmp/x); "quoted"'],
    input: '{"a":"é"}\n',
    env: { OWN: 'value' },
    signal,
    ...more,
  });

/** Whether a process lives, or is at least not buried yet. */
function lives(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

async function appears(path: string): Promise<string> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (existsSync(path) && readFileSync(path, 'utf8') !== '') return readFileSync(path, 'utf8');
    await delay(25);
  }
  throw new Error(`${path} never came to be`);
}

describe('a program that is told something', () => {
  it('gets it on its standard input, its arguments as they are, and the environment', async () => {
    const script = `
      const input = require('node:fs').readFileSync(0, 'utf8');
      const seen = { input, words: process.argv.slice(2), own: process.env.OWN, cwd: process.cwd() };
      console.log('noise'.repeat(100000));
      require('node:fs').writeFileSync(process.argv[1] + '/seen', JSON.stringify(seen));`;
    expect(await tell(script)).toBeUndefined();
    expect(JSON.parse(readFileSync(join(folder, 'seen'), 'utf8'))).toEqual({
      input: '{"a":"é"}\n',
      words: ['$(touch /tmp/x); "quoted"'],
      own: 'value',
      cwd: '/',
    });
  });

  it('need not read it', async () => {
    expect(await tell('process.exit(0)', { input: 'x'.repeat(4 * 1024 * 1024) })).toBeUndefined();
  });

  it.each([
    ['fails', 'process.exit(3)', {}, 'ended with exit status 3'],
    ['dies', 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)', {}, 'was ended by SIGTERM'],
    ['is not there', '', { command: ['/nowhere/x'] }, 'cannot be found, or not be executed'],
    [
      'is in no PATH',
      '',
      { command: ['no-such-program'], env: { PATH: '/usr/bin:.' } },
      'cannot be found, or not be executed',
    ],
    ['is too late', '', { signal: AbortSignal.abort() }, 'was not started any more'],
  ])('that %s is said to', async (_, script, more, words) => {
    expect(await tell(script, more)).toBe(words);
  });

  it('is looked up in the PATH it is given', async () => {
    expect(await tell('', { command: ['true'], env: { PATH: '/usr/bin:/bin' } })).toBeUndefined();
  });

  const parent = (into: string): Partial<Telling> => ({
    command: ['/bin/sh', '-c', 'trap "" TERM; sleep 60 & echo $$ $! > "$0/pids"; wait', into],
    env: { PATH: '/usr/bin:/bin' },
  });
  const bothAreGone = async (): Promise<void> => {
    const pids = readFileSync(join(folder, 'pids'), 'utf8').split(' ').map(Number);
    expect(pids).toHaveLength(2);
    await expect.poll(() => pids.filter(lives)).toEqual([]);
  };

  it('is killed with its children when its time is over', async () => {
    expect(await tell('', { ...parent(folder), limitMs: 500 })).toBe('took longer than 0.5 s and was killed');
    await bothAreGone();
  });

  it('is killed with its children when it is given up', async () => {
    const givingUp = new AbortController();
    const told = tell('', { ...parent(folder), signal: givingUp.signal });
    await appears(join(folder, 'pids'));
    givingUp.abort();
    expect(await told).toBe('was killed before its end');
    await bothAreGone();
  });
});
