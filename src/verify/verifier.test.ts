import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { effectKey, nodeId, runId } from '../core/ids.ts';
import type { Bead, Formula } from '../core/plan.ts';
import { ShellPool } from '../os/shell-pool.ts';
import type { Attempt, Evidence, PreparedRig, StepEnd } from '../ports/work.ts';
import { madeUpWork } from '../testing/work-samples.ts';
import type { CommandRunner } from './checks.ts';
import { DirectoryVerifier } from './verifier.ts';

const key = effectKey(runId('r1'), nodeId('pet-crud'), 1, 'verify');
const never = new AbortController().signal;

const formula: Formula = {
  name: 'petstore-api',
  type: 'convoy',
  version: undefined,
  file: 'formula.toml',
  context: {},
  parallel: 3,
  timeoutMs: undefined,
  rig: 'default',
  sync: 'level',
  quorum: 'all',
};

let project: string;
let rig: PreparedRig;
let pool: ShellPool;

beforeEach(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'gastown-verify-')));
  mkdirSync(join(project, 'service'));
  rig = makeRig([]);
  pool = new ShellPool();
});
afterEach(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(project, { recursive: true });
});

function makeRig(checks: readonly string[], secretValues: readonly string[] = []): PreparedRig {
  const settings = {
    name: 'default',
    kind: 'directory',
    root: 'service',
    setup: [],
    checks,
    env: {},
    envAllow: [],
    secrets: [],
    agent: undefined,
    parallel: undefined,
  } as const;
  return {
    settings,
    directory: join(project, 'service'),
    env: { PATH: process.env['PATH'] ?? '' },
    secretValues,
  };
}

function makeAttempt(more: Partial<Bead>, number = 1): Attempt {
  const bead: Bead = madeUpWork('pet-crud', {
    name: 'Pet CRUD',
    file: 'beads/pet-crud.toml',
    priority: 2,
    key: 'key',
    ...more,
  });
  const folder = join(project, `state/pet-crud.${number}`);
  mkdirSync(folder, { recursive: true });
  return {
    run: runId('r1'),
    bead,
    formula,
    number,
    previous: undefined,
    required: [],
    outputs: new Map(),
    answers: [],
    folder,
  };
}

const verifier = (runner: CommandRunner = pool): DirectoryVerifier =>
  new DirectoryVerifier({ pool: runner, marker: (of) => `marker-${of}`, graceMs: 100, projectRoot: project });
const verify = (attempt: Attempt): Promise<StepEnd<Evidence>> => verifier().verify(attempt, rig, key, never);
const put = (path: string, text: string): void => writeFileSync(join(rig.directory, path), text);
const evidenceOf = (attempt: Attempt): unknown =>
  JSON.parse(readFileSync(join(attempt.folder, 'evidence.json'), 'utf8'));

function failureOf(end: StepEnd<Evidence>): { class: string; code: string; message: string } {
  if (end.type !== 'failed') throw new Error(`it ${end.type}`);
  return end.failure;
}

describe('artifacts', () => {
  it('are counted, and the evidence is kept', async () => {
    put('a.mjs', 'export {}');
    const attempt = makeAttempt({ artifacts: ['a.mjs', '*.mjs'] });
    const end = await verify(attempt);
    expect(end).toEqual({
      type: 'succeeded',
      report: {
        artifacts: [
          { pattern: 'a.mjs', files: 1, warning: undefined },
          { pattern: '*.mjs', files: 1, warning: undefined },
        ],
        checks: [],
        criteria: [],
        sharedTree: true,
      },
    });
    expect(evidenceOf(attempt)).toMatchObject({ format: 1, run: 'r1', bead: 'pet-crud', attempt: 1 });
    expect(statSync(join(attempt.folder, 'evidence.json')).mode & 0o777).toBe(0o600);
  });

  it('that are missing fail with what was expected, what is there, and how to look', async () => {
    mkdirSync(join(rig.directory, 'pet'));
    put('pet/handlers.mjs', 'x');
    const attempt = makeAttempt({
      artifacts: ['pet/handler.mjs', 'store/repo.mjs', 'pet/*.go', 'pet', 'extra'],
      checks: ['touch was-run'],
    });
    const { message, ...failure } = failureOf(await verify(attempt));
    expect(failure).toEqual({ class: 'task', code: 'artifact-missing' });
    expect(message).toBe(
      '5 of 5 artifacts are missing. ' +
        '"pet/handler.mjs" does not exist; there is a similar "pet/handlers.mjs" (look: ls -la service/pet). ' +
        '"store/repo.mjs" does not exist: there is no folder "store" (look: ls -la service). ' +
        'No file matches "pet/*.go" (look: ls -la service/pet). ' +
        'Also missing: "pet", "extra".',
    );
    expect(existsSync(join(rig.directory, 'was-run'))).toBe(false);
    expect(evidenceOf(attempt)).toMatchObject({
      artifacts: [{ files: 0 }, { files: 0 }, {}, {}, {}],
      checks: [],
    });
  });

  it.each([
    ['out', '"out" is a folder, expected a file (for any file in it, declare "out/**").'],
    ['{a,b}'.repeat(9), 'stands for too many alternatives'],
  ])('explain why %s does not count', async (artifact, sentence) => {
    mkdirSync(join(rig.directory, 'out'));
    expect(failureOf(await verify(makeAttempt({ artifacts: [artifact] }))).message).toContain(sentence);
  });

  it('that are empty, or older than the attempt, pass with a warning', async () => {
    put('empty.mjs', '');
    put('old.mjs', 'x');
    const attempt = makeAttempt({ artifacts: ['empty.mjs', 'old.mjs', '*.mjs'] });
    // Made long after the files, as far as the file system's clock can tell; something in it makes its birth readable.
    rmSync(attempt.folder, { recursive: true });
    await afterNextTick(join(rig.directory, 'old.mjs'), attempt.folder);
    const end = await verify(attempt);
    expect(end).toMatchObject({
      report: {
        artifacts: [
          { warning: 'is empty; did not change in this attempt' },
          { warning: 'did not change in this attempt' },
          { warning: '1 of 2 files are empty; did not change in this attempt' },
        ],
      },
    });
    put('old.mjs', 'y');
    utimesSync(join(rig.directory, 'old.mjs'), 1, 1);
    expect(await verify(attempt)).toMatchObject({
      report: { artifacts: [{}, { warning: undefined }, { warning: '1 of 2 files are empty' }] },
    });
  });

  it('can be asked for without verifying', () => {
    put('a.mjs', 'x');
    expect(verifier().hasArtifacts(makeAttempt({ artifacts: ['a.mjs'] }).bead, rig.directory)).toBe(true);
    expect(verifier().hasArtifacts(makeAttempt({ artifacts: ['a.mjs', 'b'] }).bead, rig.directory)).toBe(
      false,
    );
  });
});

/** Makes the folder once the clock of the file system has moved on since the file was written. */
async function afterNextTick(file: string, folder: string): Promise<void> {
  for (;;) {
    mkdirSync(folder);
    if (statSync(folder).birthtimeMs > statSync(file).ctimeMs) break;
    rmSync(folder, { recursive: true });
    await new Promise((resolve) => setImmediate(resolve));
  }
  const born = statSync(folder).birthtimeMs;
  const probe = join(folder, 'log');
  do writeFileSync(probe, String(Math.random()));
  while (statSync(probe).ctimeMs <= born);
  rmSync(probe);
  writeFileSync(probe, '');
}

describe('checks', () => {
  it('run one after another in the rig, each once, with the attempt in their environment and their output kept', async () => {
    rig = makeRig(['cat log.txt', 'echo $GASTOWN_BEAD $GASTOWN_ATTEMPT $GASTOWN_RUN $GASTOWN_RIG']);
    const attempt = makeAttempt({
      checks: ['echo one >> log.txt', 'echo two >> log.txt'],
      criteria: [
        { text: 'It says one', check: 'grep -q one log.txt' },
        { text: 'It says one twice', check: 'echo one >> log.txt' },
        { text: 'It is beautiful', check: undefined },
      ],
    });
    const end = await verify(attempt);
    expect(end).toMatchObject({
      type: 'succeeded',
      report: {
        checks: [
          { command: 'echo one >> log.txt', exit: 0, log: join(attempt.folder, 'check-1.log') },
          { command: 'echo two >> log.txt', exit: 0 },
          { command: 'grep -q one log.txt', exit: 0 },
          { command: 'cat log.txt', exit: 0 },
          { command: expect.stringContaining('GASTOWN_BEAD'), exit: 0 },
        ],
        criteria: [
          { verdict: 'verified', evidence: '`grep -q one log.txt`: exit status 0' },
          { verdict: 'verified' },
          { verdict: 'claimed', evidence: expect.stringContaining('nothing checked it') },
        ],
      },
    });
    expect(readFileSync(join(attempt.folder, 'check-4.log'), 'utf8')).toBe('one\ntwo\n');
    expect(readFileSync(join(attempt.folder, 'check-5.log'), 'utf8')).toBe('pet-crud 1 r1 default\n');
  });

  it('that fail are all run and named, with their last words and logs; their criteria are unmet', async () => {
    const attempt = makeAttempt({
      checks: ['echo no pets here; exit 3', 'true'],
      criteria: [{ text: 'Pets', check: 'exit 1' }],
    });
    const end = await verify(attempt);
    expect(failureOf(end)).toEqual({
      class: 'task',
      code: 'check-failed',
      message:
        '2 of 3 checks failed. ' +
        '`echo no pets here; exit 3` ended with exit status 3, expected 0. Its last output line: no pets here. Its output: state/pet-crud.1/check-1.log ' +
        '`exit 1` ended with exit status 1, expected 0. It printed nothing. Its output: state/pet-crud.1/check-3.log',
    });
    expect(evidenceOf(attempt)).toMatchObject({
      criteria: [{ verdict: 'unmet' }],
      checks: [{}, { exit: 0 }, {}],
    });
  });

  it('blame the surroundings with exit status 75', async () => {
    const failure = failureOf(await verify(makeAttempt({ checks: ['exit 75', 'touch was-run'] })));
    expect(failure).toMatchObject({ class: 'infrastructure', code: 'check' });
    expect(existsSync(join(rig.directory, 'was-run'))).toBe(false);
  });

  it('end when they are told to', async () => {
    const controller = new AbortController();
    const attempt = makeAttempt({ checks: ['touch started; sleep 1000', 'touch was-run'] });
    const verifying = verifier().verify(attempt, rig, key, controller.signal);
    while (!existsSync(join(rig.directory, 'started'))) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect(await verifying).toEqual({ type: 'stopped' });
    expect(existsSync(join(rig.directory, 'was-run'))).toBe(false);
  });

  it('are not run twice when an earlier driver ran them, and are run again when it was stopped in them', async () => {
    const attempt = makeAttempt({ checks: ['echo once >> log.txt', 'echo twice >> log.txt'] });
    expect(await verify(attempt)).toMatchObject({ type: 'succeeded' });
    // As a driver leaves it that was stopped in the second check before it began.
    writeFileSync(join(attempt.folder, 'check-2.1.record'), 'V\n');
    expect(await verify(attempt)).toMatchObject({
      type: 'succeeded',
      report: { checks: [{ exit: 0 }, { exit: 0 }] },
    });
    expect(readFileSync(join(rig.directory, 'log.txt'), 'utf8')).toBe('once\ntwice\ntwice\n');
  });

  it('of several beads in one folder take turns; those in another folder do not wait', async () => {
    const under = new Map<string, (() => void)[]>();
    const events: string[] = [];
    const runner: CommandRunner = {
      adopt: () => Promise.resolve(undefined),
      run: ({ directory, work }) =>
        new Promise((resolve) => {
          if (work.type === 'shell') events.push(work.command);
          const waiting = under.get(directory) ?? [];
          waiting.push(() => resolve({ type: 'exited', status: 0, leftovers: 0 }));
          under.set(directory, waiting);
        }),
    };
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const both = verifier(runner);
    const other = { ...rig, directory: join(project, 'other') };
    const ends = [
      both.verify(makeAttempt({ checks: ['a1', 'a2'] }, 1), rig, key, never),
      both.verify(makeAttempt({ checks: ['b1'] }, 2), rig, key, never),
      both.verify(makeAttempt({ checks: ['c1'] }, 3), other, key, never),
    ];
    await settle();
    expect(events).toEqual(['a1', 'c1']);
    under.get(rig.directory)?.shift()?.();
    await settle();
    expect(events).toEqual(['a1', 'c1', 'a2']);
    under.get(rig.directory)?.shift()?.();
    await settle();
    expect(events).toEqual(['a1', 'c1', 'a2', 'b1']);
    under.get(rig.directory)?.shift()?.();
    under.get(other.directory)?.shift()?.();
    expect((await Promise.all(ends)).map(({ type }) => type)).toEqual([
      'succeeded',
      'succeeded',
      'succeeded',
    ]);
  });

  it.each<[string, Awaited<ReturnType<CommandRunner['run']>>, string]>([
    ['lost', { type: 'lost' }, 'lost'],
    ['unable', { type: 'unable', what: 'log' }, 'infrastructure'],
    ['refused', { type: 'refused' }, 'infrastructure'],
  ])('that are %s do not blame the work', async (_, end, failureClass) => {
    const runner: CommandRunner = {
      adopt: () => Promise.resolve(undefined),
      run: () => Promise.resolve(end),
    };
    const failed = await verifier(runner).verify(makeAttempt({ checks: ['x'] }), rig, key, never);
    expect(failureOf(failed)).toMatchObject({ class: failureClass });
  });

  it('are run once by two drivers, one of which was taken for dead', async () => {
    const attempt = makeAttempt({ checks: ['echo ran; sleep 0.1'] });
    const ends = await Promise.all(
      [verifier(), verifier()].map((one) => one.verify(attempt, rig, key, never)),
    );
    expect(ends.map(({ type }) => type)).toEqual(['succeeded', 'succeeded']);
    expect(readFileSync(join(attempt.folder, 'check-1.log'), 'utf8')).toBe('ran\n');
  });

  it('that are lost are run again, and not for ever', async () => {
    const lives = makeAttempt({ checks: ['echo ran; [ -e again ] || { touch again; kill -9 $$; }'] });
    expect((await verifier().verify(lives, rig, key, never)).type).toBe('succeeded');
    const dies = makeAttempt({ checks: ['echo ran; kill -9 $$'] }, 2);
    const lost = await verifier().verify(dies, rig, key, never);
    expect(failureOf(lost)).toMatchObject({ class: 'lost' });
    expect(readFileSync(join(dies.folder, 'check-1.log'), 'utf8')).toBe('ran\n'.repeat(3));
  });

  it('give no secret away, neither in the message nor in the evidence', async () => {
    rig = makeRig([], ['s3cr3t-value']);
    const runner: CommandRunner = {
      adopt: () => Promise.resolve(undefined),
      run: () => Promise.resolve({ type: 'exited', status: 1, leftovers: 0 }),
    };
    const attempt = makeAttempt({
      checks: ['curl s3cr3t-value'],
      criteria: [{ text: 'x', check: 'curl s3cr3t-value' }],
    });
    const failed = await verifier(runner).verify(attempt, rig, key, never);
    expect(JSON.stringify([failed, evidenceOf(attempt)])).not.toContain('s3cr3t-value');
    expect(JSON.stringify(failed)).toContain('curl ');
  });
});
