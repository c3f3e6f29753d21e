import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { identityOf, judge, ownIdentity } from './process-identity.ts';
import { hasProcessTable, listPids, processFacts } from './process-table.ts';

const prlimit = (...args: readonly string[]): string =>
  spawnSync('prlimit', ['--pid', String(process.pid), ...args], { encoding: 'utf8' }).stdout ?? '';
const usual = prlimit('--nofile', '--output', 'SOFT', '--noheadings').trim();

/** Opens files until no more may be opened. */
function exhaust(): number[] {
  const open: number[] = [];
  try {
    for (;;) open.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EMFILE')) throw error;
    return open;
  }
}

describe.skipIf(!hasProcessTable || usual === '')('where no more files may be opened', () => {
  it('processes are looked at all the same: the living are not taken for dead', () => {
    const self = ownIdentity();
    prlimit('--nofile=256:');
    const open = exhaust();
    try {
      for (let look = 0; look < 3; look += 1) {
        expect(judge(self)).toBe('alive');
        expect(listPids()).toContain(process.pid);
        expect(processFacts(process.ppid)?.pid).toBe(process.ppid);
      }
    } finally {
      for (const descriptor of open) closeSync(descriptor);
      prlimit(`--nofile=${usual}:`);
    }
    expect(identityOf(2 ** 30)).toBeUndefined();
  });
});
