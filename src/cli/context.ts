/** What every command gets besides its flags. */
import type { CommandContext, InputCompletion } from '@stricli/core';
import type { Console } from './terminal/console.ts';

/** The exit codes of the program; docs/manual.md explains each. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** The command line, the plan or the project's state has to be mended first; nothing was run. */
  usage: 2,
  /** Paused: a person has to do something. */
  paused: 3,
  /** Stopped by a signal. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface Context extends CommandContext {
  readonly console: Console;
  /** Ends the program with this code once everything is printed. */
  exit(code: ExitCode): void;
  /** What could follow the words typed so far, the last of which may be unfinished. */
  propose(
    typed: readonly string[],
    overrides: { readonly console: Console },
  ): Promise<readonly InputCompletion[]>;
}
