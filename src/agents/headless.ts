/** Headless agents: a program that reads the prompt on standard input and exits when the work is done. */
import { isAbsolute, join, resolve } from 'node:path';
import type { Failure } from '../core/failure.ts';
import type { EffectKey } from '../core/ids.ts';
import { writeFileAtomic } from '../os/files.ts';
import { findProgram, isExecutable, isFile } from '../os/programs.ts';
import { redactText } from '../os/redact.ts';
import type { ShellBase } from '../os/shell-helper.ts';
import type { AgentSettings } from '../plan/settings.ts';
import type { Agent, Attempt, PreparedRig, WorkEnd } from '../ports/work.ts';
import { adoptWork, runWork, type WorkerSettings } from './worker.ts';

/** What a headless agent needs. */
export interface HeadlessSettings extends WorkerSettings {
  readonly agent: AgentSettings;
  /** Everything the agent is told about an attempt. */
  readonly prompt: (attempt: Attempt) => string;
}

/** Runs an agent's program with the prompt on its standard input, in the rig. */
export class HeadlessAgent implements Agent {
  readonly #settings: HeadlessSettings;
  /** One base per rig, the same object every time, so that helpers are shared. */
  readonly #bases = new WeakMap<PreparedRig, ShellBase>();

  constructor(settings: HeadlessSettings) {
    this.#settings = settings;
  }

  async work(attempt: Attempt, rig: PreparedRig, key: EffectKey, signal: AbortSignal): Promise<WorkEnd> {
    const { agent, projectRoot, prompt } = this.#settings;
    const base = this.#baseOf(rig);
    const argv = resolveCommand(agent, projectRoot, rig.directory, base.env['PATH'] ?? '');
    if (!Array.isArray(argv)) return { type: 'failed', failure: argv };
    const input = join(resolve(attempt.folder), 'prompt.md');
    writeFileAtomic(input, redactText(prompt(attempt), rig.secretValues), 0o600);
    const program = { work: { type: 'argv', argv }, base, input } as const;
    return runWork(this.#settings, program, attempt, rig, key, signal);
  }

  async adopt(
    attempt: Attempt,
    rig: PreparedRig,
    key: EffectKey,
    signal: AbortSignal,
  ): Promise<WorkEnd | undefined> {
    return adoptWork(this.#settings, attempt, rig, key, signal);
  }

  #baseOf(rig: PreparedRig): ShellBase {
    let base = this.#bases.get(rig);
    if (base === undefined) {
      const env = { ...rig.env, ...this.#settings.agent.env };
      // An agent has keys of its own and may print them: what looks like a token never reaches its log.
      base = { env, secretValues: rig.secretValues, redactTokens: true };
      this.#bases.set(rig, base);
    }
    return base;
  }
}

const scriptName = /\.(?:[cm]?[jt]s|py|sh|rb|pl)$/;

/**
 * The command with its program and script as absolute paths, or why it cannot be started. A bare program name is looked
 * up in the rig's `PATH`; a relative program, and a first argument that names a script, belong to the project root.
 */
export function resolveCommand(
  agent: AgentSettings,
  projectRoot: string,
  directory: string,
  path: string,
): string[] | Failure {
  const missing = (what: string): Failure => ({
    class: 'infrastructure',
    code: 'agent-missing',
    message: `agent "${agent.name}" cannot be started: ${what}`,
  });
  const [program, ...args] = agent.command;
  if (program === undefined || program === '') {
    return missing(`its command is empty; set command under [agents.${agent.name}] in gastown.toml`);
  }
  const found = program.includes('/')
    ? [isAbsolute(program) ? program : join(projectRoot, program)].find(isExecutable)
    : findProgram(program, path);
  if (found === undefined) {
    return missing(
      program.includes('/')
        ? `${program} is not an executable file (relative paths start at the project root)`
        : `no program ${program} in PATH; install it, or set command under [agents.${agent.name}] in gastown.toml`,
    );
  }
  const [script, ...rest] = args;
  if (script === undefined || isAbsolute(script) || script.startsWith('-')) return [found, ...args];
  const inProject = join(projectRoot, script);
  if (isFile(inProject)) return [found, inProject, ...rest];
  if (scriptName.test(script) && !isFile(join(directory, script))) {
    return missing(`its script ${script} does not exist (relative paths start at the project root)`);
  }
  return [found, ...args];
}
