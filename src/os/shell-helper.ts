/**
 * One shell helper: a long-lived `sh` in a session of its own that runs one command at a time.
 *
 * Owns: the process, its pipes, what it remembers between requests (variables, folder).
 * Does not own: records (`shell-record.ts`), leftovers, the choice of a helper (`shell-pool.ts`).
 * I1 At most one request is under way.
 * I2 No request is sent before the helper's identity is known and told to it, so every record names who began it.
 * I3 The helper's variables are the base environment, changed by exactly the variables of the latest request.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { formatIdentity, identityOf, type ProcessIdentity } from './process-identity.ts';
import { signalGroup } from './process-tree.ts';
import { HELPER_VARIABLE, helperScript } from './shell-script.ts';

/** What all commands of one helper share. */
export interface ShellBase {
  /** The whole environment; nothing is inherited from this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Values that must never reach a log; when there are any, output goes through the redaction filter. */
  readonly secretValues: readonly string[];
  /** Also redact what looks like a token when there are no secrets to redact. */
  readonly redactTokens?: boolean;
}

/** What is run: a shell command, or a program with its arguments. */
export type ShellWork =
  | { readonly type: 'shell'; readonly command: string }
  | { readonly type: 'argv'; readonly argv: readonly string[] };

/** One command as the helper is asked to run it; all paths absolute. */
export interface HelperRequest {
  readonly work: ShellWork;
  readonly directory: string;
  /** Variables of this command only. */
  readonly variables: Readonly<Record<string, string>>;
  readonly record: string;
  readonly log: string;
  /** File for standard input; undefined: empty. */
  readonly input: string | undefined;
}

/** What the helper says about a request. */
export type HelperAnswer =
  | { readonly type: 'ended'; readonly status: number }
  | { readonly type: 'refused' }
  | { readonly type: 'unable'; readonly what: 'directory' | 'log' | 'input' | 'record' }
  /** The helper is gone; its records say what became of its command. */
  | { readonly type: 'died' };

/** What a helper is made from. */
export interface HelperSettings {
  readonly shell: string;
  readonly base: ShellBase;
  /** Up to three path prefixes that requests often hold; they make requests shorter. */
  readonly prefixes: readonly string[];
  /** Absolute path of the redaction filter's bundle; needed when the base has secrets. */
  readonly filter: string | undefined;
}

/** Names a request may set: not those a shell gives a meaning of its own. */
export function isRequestVariable(name: string): boolean {
  return /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(name) && !/^(BASH|LC)_/.test(name);
}

const SLASH = '/'.charCodeAt(0);

/** Writes one value as the helper reads it. `folder`: where the record is, once the helper knows that. */
function encodeValue(value: string, prefixes: readonly string[], folder?: string): string {
  if (value.includes('\0')) throw new TypeError('a command, variable or path cannot hold a NUL character');
  if (value.includes('\n')) return `*${value.split('\n').length}\n${value}\n`;
  if (folder !== undefined && value.startsWith(folder)) {
    if (value.length === folder.length) return '.\n';
    if (value.charCodeAt(folder.length) === SLASH) return `${value.slice(folder.length)}\n`;
  }
  const index = prefixes.slice(0, 3).findIndex((prefix) => prefix !== '' && value.startsWith(prefix));
  const prefix = prefixes[index];
  return prefix === undefined ? `-${value}\n` : `${index}${value.slice(prefix.length)}\n`;
}

/** A running helper. */
export class ShellHelper {
  readonly identity: ProcessIdentity;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #settings: HelperSettings;
  readonly #variables = new Map<string, string>();
  readonly #gone: Promise<void>;
  #directory = '/';
  /** Names of the variables that the latest request set. */
  #names = '';
  #sequence = 0;
  #received = '';
  #answer: ((answer: HelperAnswer) => void) | undefined;
  #isGone = false;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    identity: ProcessIdentity,
    settings: HelperSettings,
  ) {
    this.#child = child;
    this.#settings = settings;
    this.identity = identity;
    // A broken pipe means that the helper died; its exit is what we act on.
    child.stdin.on('error', () => {});
    child.stdout.setEncoding('latin1');
    child.stdout.on('data', (text: string) => this.#receive(text));
    this.#gone = new Promise((resolve) => {
      child.once('exit', () => {
        this.#isGone = true;
        this.#settle({ type: 'died' });
        resolve();
      });
    });
    child.stdin.write(this.#hello());
  }

  /** Starts a helper; rejects when the shell cannot be started. */
  static async start(settings: HelperSettings): Promise<ShellHelper> {
    const child = spawn(settings.shell, ['-c', helperScript, 'sh'], {
      cwd: '/',
      env: { ...settings.base.env, [HELPER_VARIABLE]: '1' },
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    if (child.pid === undefined) {
      const error = await new Promise<Error>((resolve) => child.once('error', resolve));
      throw new Error(`cannot start the shell ${settings.shell}: ${error.message}`, { cause: error });
    }
    const identity = identityOf(child.pid);
    if (identity === undefined) {
      child.kill('SIGKILL');
      throw new Error(`the shell ${settings.shell} ended as soon as it was started`);
    }
    return new ShellHelper(child, identity, settings);
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** True while a request is under way. */
  get isBusy(): boolean {
    return this.#answer !== undefined;
  }

  /** Resolves when the process is gone. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  /** Runs one command; never rejects. */
  run(request: HelperRequest): Promise<HelperAnswer> {
    if (this.#answer !== undefined) throw new Error('the helper holds a command already');
    if (this.#isGone) return Promise.resolve({ type: 'died' });
    const text = this.#encode(request);
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#child.stdin.write(text);
    });
  }

  /** Lets go of the helper: it finishes what it holds and ends. */
  release(): void {
    this.#child.stdin.end();
    if (!this.isBusy) return;
    this.#child.stdout.destroy();
    this.#child.unref();
  }

  /** Kills the helper and its command; for one that cannot be trusted any more. */
  discard(): void {
    if (!this.#isGone) signalGroup(this.identity, 'SIGKILL');
  }

  #hello(): string {
    const { base, filter, prefixes } = this.#settings;
    const secrets = base.secretValues.filter((value) => value !== '');
    // The filter costs a process per command.
    const isFiltered = secrets.length > 0 || (base.redactTokens === true && filter !== undefined);
    return [
      randomBytes(6).toString('base64url'),
      formatIdentity(this.identity),
      prefixes[0] ?? '',
      prefixes[1] ?? '',
      prefixes[2] ?? '',
      isFiltered ? process.execPath : '',
      isFiltered ? (filter ?? '') : '',
      randomBytes(16).toString('hex'),
      isFiltered ? JSON.stringify(secrets) : '',
    ]
      .map((value) => encodeValue(value, []))
      .join('');
  }

  #encode(request: HelperRequest): string {
    const { prefixes } = this.#settings;
    this.#sequence += 1;
    const folder = request.record.slice(0, request.record.lastIndexOf('/'));
    const moves = request.directory !== this.#directory;
    this.#directory = request.directory;
    const { sets, unsets } = this.#difference(request.variables);
    const names = sets.map(([name]) => name).join(' ');
    const isNew = names !== this.#names;
    this.#names = names;
    const args = request.work.type === 'shell' ? [request.work.command] : request.work.argv;
    const head = [
      this.#sequence,
      request.work.type === 'shell' ? 'c' : 'v',
      isNew ? 1 : 0,
      unsets.length,
      args.length,
      moves ? 1 : 0,
      request.input === undefined ? 0 : 1,
    ];
    const value = (text: string): string => encodeValue(text, prefixes, folder);
    return [
      `${head.join(' ')}\n`,
      encodeValue(request.record, prefixes),
      value(request.log),
      moves ? value(request.directory) : '',
      request.input === undefined ? '' : value(request.input),
      isNew ? `${names}\n` : '',
      ...sets.map(([, text]) => value(text)),
      ...unsets.map((name) => `${name}\n`),
      ...args.map(value),
    ].join('');
  }

  /** What must change so that exactly these variables are set besides the base environment (I3). */
  #difference(wanted: Readonly<Record<string, string>>): { sets: [string, string][]; unsets: string[] } {
    const { env } = this.#settings.base;
    const sets: [string, string][] = [];
    const unsets: string[] = [];
    for (const name of this.#variables.keys()) {
      if (Object.hasOwn(wanted, name)) continue;
      const value = Object.hasOwn(env, name) ? env[name] : undefined;
      if (value === undefined) unsets.push(name);
      else sets.push([name, value]);
      this.#variables.delete(name);
    }
    for (const [name, value] of Object.entries(wanted)) {
      if (this.#variables.get(name) === value) continue;
      sets.push([name, value]);
      this.#variables.set(name, value);
    }
    return { sets, unsets };
  }

  #receive(text: string): void {
    this.#received += text;
    for (;;) {
      const end = this.#received.indexOf('\n');
      if (end < 0) return;
      const [word, sequence, detail] = this.#received.slice(0, end).split(' ');
      this.#received = this.#received.slice(end + 1);
      if (Number(sequence) !== this.#sequence) continue;
      if (word === 'E') this.#settle({ type: 'ended', status: Number(detail) });
      else if (word === 'R') this.#settle({ type: 'refused' });
      else if (detail === 'directory' || detail === 'log' || detail === 'input' || detail === 'record') {
        this.#settle({ type: 'unable', what: detail });
      }
    }
  }

  #settle(answer: HelperAnswer): void {
    const resolve = this.#answer;
    this.#answer = undefined;
    resolve?.(answer);
  }
}
