/** The command line: routes words to a command and turns whatever went wrong into a sentence and an exit code. */
import { proposeCompletions, run, ExitCode as StricliExit } from '@stricli/core';
import { makeApplication } from './app.ts';
import { failureText } from './application-text.ts';
import { type Context, EXIT } from './context.ts';
import { makeConsole } from './terminal/console.ts';

/** Runs the program and returns its exit code. */
export async function main(words: readonly string[], version: string): Promise<number> {
  const { stdout, stderr, env } = process;
  let readerIsGone = false;
  let terminalIsGone = false;
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (readerIsGone) return;
      readerIsGone = true;
      // A reader that goes away (`gastown status | head`) ends the program without a word; a run is stopped politely, as
      // when its terminal is closed. Nobody reads what cannot be written (a full disk), but the exit code tells.
      terminalIsGone = error.code === 'EIO';
      const isReader = error.code === 'EPIPE' || terminalIsGone;
      if (!process.emit('SIGHUP', 'SIGHUP')) process.exit(isReader ? EXIT.done : EXIT.failed);
    });
  const cwd = currentFolder();
  if (cwd === undefined) {
    stderr.write('error: the current folder does not exist any more\n  = hint: change to another one\n');
    return EXIT.usage;
  }
  const application = makeApplication(version);
  let code: number = EXIT.done;
  const context: Context & {
    process: { stdout: typeof stdout; stderr: typeof stderr; env: typeof env; exitCode: number | null };
  } = {
    // The router writes its own code only where none is.
    process: { stdout, stderr, env, exitCode: null },
    console: makeConsole(stdout, stderr, env, cwd),
    exit: (asked) => {
      code = asked;
    },
    propose: (typed, overrides) => proposeCompletions(application, typed, { ...context, ...overrides }),
  };
  try {
    await run(application, words, context);
  } catch (error) {
    stderr.write(`${failureText(error)}\n`);
    return EXIT.failed;
  }
  // Node insists on putting a terminal in order before it exits, and aborts when it is not there any more.
  if (terminalIsGone) process.kill(process.pid, 'SIGHUP');
  return code === EXIT.done ? exitOf(context.process.exitCode ?? EXIT.failed) : code;
}

function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** Codes below zero are the router's own: words that no command understands are the user's to mend. */
function exitOf(code: number): number {
  if (code >= 0) return code;
  const usage: readonly number[] = [StricliExit.UnknownCommand, StricliExit.InvalidArgument];
  return usage.includes(code) ? EXIT.usage : EXIT.failed;
}
