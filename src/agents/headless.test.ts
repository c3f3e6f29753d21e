import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EffectKey, effectKey, nodeId, runId } from '../core/ids.ts';
import type { Bead } from '../core/plan.ts';
import { ShellPool } from '../os/shell-pool.ts';
import type { AgentSettings } from '../plan/settings.ts';
import type { Attempt, PreparedRig } from '../ports/work.ts';
import { madeUpWork } from '../testing/work-samples.ts';
import { HeadlessAgent, resolveCommand } from './headless.ts';
import { ShellAgent } from './shell.ts';
import { exitFailure } from './worker.ts';

const never = new AbortController().signal;
let root: string;
let pool: ShellPool;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gastown-headless-')));
  mkdirSync(join(root, 'rig'));
  mkdirSync(join(root, 'attempt'));
  pool = new ShellPool();
});
afterEach(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(root, { recursive: true });
});

const worker = () => ({
  pool,
  projectRoot: root,
  marker: (key: EffectKey) => `nonce of ${key}`,
  graceMs: 100,
});
const path = process.env['PATH'] ?? '';

function agentSettings(command: readonly string[], env: Record<string, string> = {}): AgentSettings {
  return { name: 'stand-in', command, env, capabilities: [], parallel: undefined };
}

function preparedRig(env: Record<string, string> = {}): PreparedRig {
  return {
    settings: {
      name: 'default',
      kind: 'directory',
      root: 'rig',
      setup: [],
      checks: [],
      env: {},
      envAllow: [],
      secrets: [],
      agent: undefined,
      parallel: undefined,
    },
    directory: join(root, 'rig'),
    env: { PATH: path, ...env },
    secretValues: [],
  };
}

function attemptAt(bead: Partial<Bead>, more: Partial<Attempt> = {}): Attempt {
  return {
    run: runId('r1'),
    bead: madeUpWork('pet-crud', {
      name: 'Pet CRUD',
      file: 'gastown/beads/pet-crud.toml',
      artifacts: ['a.txt', 'b c.txt'],
      key: 'k',
      ...bead,
    }),
    formula: {
      name: 'f',
      type: 'convoy',
      version: undefined,
      file: 'formula.toml',
      context: {},
      parallel: 1,
      timeoutMs: undefined,
      rig: 'default',
      sync: 'level',
      quorum: 'all',
    },
    number: 2,
    previous: undefined,
    required: [],
    outputs: new Map(),
    answers: [],
    folder: join(root, 'attempt'),
    ...more,
  };
}

const key = effectKey(runId('r1'), nodeId('pet-crud'), 2, 'work');
const log = (): string => readFileSync(join(root, 'attempt', 'log'), 'utf8');

describe('what a worker is told', () => {
  it('is in its environment, and nothing of ours besides', async () => {
    const previous = { class: 'task', code: 'exit', message: 'line 1\nit used s3cret-s3cret' } as const;
    const attempt = attemptAt(
      { run: 'env | grep -v -e "^PWD" -e "^OLDPWD" -e "^_=" -e "^SHLVL"; exit 0' },
      { previous },
    );
    const rig = { ...preparedRig({ HOME: '/home/x' }), secretValues: [] };
    await new ShellAgent(worker()).work(attempt, rig, key, never);
    expect(log().split('\n').sort()).toEqual(
      [
        '',
        `PATH=${path}`,
        'HOME=/home/x',
        'GASTOWN_RUN=r1',
        'GASTOWN_BEAD=pet-crud',
        'GASTOWN_ATTEMPT=2',
        'GASTOWN_BEAD_NAME=Pet CRUD',
        `GASTOWN_BEAD_FILE=${root}/gastown/beads/pet-crud.toml`,
        `GASTOWN_PROJECT=${root}`,
        'GASTOWN_RIG=default',
        `GASTOWN_ATTEMPT_DIR=${root}/attempt`,
        `GASTOWN_OUTPUT=${root}/attempt/output.json`,
        `GASTOWN_QUESTION=${root}/attempt/question.txt`,
        'GASTOWN_MARKER=nonce of r1/pet-crud/2/work',
        'GASTOWN_ARTIFACTS=a.txt',
        'b c.txt',
        'GASTOWN_LAST_FAILURE=line 1',
        'it used s3cret-s3cret',
      ].sort(),
    );
  });

  it('is cut and mended where no environment could hold it', async () => {
    const attempt = attemptAt(
      {
        name: 'a\0b',
        run: 'printf %s "$GASTOWN_BEAD_NAME"; [ "$(printf %s "$GASTOWN_LAST_FAILURE" | wc -c)" -eq 16384 ]',
      },
      { previous: { class: 'task', code: 'exit', message: 'x'.repeat(300_000) } },
    );
    expect(await new ShellAgent(worker()).work(attempt, preparedRig(), key, never)).toMatchObject({
      type: 'succeeded',
    });
    expect(log()).toBe('a\uFFFDb');
  });
});

describe('the headless agent', () => {
  const stand = (command: readonly string[], env: Record<string, string> = {}) =>
    new HeadlessAgent({
      ...worker(),
      agent: agentSettings(command, env),
      prompt: ({ bead }) => `Do ${bead.id}.\n`,
    });

  it('feeds the prompt, kept for its owner only, runs in the rig, and adds its own environment', async () => {
    const agent = stand(['sh', '-c', 'pwd -P; cat; echo "$MODEL"'], { MODEL: 'm1' });
    const end = await agent.work(attemptAt({}), preparedRig(), key, never);
    expect(end).toEqual({ type: 'succeeded', report: { exit: 0 } });
    expect(log()).toBe(`${root}/rig\nDo pet-crud.\nm1\n`);
    expect(statSync(join(root, 'attempt', 'prompt.md')).mode & 0o777).toBe(0o600);
  });

  it('says what to do when its program is missing', async () => {
    const end = await stand(['no-such-agent']).work(attemptAt({}), preparedRig(), key, never);
    expect(end).toMatchObject({
      type: 'failed',
      failure: { class: 'infrastructure', code: 'agent-missing' },
    });
    expect(end.type === 'failed' && end.failure.message).toMatch(/no-such-agent.*\[agents\.stand-in\]/);
  });

  it('finds programs and scripts of the project', () => {
    writeFileSync(join(root, 'stand-in.mjs'), '');
    writeFileSync(join(root, 'rig', 'local.py'), '');
    writeFileSync(join(root, 'agent.sh'), '');
    chmodSync(join(root, 'agent.sh'), 0o755);
    const resolved = (...command: string[]) =>
      resolveCommand(agentSettings(command), root, join(root, 'rig'), path);
    const sh = resolved('sh');
    const [program] = Array.isArray(sh) ? sh : [];
    expect(program).toMatch(/^\/.*\/sh$/);
    expect(resolved('sh', 'stand-in.mjs', 'stand-in.mjs')).toEqual([
      program,
      join(root, 'stand-in.mjs'),
      'stand-in.mjs',
    ]);
    expect(resolved('sh', 'local.py')).toEqual([program, 'local.py']);
    expect(resolved('sh', '-c', 'stand-in.mjs')).toEqual([program, '-c', 'stand-in.mjs']);
    expect(resolved('sh', 'hello')).toEqual([program, 'hello']);
    expect(resolved('./agent.sh', 'x')).toEqual([join(root, 'agent.sh'), 'x']);
    for (const command of [[], [''], ['./stand-in.mjs'], ['./gone'], ['sh', 'gone.mjs'], ['agent.sh']]) {
      expect(resolved(...command)).toMatchObject({ class: 'infrastructure', code: 'agent-missing' });
    }
  });
});

describe('the shell agent', () => {
  it('needs a command', async () => {
    const end = await new ShellAgent(worker()).work(attemptAt({}), preparedRig(), key, never);
    expect(end).toMatchObject({
      type: 'failed',
      failure: { class: 'infrastructure', code: 'agent-missing' },
    });
  });

  it('quotes the last line of a failure without secrets', async () => {
    const attempt = attemptAt({ run: 'echo first; echo "bad: ghp_aaaaaaaaaabbbbbbbbbbcccccc"; exit 3' });
    expect(await new ShellAgent(worker()).work(attempt, preparedRig(), key, never)).toEqual({
      type: 'failed',
      failure: {
        class: 'task',
        code: 'exit',
        message: 'exit status 3; its last output line: bad: [redacted]',
      },
    });
  });

  it('says that the rig cannot be entered', async () => {
    const rig = { ...preparedRig(), directory: join(root, 'gone') };
    const end = await new ShellAgent(worker()).work(attemptAt({ run: 'true' }), rig, key, never);
    expect(end).toMatchObject({ type: 'failed', failure: { class: 'infrastructure', code: 'rig' } });
  });
});

describe('exit statuses', () => {
  it.each([
    [1, 'task', 'exit', 'exit status 1; it printed nothing'],
    [75, 'infrastructure', 'exit', 'surroundings'],
    [127, 'task', 'exit', 'exit status 127'],
    [137, 'task', 'signal', 'SIGKILL (exit status 137)'],
    [255, 'task', 'exit', 'exit status 255'],
  ])('%i', (status, failureClass, code, message) => {
    const failure = exitFailure(status, undefined);
    expect(failure).toMatchObject({ class: failureClass, code });
    expect(failure.message).toContain(message);
  });
});
