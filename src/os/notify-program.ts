/** Telling a program something: text on its standard input, no shell, nothing read back, an end to its time. */
import { spawn } from 'node:child_process';
import { findProgram, isExecutable } from './programs.ts';

const LIMIT_MS = 10_000;

export interface Telling {
  /** A name in the environment's `PATH` or an absolute path, and arguments. */
  readonly command: readonly string[];
  readonly input: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Kills the program. */
  readonly signal: AbortSignal;
  /** Kills it, too. */
  readonly limitMs?: number;
}

/**
 * Runs the program to its end. Gives what went wrong, in words that complete "the program …"; undefined when it ended
 * with exit status 0. Its output goes nowhere.
 */
export async function tellProgram(telling: Telling): Promise<string | undefined> {
  const { command, input, env, signal, limitMs = LIMIT_MS } = telling;
  const [name = '', ...words] = command;
  const program = name.includes('/')
    ? isExecutable(name)
      ? name
      : undefined
    : findProgram(name, env['PATH'] ?? '');
  if (program === undefined) return 'cannot be found, or not be executed';
  if (signal.aborted) return 'was not started any more';
  // In a folder that nobody prepared, and in a group of its own: Ctrl-C is not for it, and it is killed with its children.
  const child = spawn(program, words, {
    cwd: '/',
    env,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // A program that does not read what it is told is no failure (EPIPE).
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(input);
  return new Promise((resolve) => {
    const end = (words?: string): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      child.stdin.destroy();
      resolve(words);
    };
    const kill = (words: string): void => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        killGroup(child.pid);
      // What not even SIGKILL ends (it waits for a disk) must not hold us up.
      child.unref();
      end(words);
    };
    const timer = setTimeout(() => kill(`took longer than ${limitMs / 1000} s and was killed`), limitMs);
    const onAbort = (): void => kill('was killed before its end');
    signal.addEventListener('abort', onAbort);
    child.once('error', (error) => end(`cannot be started: ${error.message}`));
    child.once('exit', (status, killedBy) =>
      end(
        status === 0
          ? undefined
          : status === null
            ? `was ended by ${killedBy}`
            : `ended with exit status ${status}`,
      ),
    );
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended in the meantime.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
