import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ProcessCensus } from './process-census.ts';
import { formatIdentity, identityOf, isSame, judge, ownIdentity, parseIdentity } from './process-identity.ts';
import { parseStat, processFacts } from './process-table.ts';
import { endTree, markerIn, sweep, sweepMarkers } from './process-tree.ts';

const started: number[] = [];

/** Starts a session whose leader runs the script, and waits for its first output. */
async function session(script: string, marker: string) {
  const child = spawn('/bin/sh', ['-c', script], {
    detached: true,
    env: { PATH: process.env['PATH'], TREE_MARKER: marker },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  const identity = child.pid === undefined ? undefined : identityOf(child.pid);
  if (identity === undefined) throw new Error('it ended at once');
  started.push(identity.pid);
  return { identity, exit };
}

afterEach(() => {
  for (const pid of started.splice(0)) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Gone, as it should be.
    }
  }
});

const patient = new AbortController().signal;
const own = (name: string): string => `${name}-${process.pid}`;

describe('identities', () => {
  it('tell a living process from everything else with its pid', () => {
    const me = ownIdentity();
    expect(judge(me)).toBe('alive');
    expect(judge({ ...me, startTime: '1' })).toBe('dead');
    expect(judge({ ...me, bootId: 'x' })).toBe('other-boot');
    expect(judge({ ...me, pidNamespace: 'pid:[1]' })).toBe('elsewhere');
    expect(judge({ ...me, host: 'x', bootId: 'x' })).toBe('elsewhere');
    expect(parseIdentity(formatIdentity(me))).toEqual(me);
  });

  it.each(['', 'a b c', 'h b n x 1', 'h b n 0 1', 'h b n 1 1', 'h b n -5 1', 'h b n 5 1 more', 'h b n 5 '])(
    '%j is none',
    (text) => {
      expect(parseIdentity(text)).toBeUndefined();
    },
  );
});

describe('stat lines', () => {
  const rest = (state: string) =>
    `${state} 10 11 12 0 -1 4194304 91 102 1 0 0 0 0 0 20 0 1 0 156539 2654208 403`;
  it.each(['sh', 'a b', 'a) R 1 2 3', ') (', 'x\ny', ''])('of a program named %j', (name) => {
    expect(parseStat(`5027 (${name}) ${rest('S')}`)).toEqual({
      pid: 5027,
      parent: 10,
      group: 11,
      session: 12,
      startTime: '156539',
    });
  });
  it.each(['', 'nonsense', '1 (x) S 1', `5027 (sh) ${rest('Z')}`])('%j tell of nobody alive', (text) => {
    expect(parseStat(text)).toBeUndefined();
  });
});

describe('markers', () => {
  const environment = Buffer.from('A=1\0XMARK=no\0MARK=one\0B=MARK=two\0');
  it.each([
    [['MARK=one'], 'MARK=one'],
    [['MARK=two', 'MARK=on', 'MARK=one2', 'X=1'], undefined],
    [['A=1'], 'A=1'],
    [[], undefined],
  ])('%j', (markers, found) => {
    expect(markerIn(environment, new Set(markers))).toBe(found);
  });
});

describe('ending trees', () => {
  it('kills every process of a marker, in sessions of their own too, and no other', async () => {
    const [one, two] = [own('one'), own('two')];
    const a = await session('setsid sleep 1000 & sleep 1000 & echo up; wait', one);
    const b = await session('echo up; exec sleep 1000', two);
    expect(await sweepMarkers(new Set([`TREE_MARKER=${one}`, 'TREE_MARKER=none']))).toEqual(
      new Map([[`TREE_MARKER=${one}`, 3]]),
    );
    await a.exit;
    expect(isSame(b.identity)).toBe(true);
    expect(await sweepMarkers(new Set())).toEqual(new Map());
  });

  it('finds the members of a session whose leader died, though their environment is empty', async () => {
    const { identity, exit } = await session('env -i sleep 1000 & echo $!; wait', own('orphan'));
    process.kill(identity.pid, 'SIGKILL');
    await exit;
    const killed = await sweep({ leader: identity, spareLeader: false, markers: new Set() });
    expect(killed).toEqual(new Map([[undefined, 1]]));
  });

  it('finds below its leader who left the session with an empty environment', async () => {
    const command = 'env -i setsid sh -c "echo up; exec sleep 1000" & wait';
    const { identity } = await session(command, own('escaped'));
    const killed = await sweep({ leader: identity, spareLeader: true, markers: new Set() });
    expect([...killed.values()].reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('judges nobody by the pid of a leader from elsewhere or replaced by a stranger', async () => {
    const { identity } = await session('echo up; exec sleep 1000', own('stranger'));
    for (const leader of [
      { ...identity, startTime: '1' },
      { ...identity, bootId: 'x' },
      { ...identity, host: 'x' },
    ]) {
      expect(await sweep({ leader, spareLeader: false, markers: new Set() })).toEqual(new Map());
    }
    expect(isSame(identity)).toBe(true);
  });

  it('asks politely first, then not', async () => {
    // As under a helper: the leader only waits, and what it runs is asked.
    const folder = mkdtempSync(join(tmpdir(), 'gastown-tree-'));
    try {
      const command = `trap 'sleep 0.2; echo bye > ${folder}/said; exit 7' TERM; echo up; while :; do sleep 0.01; done`;
      const polite = await session(`trap : TERM; (${command}); :`, own('polite'));
      await endTree(polite.identity, new Set(), 60_000, () => false, patient);
      await polite.exit;
      expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('bye\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
    const deaf = await session("trap '' TERM; echo up; while :; do sleep 1; done", own('deaf'));
    await endTree(deaf.identity, new Set(), 20, () => false, patient);
    expect(await deaf.exit).toEqual([null, 'SIGKILL']);
  });
});

describe('the census', () => {
  it('sees company in a watched session, whoever its parent is, and sees it go', async () => {
    using census = new ProcessCensus();
    const alone = await session('echo up; exec sleep 1000', own('alone'));
    const crowd = await session('(sleep 1000 & echo up); exec sleep 1000', own('crowd'));
    census.watch(alone.identity.pid);
    census.watch(crowd.identity.pid);
    expect(census.hasCompany(alone.identity.pid)).toBe(false);
    expect(census.hasCompany(crowd.identity.pid)).toBe(true);
    await sweep({ leader: crowd.identity, spareLeader: true, markers: new Set() });
    expect(census.hasCompany(crowd.identity.pid)).toBe(false);
    expect(processFacts(crowd.identity.pid)).toBeDefined();
  });
});
