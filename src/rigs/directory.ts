/**
 * The directory rig: all beads share one folder of the project.
 *
 * Owns: which rigs were made ready in this run (stamp files), the environment programs get.
 * Does not own: serialising beads that share artifacts (the core's locks).
 * I1 The folder, links followed, lies inside the project root.
 * I2 Setup commands of a rig run one after another, once per run, whoever asks; a stamp is written only after all of
 *    them succeeded, and names exactly these commands.
 */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Failure } from '../core/failure.ts';
import type { EffectKey } from '../core/ids.ts';
import { unreachable } from '../core/invariant.ts';
import { createExclusive, ensureDirectory, exists, readLastLine, realDirectory } from '../os/files.ts';
import { redactText } from '../os/redact.ts';
import type { ShellEnd } from '../os/shell-end.ts';
import type { ShellPool } from '../os/shell-pool.ts';
import type { RigSettings } from '../plan/settings.ts';
import { valueEnvironment } from '../plan/variables/environment.ts';
import {
  type Attempt,
  MARKER_VARIABLE,
  type MarkerOf,
  type PreparedRig,
  type Rig,
  type StepEnd,
} from '../ports/work.ts';

/** What a directory rig needs. */
export interface DirectoryRigSettings {
  /** Absolute, real path. */
  readonly projectRoot: string;
  /** Absolute; stamps are kept below it. */
  readonly stateFolder: string;
  readonly pool: ShellPool;
  /** The rigs of the project by name. */
  readonly rigs: Readonly<Record<string, RigSettings>>;
  /** The environment of the user who started the run. */
  readonly userEnv: Readonly<Record<string, string | undefined>>;
  readonly marker: MarkerOf;
  readonly graceMs: number;
}

/** The rig cannot be used; the message is a sentence for people. */
export class RigProblem extends Error {
  override readonly name = 'RigProblem';
}

/** What every program needs to work at all, and nothing that could carry a secret. */
const basicNames = new Set(['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'TZ', 'TMPDIR', 'TERM']);

type UserEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * What programs in the rig get: its real folder and the whole of their environment. Looks, and changes nothing; throws
 * {@link RigProblem} when the folder or a secret is missing.
 */
export function openDirectory(
  settings: RigSettings,
  projectRoot: string,
  userEnv: UserEnvironment,
): PreparedRig {
  const directory = realDirectory(resolve(projectRoot, settings.root));
  if (directory === undefined) {
    throw new RigProblem(`the root "${settings.root}" of rig "${settings.name}" is not a folder`);
  }
  if (directory !== projectRoot && !directory.startsWith(`${projectRoot === '/' ? '' : projectRoot}/`)) {
    throw new RigProblem(`the root "${settings.root}" of rig "${settings.name}" leaves the project`);
  }
  const secrets = secretsOf(settings, userEnv);
  const allowed = new Set([...basicNames, ...settings.envAllow]);
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(userEnv)) {
    if (value !== undefined && (allowed.has(name) || name.startsWith('LC_'))) env[name] = value;
  }
  Object.assign(env, settings.env, secrets);
  const secretValues = Object.values(secrets).filter((value) => value !== '');
  return { settings, directory, env, secretValues };
}

function secretsOf(settings: RigSettings, userEnv: UserEnvironment): Record<string, string> {
  const missing = settings.secrets.filter((name) => !userEnv[name]);
  if (missing.length > 0) {
    throw new RigProblem(
      `rig "${settings.name}" needs ${missing.join(', ')}: set ${missing.length === 1 ? 'it' : 'them'} in the environment of gastown run`,
    );
  }
  return Object.fromEntries(settings.secrets.map((name) => [name, userEnv[name] ?? '']));
}

/** Beads run in one folder; prepared by its setup commands. */
export class DirectoryRig implements Rig {
  readonly #settings: DirectoryRigSettings;
  /** By settings object: the same environment object every time lets attempts share shell helpers. */
  readonly #opened = new WeakMap<RigSettings, PreparedRig>();
  /** Setups under way, by stamp file. */
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(settings: DirectoryRigSettings) {
    this.#settings = settings;
  }

  /** Throws {@link RigProblem} when the folder or a secret is missing. */
  open(settings: RigSettings): PreparedRig {
    let prepared = this.#opened.get(settings);
    if (prepared === undefined) {
      prepared = openDirectory(settings, this.#settings.projectRoot, this.#settings.userEnv);
      this.#opened.set(settings, prepared);
    }
    return prepared;
  }

  async prepare(attempt: Attempt, key: EffectKey, signal: AbortSignal): Promise<StepEnd<undefined>> {
    const { rigs } = this.#settings;
    const settings = Object.hasOwn(rigs, attempt.bead.rig) ? rigs[attempt.bead.rig] : undefined;
    if (settings === undefined) throw new RigProblem(`Rig not found: "${attempt.bead.rig}"`);
    const stamp = this.#stampOf(attempt, settings);
    for (;;) {
      if (exists(stamp)) return { type: 'succeeded', report: undefined };
      if (signal.aborted) return { type: 'stopped' };
      const other = this.#underWay.get(stamp);
      if (other === undefined) break;
      // Whatever becomes of it, the stamp tells.
      await Promise.race([other.catch(() => undefined), aborted(signal)]);
    }
    const setup = this.#setUp(attempt, settings, key, signal, stamp);
    this.#underWay.set(stamp, setup);
    try {
      return await setup;
    } finally {
      this.#underWay.delete(stamp);
    }
  }

  async #setUp(
    attempt: Attempt,
    settings: RigSettings,
    key: EffectKey,
    signal: AbortSignal,
    stamp: string,
  ): Promise<StepEnd<undefined>> {
    const rig = this.open(settings);
    const log = join(resolve(attempt.folder), 'prepare.log');
    for (const [index, command] of settings.setup.entries()) {
      const end = await this.#command(command, index, log, attempt, rig, key, signal);
      if (end.type === 'stopped') return { type: 'stopped' };
      const failure = setupFailure(command, end, log, rig);
      if (failure !== undefined) return { type: 'failed', failure };
    }
    ensureDirectory(join(stamp, '..'));
    createExclusive(stamp, '');
    return { type: 'succeeded', report: undefined };
  }

  /** Runs one setup command, or settles what an earlier driver's try at it left. */
  async #command(
    command: string,
    index: number,
    log: string,
    attempt: Attempt,
    rig: PreparedRig,
    key: EffectKey,
    signal: AbortSignal,
  ): Promise<ShellEnd> {
    const { graceMs, pool, projectRoot } = this.#settings;
    const markerOf = (name: string): string => this.#settings.marker(key, name);
    let name: string;
    let record: string;
    for (let round = 1; ; round += 1) {
      name = `prepare-${index + 1}.${round}`;
      record = join(resolve(attempt.folder), `${name}.record`);
      if (!exists(record)) break;
      const end = await pool.adopt(
        { record, marker: `${MARKER_VARIABLE}=${markerOf(name)}` },
        signal,
        graceMs,
      );
      // One that was stopped with an earlier driver left nothing to go by: it is run again.
      if (end !== undefined && (end.type !== 'stopped' || signal.aborted)) return end;
    }
    const variables = {
      ...valueEnvironment(attempt.formula),
      GASTOWN_RUN: attempt.run,
      GASTOWN_RIG: rig.settings.name,
      GASTOWN_PROJECT: projectRoot,
      [MARKER_VARIABLE]: markerOf(name),
    };
    const end = await pool.run(
      {
        work: { type: 'shell', command },
        directory: rig.directory,
        base: rig,
        variables,
        marker: MARKER_VARIABLE,
        record,
        log,
        input: undefined,
      },
      signal,
      graceMs,
    );
    // A driver that was taken for dead woke up and was faster: what it began is followed.
    if (end.type === 'refused' && exists(record))
      return this.#command(command, index, log, attempt, rig, key, signal);
    return end;
  }

  #stampOf(attempt: Attempt, settings: RigSettings): string {
    const commands = createHash('sha256')
      .update(JSON.stringify([settings.root, settings.setup]))
      .digest('hex');
    const name = createHash('sha256').update(settings.name).digest('hex').slice(0, 12);
    return join(this.#settings.stateFolder, 'rigs', attempt.run, `${name}-${commands.slice(0, 32)}`);
  }
}

function setupFailure(command: string, end: ShellEnd, log: string, rig: PreparedRig): Failure | undefined {
  const failure = (code: string, what: string): Failure => ({
    class: 'infrastructure',
    code,
    message: `setup of rig "${rig.settings.name}" failed: ${redactText(command, rig.secretValues)}: ${what}`,
  });
  switch (end.type) {
    case 'exited': {
      if (end.status === 0) return undefined;
      const line = readLastLine(log);
      const quoted =
        line === undefined
          ? 'it printed nothing'
          : `its last output line: ${redactText(line, rig.secretValues)}`;
      return failure('setup', `exit status ${end.status}; ${quoted}`);
    }
    case 'unable':
      return failure(
        'rig',
        end.what === 'directory' ? `${rig.directory} cannot be entered` : `its ${end.what} cannot be opened`,
      );
    case 'refused':
      return failure('record-taken', 'it was begun before');
    case 'lost':
      return { ...failure('lost', 'the process that watched it was killed'), class: 'lost' };
    case 'stopped':
      return undefined;
    default:
      return unreachable(end);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolvePromise) => {
    if (signal.aborted) resolvePromise();
    else signal.addEventListener('abort', () => resolvePromise(), { once: true });
  });
}
