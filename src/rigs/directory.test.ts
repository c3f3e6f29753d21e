import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EffectKey, effectKey, nodeId, runId } from '../core/ids.ts';
import { ShellPool } from '../os/shell-pool.ts';
import type { RigSettings } from '../plan/settings.ts';
import type { Attempt } from '../ports/work.ts';
import { madeUpRig, madeUpWork } from '../testing/work-samples.ts';
import { DirectoryRig, RigProblem } from './directory.ts';

const never = new AbortController().signal;
let root: string;
let pool: ShellPool;
let count = 0;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gastown-rig-')));
  pool = new ShellPool();
});
afterEach(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(root, { recursive: true });
});

function rigOf(one: RigSettings, userEnv: Record<string, string> = {}): DirectoryRig {
  return new DirectoryRig({
    projectRoot: root,
    stateFolder: join(root, 'state'),
    pool,
    rigs: { [one.name]: one },
    userEnv: { PATH: process.env['PATH'], ...userEnv },
    marker: (key: EffectKey) => `${root} ${key}`,
    graceMs: 100,
  });
}

function attempt(): { attempt: Attempt; key: EffectKey } {
  count += 1;
  const id = nodeId(`bead-${count}`);
  const folder = join(root, id);
  mkdirSync(folder);
  const bead = madeUpWork(id);
  const formula: Attempt['formula'] = {
    name: 'f',
    type: 'convoy',
    version: undefined,
    file: '',
    context: {},
    parallel: 1,
    timeoutMs: undefined,
    rig: 'default',
    sync: 'level',
    quorum: 'all',
  };
  const run = runId('r1');
  return {
    attempt: {
      run,
      bead,
      formula,
      number: 1,
      previous: undefined,
      required: [],
      outputs: new Map(),
      answers: [],
      folder,
    },
    key: effectKey(run, id, 1, 'prepare'),
  };
}

const prepare = (rig: DirectoryRig, signal = never) => {
  const one = attempt();
  return rig.prepare(one.attempt, one.key, signal);
};
const ran = (): string => readFileSync(join(root, 'ran'), 'utf8');

describe('opening a directory rig', () => {
  it('takes over only what is allowed, and what the rig says', () => {
    const user = { HOME: '/h', LC_ALL: 'C', TOKEN: 'tok-tok', AWS_SECRET: 'x', EDITOR: 'vi', PORT: '1' };
    const one = madeUpRig({ env: { PORT: '2' }, envAllow: ['EDITOR'], secrets: ['TOKEN'] });
    const rig = rigOf(one, user);
    const opened = rig.open(one);
    expect(opened.env).toEqual({
      PATH: process.env['PATH'],
      HOME: '/h',
      LC_ALL: 'C',
      EDITOR: 'vi',
      PORT: '2',
      TOKEN: 'tok-tok',
    });
    expect(opened.secretValues).toEqual(['tok-tok']);
    expect(opened.directory).toBe(root);
    expect(rig.open(one)).toBe(opened);
  });

  it('names secrets that are missing or empty', () => {
    const one = madeUpRig({ secrets: ['A_TOKEN', 'PATH', 'B_TOKEN'] });
    expect(() => rigOf(one, { B_TOKEN: '' }).open(one)).toThrow(/needs A_TOKEN, B_TOKEN/);
  });

  it.each(['..', '/', 'out', 'gone', 'file', 'in/../..', 'sibling'])('refuses the root %s', (path) => {
    symlinkSync(tmpdir(), join(root, 'out'));
    // A folder whose name merely begins like the project's.
    mkdirSync(`${root}-sibling`);
    symlinkSync(`${root}-sibling`, join(root, 'sibling'));
    writeFileSync(join(root, 'file'), '');
    try {
      const one = madeUpRig({ root: path });
      expect(() => rigOf(one).open(one)).toThrow(RigProblem);
    } finally {
      rmSync(`${root}-sibling`, { recursive: true });
    }
  });

  it('follows links that stay inside', () => {
    mkdirSync(join(root, 'in'));
    symlinkSync('in', join(root, 'link'));
    const one = madeUpRig({ root: 'link' });
    expect(rigOf(one).open(one).directory).toBe(join(root, 'in'));
  });
});

describe('preparing a directory rig', () => {
  const success = { type: 'succeeded', report: undefined };

  it('runs its setup once per run, in order, whoever asks and however many at once', async () => {
    const one = madeUpRig({ setup: ['printf a >>ran', 'sleep 0.05; printf b >>ran'] });
    const rig = rigOf(one);
    expect(await Promise.all([prepare(rig), prepare(rig), prepare(rig)])).toEqual([
      success,
      success,
      success,
    ]);
    expect(await prepare(rigOf(one))).toEqual(success);
    expect(ran()).toBe('ab');
    expect(await prepare(rigOf(madeUpRig({ setup: ['printf c >>ran'] })))).toEqual(success);
    expect(ran()).toBe('abc');
  });

  it('says which command failed, and tries again with the next attempt', async () => {
    const one = madeUpRig({ setup: ['printf a >>ran', 'echo went wrong; [ -e mended ]'] });
    const rig = rigOf(one);
    const end = await prepare(rig);
    expect(end).toMatchObject({ type: 'failed', failure: { class: 'infrastructure', code: 'setup' } });
    expect(end.type === 'failed' && end.failure.message).toContain('its last output line: went wrong');
    writeFileSync(join(root, 'mended'), '');
    expect(await prepare(rig)).toEqual(success);
    expect(ran()).toBe('aa');
  });

  it('is taken over by who waits when the one who runs it is stopped', async () => {
    const one = madeUpRig({ setup: ['printf a >>ran; [ -e go ] || sleep 1000'] });
    const rig = rigOf(one);
    const stop = new AbortController();
    const first = prepare(rig, stop.signal);
    const second = prepare(rig);
    while (!readText('ran')) await new Promise((resolve) => setTimeout(resolve, 5));
    writeFileSync(join(root, 'go'), '');
    stop.abort();
    expect(await first).toEqual({ type: 'stopped' });
    expect(await second).toEqual(success);
    expect(ran()).toBe('aa');
  });

  it('harvests what an earlier driver finished, and repeats what it lost', async () => {
    const one = madeUpRig({ setup: ['printf a >>ran', 'printf b >>ran'] });
    const { attempt: same, key } = attempt();
    await rigOf(one).prepare(same, key, never);
    rmSync(join(root, 'state'), { recursive: true });
    // The second command's record says that nobody will ever run it.
    writeFileSync(join(same.folder, 'prepare-2.1.record'), 'V\n');
    // And one more says that it was stopped, with a boot long gone.
    writeFileSync(join(same.folder, 'prepare-2.2.record'), 'B x.1\nI host boot pid:[1] 77 99\nS\n');
    expect(await rigOf(one).prepare(same, key, never)).toEqual(success);
    expect(ran()).toBe('abb');
  });

  it('is run once by two drivers, one of which was taken for dead', async () => {
    const one = madeUpRig({ setup: ['printf a >>ran; sleep 0.1'] });
    const { attempt: same, key } = attempt();
    const ends = await Promise.all([rigOf(one), rigOf(one)].map((rig) => rig.prepare(same, key, never)));
    expect(ends).toEqual([success, success]);
    expect(ran()).toBe('a');
  });

  it('does not know rigs that are not there', async () => {
    await expect(prepare(rigOf(madeUpRig({ name: 'other' })))).rejects.toThrow('Rig not found');
  });
});

function readText(name: string): string {
  try {
    return readFileSync(join(root, name), 'utf8');
  } catch {
    return '';
  }
}
