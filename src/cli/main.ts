/** The command line: routes words to a command and turns whatever went wrong into a sentence and an exit code. */
import { run, ExitCode as StricliExit } from '@stricli/core';
import { neutralise } from '../diagnostic/neutralise.ts';
import { JournalProblem } from '../ports/journal.ts';
import { makeApplication } from './app.ts';
import { type Context, EXIT } from './context.ts';
import { makeConsole } from './terminal/console.ts';

/** Runs the program and returns its exit code. */
export async function main(words: readonly string[], version: string): Promise<number> {
  const { stdout, stderr, env } = process;
  // A reader that goes away (`gastown status | head`) ends the program, not with a stack trace.
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT.done);
      throw error;
    });
  const console = makeConsole(stdout, stderr, env, process.cwd());
  let code: number = EXIT.done;
  const context: Context & {
    process: { stdout: typeof stdout; stderr: typeof stderr; env: typeof env; exitCode: number };
  } = {
    process: { stdout, stderr, env, exitCode: EXIT.done },
    console,
    exit: (asked) => {
      code = asked;
    },
  };
  try {
    await run(makeApplication(version), words, context);
  } catch (error) {
    report(error);
    return error instanceof JournalProblem ? EXIT.usage : EXIT.failed;
  }
  return code === EXIT.done ? exitOf(Number(context.process.exitCode)) : code;
}

/** Words that no command understands are the user's to mend; anything else that went wrong inside is a failure. */
function exitOf(code: number): number {
  if (code === StricliExit.Success) return EXIT.done;
  const usage: readonly number[] = [StricliExit.UnknownCommand, StricliExit.InvalidArgument];
  return usage.includes(code) ? EXIT.usage : EXIT.failed;
}

/** The one place where a bug, or an error of the system that nobody foresaw, is caught. */
function report(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof JournalProblem) {
    process.stderr.write(`error: ${neutralise(message)}\n`);
    return;
  }
  process.stderr.write(`error: unexpected: ${neutralise(message)}\n`);
  process.stderr.write('  nothing that was journaled is lost; `gastown resume` goes on from there\n');
  if (process.env['GASTOWN_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  else process.stderr.write('  set GASTOWN_DEBUG=1 to see where in the program it happened\n');
}
