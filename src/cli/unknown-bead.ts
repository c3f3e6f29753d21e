import { quote } from '../diagnostic/neutralise.ts';
import { similar } from '../plan/similar.ts';
import { type Context, EXIT } from './context.ts';
import { print } from './terminal/console.ts';

/** Says that no bead has this id, with the one that was probably meant; the exit code is that of a wrong command line. */
export function sayUnknownBead(context: Context, id: string, known: Iterable<string>): void {
  const near = similar(id, known);
  print(context.console.stderr, [
    `error: no bead has the id ${quote(id)}`,
    near === undefined ? '  = hint: gastown status lists them' : `  = hint: did you mean ${quote(near)}?`,
  ]);
  context.exit(EXIT.usage);
}
