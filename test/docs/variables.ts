/** The `GASTOWN_*` variables that programs really get. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attemptVariables } from '../../src/agents/worker.ts';
import { type EffectKey, effectKey } from '../../src/core/ids.ts';
import { invariant } from '../../src/core/invariant.ts';
import { ShellPool } from '../../src/os/shell-pool.ts';
import { DEFAULT_RIG } from '../../src/plan/settings-load.ts';
import type { Attempt } from '../../src/ports/work.ts';
import { DirectoryRig } from '../../src/rigs/directory.ts';
import { madeUpAttempt } from '../../src/testing/work-samples.ts';
import { runCheck } from '../../src/verify/checks.ts';
import { BEAD, FORMULA, planOf } from './examples.ts';

export interface Variables {
  readonly work: readonly string[];
  readonly checks: readonly string[];
  readonly setup: readonly string[];
}

/** Runs one setup and one check for real; a worker's variables are a function of its attempt. */
export async function variablesOf(): Promise<Variables> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gastown-docs-')));
  await using pool = new ShellPool();
  try {
    return await observe(folder, pool);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function observe(folder: string, pool: ShellPool): Promise<Variables> {
  const settings = { ...DEFAULT_RIG, setup: ['env > setup.txt'] };
  const marker = (key: EffectKey): string => `${folder} ${key}`;
  const rig = new DirectoryRig({
    projectRoot: folder,
    stateFolder: join(folder, 'state'),
    pool,
    rigs: { default: settings },
    userEnv: { PATH: process.env['PATH'] },
    marker,
    graceMs: 100,
  });
  const attempt = secondAttempt(join(folder, 'attempt'));
  mkdirSync(attempt.folder);
  const keyOf = (step: 'prepare' | 'verify'): EffectKey => effectKey(attempt.run, attempt.bead.id, 2, step);
  const { signal } = new AbortController();
  await rig.prepare(attempt, keyOf('prepare'), signal);
  const prepared = rig.open(settings);
  await runCheck('env > check.txt', 1, attempt, prepared, keyOf('verify'), signal, {
    pool,
    marker,
    graceMs: 100,
    projectRoot: folder,
  });
  const seen = (file: string): string[] =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .flatMap((line) => /^(GASTOWN_\w+)=/.exec(line)?.[1] ?? [])
      .sort();
  return {
    work: Object.keys(attemptVariables(attempt, prepared, folder, 'marker')).sort(),
    checks: seen('check.txt'),
    setup: seen('setup.txt'),
  };
}

function secondAttempt(folder: string): Attempt {
  const plan = planOf(
    new Map([
      ['formula.toml', `${FORMULA}[formula.vars]\nname = "value"\n`],
      ['beads/a.toml', BEAD],
    ]),
  );
  const [bead] = plan.beads;
  invariant(bead !== undefined, 'the plan holds one bead');
  const previous = { class: 'task', code: 'exit', message: 'exit status 1' } as const;
  return madeUpAttempt({ ...bead, requires: [bead.id], spawns: 'after' }, folder, {
    formula: plan.formula,
    number: 2,
    previous,
    outputs: new Map([[bead.id, {}]]),
    answers: [{ question: 'Really?', answer: 'Yes.' }],
  });
}
