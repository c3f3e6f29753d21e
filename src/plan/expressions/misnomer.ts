/** What can be wrong with a call or a word, whoever reads what. */
import type { Code } from '../../diagnostic/codes.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import type { Patience } from '../../diagnostic/patience.ts';
import { joinPath } from '../path.ts';
import { similar } from '../similar.ts';
import type { Place } from '../toml/source.ts';
import type { Node } from './expression.ts';
import { FUNCTIONS, LOOPS, METHODS } from './functions.ts';
import { OUTCOMES } from './scope.ts';

/** Something wrong in an expression; the message continues "`bead.when` …", the place is within its text. */
export interface Misnomer {
  readonly code: Extract<Code, `condition/${string}`>;
  readonly message: string;
  readonly place: Place;
  readonly hints: readonly string[];
}

const misnomer = (
  code: Misnomer['code'],
  message: string,
  { start, end }: Place,
  hint?: string,
): Misnomer => ({
  code,
  message,
  place: { start, end },
  hints: hint === undefined ? [] : [hint],
});

/** A hint at the nearest of the known names. */
export function near(name: string, known: Iterable<string>, patience?: Patience): string | undefined {
  const nearest = similar(name, known, patience);
  return nearest === undefined ? undefined : `did you mean "${nearest}"?`;
}

/** A call of a function that there is not. */
export const unknownFunction = (name: string, node: Node): Misnomer =>
  misnomer(
    'condition/not-allowed',
    `calls ${quote(name)}`,
    node,
    near(name, FUNCTIONS) ?? `functions are: ${FUNCTIONS.join(', ')}`,
  );

/** The same for what is called on a value. */
export function unknownMethod(name: string, node: Node): Misnomer {
  const known = [...METHODS, ...LOOPS];
  const hint =
    name === 'matches'
      ? 'a pattern could take for ever: use contains, startsWith or endsWith'
      : (near(name, known) ?? `there are: ${known.join(', ')}`);
  return misnomer('condition/not-allowed', `calls ${quote(name)}`, node, hint);
}

/** A question about files that cannot be asked. */
export function wrongFileCall(name: string, args: readonly Node[], node: Node): readonly Misnomer[] {
  const [path] = args;
  if (name !== 'exists' || args.length !== 1) {
    const hint = 'about files there is only file.exists("path")';
    return [misnomer('condition/not-allowed', `calls ${quote(`file.${name}`)}`, node, hint)];
  }
  if (path?.op !== 'value' || typeof path.args !== 'string' || joinPath('', path.args) !== undefined)
    return [];
  const message = `asks for the file ${quote(path.args)}, which lies outside the project`;
  return [misnomer('condition/path-outside', message, path)];
}

/** A word that is compared with an outcome and is none: the comparison would never hold. */
export function wrongOutcome(node: Node): readonly Misnomer[] {
  if (node.op !== 'value' || typeof node.args !== 'string') return [];
  const word = node.args;
  if (OUTCOMES.some((outcome) => outcome === word)) return [];
  const hint = near(word, OUTCOMES) ?? `outcomes are: ${OUTCOMES.join(', ')}`;
  return [misnomer('condition/unknown-outcome', `compares an outcome with ${quote(word)}`, node, hint)];
}
