/**
 * A folder of its own in which the built program is run as a user would run it.
 * I1 When it is disposed, no process works in the folder any more (that is an error of the test) and the folder is gone.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { clearLeftovers, killIfAlive, newFolderName, processesIn } from './leftovers.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/gastown.js', import.meta.url));
/** Nothing here takes this long; what does is stuck. */
const PATIENCE_MS = 30_000;

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Relative to the sandbox. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A program, with its arguments, that becomes ours: what limits it, or shows it another machine. */
  readonly under?: readonly string[];
  /** What takes longer is stuck. */
  readonly patienceMs?: number;
}

/** A program that was started and not waited for. */
export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Result>;
}

clearLeftovers();

export class Sandbox implements AsyncDisposable {
  readonly folder: string;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.folder = realpathSync(mkdtempSync(newFolderName()));
    this.write(files);
  }

  /** Writes files by path, folders included. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(this.path(path)), { recursive: true });
      writeFileSync(this.path(path), text);
    }
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  has(path: string): boolean {
    return existsSync(this.path(path));
  }

  /** Every path below the sandbox, sorted. */
  list(): string[] {
    return readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).toSorted();
  }

  /** Runs `gastown` with these words to its end. */
  gastown(words: readonly string[], options: RunOptions = {}): Promise<Result> {
    return this.start(words, options).ended;
  }

  /** Starts `gastown` with these words. */
  start(
    words: readonly string[],
    { cwd = '.', env = {}, under = [], patienceMs = PATIENCE_MS }: RunOptions = {},
  ): Started {
    const [program = '', ...args] = [...under, process.execPath, PROGRAM, ...words];
    const child = spawn(program, args, {
      cwd: this.path(cwd),
      env: { PATH: process.env['PATH'] ?? '', HOME: this.folder, USER: 'tester', LANG: 'C.UTF-8', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
    child.stdout.on('data', (chunk: Buffer) => output.stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.stderr.push(chunk));
    const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();
    const ended = new Promise<Result>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(
          new Error(`gastown ${words.join(' ')} is stuck:\n${text(output.stdout)}${text(output.stderr)}`),
        );
      }, patienceMs);
      child.once('error', reject);
      child.once('close', (code) => {
        clearTimeout(timer);
        resolve({ code, stdout: text(output.stdout), stderr: text(output.stderr) });
      });
    });
    return { process: child, ended };
  }

  /** Waits until something is so, looking again and again. */
  async until(
    what: string,
    isSo: () => boolean | Promise<boolean>,
    { patienceMs = PATIENCE_MS }: Pick<RunOptions, 'patienceMs'> = {},
  ): Promise<void> {
    for (const from = performance.now(); performance.now() - from < patienceMs; await delay(25))
      if (await isSo()) return;
    throw new Error(`this never came to be: ${what}`);
  }

  /** Ids of the processes that work in the folder. */
  processes(): number[] {
    return processesIn(this.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const left = this.processes();
    for (const pid of left) killIfAlive(pid);
    rmSync(this.folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`processes were left behind: ${left.join(', ')}`);
  }
}

/** A convoy with one shell bead per entry: what it requires, and what it runs. */
export function convoy(
  beads: Readonly<
    Record<string, { readonly requires?: readonly string[]; readonly run?: string; readonly more?: string }>
  >,
  formula = '',
): Record<string, string> {
  return {
    'formula.toml': `[formula]\nname = "sample"\ntype = "convoy"\n${formula}`,
    'gastown.toml': '',
    ...Object.fromEntries(
      Object.entries(beads).map(([id, { requires = [], run = 'true', more = '' }]) => [
        `beads/${id}.toml`,
        `[bead]\nid = "${id}"\n[bead.dependencies]\nrequires = ${JSON.stringify(requires)}\n[bead.task]\nrun = '''${run}'''\n${more}`,
      ]),
    ),
  };
}

/** Mounts a folder over itself, read-only; the user who may not do that is bound by the mode of the folder. */
export function readOnly(folder: string): Disposable {
  if (process.getuid?.() !== 0) {
    execFileSync('chmod', ['-R', 'a-w', folder]);
    return { [Symbol.dispose]: () => execFileSync('chmod', ['-R', 'u+w', folder]) };
  }
  execFileSync('mount', ['--bind', folder, folder]);
  execFileSync('mount', ['-o', 'remount,ro,bind', folder]);
  return { [Symbol.dispose]: () => execFileSync('umount', [folder]) };
}
