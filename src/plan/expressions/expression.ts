/**
 * Reading an expression: its tree with places, within limits. The language is CEL, cut down to what always ends soon and
 * always gives the same: no patterns, no clock, no names for intermediate values.
 */
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { quote } from '../../diagnostic/neutralise.ts';
import type { Place } from '../toml/source.ts';

export type Node = ASTNode;

/** Characters of one expression. */
export const LONGEST = 4096;
/** Nodes of its tree. */
const MOST_NODES = 500;
/** Levels of nesting. */
const DEEPEST = 50;

/** What is wrong with a text, in one sentence without its beginning; the place is within the text. */
export interface ExpressionProblem {
  readonly problem: 'syntax' | 'too-large';
  readonly message: string;
  readonly place: Place;
  readonly hints: readonly string[];
}

export type Parsed =
  | { readonly type: 'parsed'; readonly ast: Node }
  | ({ readonly type: 'problem' } & ExpressionProblem);

// Made when the first text is read: most plans have none, and then the package is not even loaded.
let madeGrammar: Environment | undefined;
const grammar = (): Environment => {
  madeGrammar ??= new Environment({ limits: { maxAstNodes: MOST_NODES, maxDepth: DEEPEST } });
  return madeGrammar;
};

/** Reads a text; never throws. */
export function parseExpression(text: string, longest = LONGEST): Parsed {
  if (text.length > longest) {
    return problem('too-large', `has ${text.length} characters; ${longest} are allowed`, {
      start: 0,
      end: text.length,
    });
  }
  try {
    return { type: 'parsed', ast: grammar().parse(text).ast };
  } catch (error) {
    if (error instanceof ParseError) return explain(error, text);
    // Whatever an author's text does to the parser is the text's fault, and must not end the program.
    return problem('syntax', 'cannot be read', { start: 0, end: text.length });
  }
}

function explain(error: ParseError, text: string): Parsed {
  const range = error.range ?? { start: 0, end: text.length };
  const place = { start: Math.min(range.start, text.length), end: Math.min(range.end, text.length) };
  if (error.code === 'limit_exceeded') {
    const isDeep = error.summary.includes('maxDepth');
    return problem(
      'too-large',
      isDeep
        ? `is nested more than ${DEEPEST} levels deep`
        : `has more than ${MOST_NODES} parts, or a list or a call in it has too many`,
      place,
    );
  }
  const found = text.slice(place.start, place.end);
  switch (error.code) {
    case 'unexpected_token':
    case 'expected_token':
    case 'unexpected_character':
      return problem(
        'syntax',
        found.trim() === '' ? 'ends too early' : `cannot go on with ${quote(found)}`,
        place,
        hintFor(found, text, place),
      );
    case 'reserved_identifier':
      return problem('syntax', `uses ${quote(found)}, which is a reserved word`, place);
    default:
      return problem('syntax', `cannot be read: ${sentence(error.summary)}`, place);
  }
}

const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['=', 'write == to compare'],
  ['and', 'write && for "and"'],
  ['or', 'write || for "or"'],
  ['&', 'write && for "and"'],
  ['|', 'write || for "or"'],
]);

function hintFor(found: string, text: string, place: Place): readonly string[] {
  const id = /\bbeads\.$/.test(text.slice(0, place.start))
    ? /^[A-Za-z0-9._-]+?(?=\.(?:outcome|outputs|artifacts)\b|[^A-Za-z0-9._-]|$)/.exec(
        text.slice(place.start),
      )?.[0]
    : undefined;
  if (id !== undefined) return [`write beads["${id}"]`];
  const hint = FOREIGN.get(/^[a-z]+/.exec(text.slice(place.start))?.[0] ?? found);
  return hint === undefined ? [] : [hint];
}

/** A library's message inside a sentence of ours. */
export const sentence = (summary: string): string =>
  `${summary.charAt(0).toLowerCase()}${summary.slice(1, 200)}`;

const problem = (
  kind: ExpressionProblem['problem'],
  message: string,
  place: Place,
  hints: readonly string[] = [],
): Parsed => ({ type: 'problem', problem: kind, message, place, hints });

/** `left.name` and `left["name"]` alike; undefined for everything else. */
export function memberOf(
  node: Node,
): { readonly of: Node; readonly name: string; readonly place: Place } | undefined {
  if (node.op === '.') {
    const [of, name] = node.args;
    return { of, name, place: { start: node.pos, end: node.end } };
  }
  if (node.op === '[]') {
    const [of, index] = node.args;
    if (index.op === 'value' && typeof index.args === 'string')
      return { of, name: index.args, place: { start: index.start, end: index.end } };
  }
  return undefined;
}

/** The nodes directly below. */
export function below(node: Node): readonly Node[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}
