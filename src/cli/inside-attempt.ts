import { ancestorHas } from '../os/ancestry.ts';
import { HELPER_VARIABLE } from '../os/shell-script.ts';
import { MARKER_VARIABLE } from '../ports/work.ts';
import { type Context, EXIT } from './context.ts';
import { print } from './terminal/console.ts';

/**
 * Refuses a command that is for people when it is called by an agent, a check or a setup: what works on a bead does not
 * approve, skip or stop anything. Clearing its own environment does not help it; a program that lets go of its parents
 * passes, as it does with everything else that its user may do where there is no sandbox.
 */
export function refuseInsideAttempt(context: Context, command: string): boolean {
  const { env, stderr } = context.console;
  const isInside =
    env[MARKER_VARIABLE] !== undefined ||
    env['GASTOWN_ATTEMPT_DIR'] !== undefined ||
    ancestorHas([MARKER_VARIABLE, HELPER_VARIABLE]);
  if (!isInside) return false;
  print(stderr, [
    `error: gastown ${command} is for people, and was called by the work of a bead`,
    '  = hint: call it from a terminal of your own',
  ]);
  context.exit(EXIT.usage);
  return true;
}
