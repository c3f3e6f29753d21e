import { MARKER_VARIABLE } from '../ports/work.ts';
import { type Context, EXIT } from './context.ts';
import { print } from './terminal/console.ts';

/**
 * Refuses a command that is for people when it is called by an agent, a check or a setup: what works on a bead does not
 * approve, skip or stop anything. It keeps honest programs from a mistake; a program that clears its environment passes.
 */
export function refuseInsideAttempt(context: Context, command: string): boolean {
  const { env, stderr } = context.console;
  if (env[MARKER_VARIABLE] === undefined && env['GASTOWN_ATTEMPT_DIR'] === undefined) return false;
  print(stderr, [
    `error: gastown ${command} is for people, and was called by the work of a bead`,
    '  = hint: call it from a terminal of your own',
  ]);
  context.exit(EXIT.usage);
  return true;
}
