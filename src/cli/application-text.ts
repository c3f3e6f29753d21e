/** What the command line itself says when it understands nothing or when a command fails. */
import { text_en as defaults } from '@stricli/core';
import { neutralise } from '../diagnostic/neutralise.ts';
import { classifyFileError } from '../os/files.ts';
import { isFenced, isJournalProblem } from '../ports/journal.ts';

const messageOf = (error: unknown): string =>
  neutralise(error instanceof Error ? error.message : String(error));

/** Sentences instead of stack traces; words of the command line are quoted, never obeyed. */
export const applicationText: typeof defaults = {
  ...defaults,
  briefs: { ...defaults.briefs, help: 'Print this help and exit', version: 'Print the version and exit' },
  noCommandRegisteredForInput: (args) =>
    `error: ${neutralise(defaults.noCommandRegisteredForInput(args))}\n  = hint: gastown --help lists the commands`,
  exceptionWhileParsingArguments: (error) => `error: ${messageOf(error)}`,
  exceptionWhileLoadingCommandFunction: (error) =>
    `error: the installation is broken: ${messageOf(error)}\n  = hint: install gastown again`,
  exceptionWhileRunningCommand: (error) => failureText(error),
};

/** What this machine is short of, where that is what an error says. */
export function lackOf(error: unknown): string | undefined {
  switch (classifyFileError(error)) {
    case 'full':
      return 'the disk is full';
    case 'too-many-open':
      return 'no more files may be opened: "ulimit -n" shows the limit, "ulimit -n 1024" raises it';
    default:
      return undefined;
  }
}

/** The one place where a bug, or an error of the system that nobody foresaw, gets its words. */
export function failureText(error: unknown): string {
  if (isJournalProblem(error)) return `error: ${messageOf(error)}`;
  if (isFenced(error))
    return 'error: another gastown has taken over this run\n  = hint: gastown status shows how far it is';
  const lack = lackOf(error);
  if (lack !== undefined)
    return `error: ${lack} (${messageOf(error)})\n  = hint: nothing that was journaled is lost; gastown resume goes on from there`;
  const more =
    process.env['GASTOWN_DEBUG'] && error instanceof Error
      ? neutraliseLines(error.stack ?? '')
      : '  set GASTOWN_DEBUG=1 to see where in the program it happened';
  return [
    `error: unexpected: ${messageOf(error)}`,
    '  nothing that was journaled is lost; `gastown resume` goes on from there',
    more,
  ].join('\n');
}

const neutraliseLines = (text: string): string => text.split('\n').map(neutralise).join('\n');
