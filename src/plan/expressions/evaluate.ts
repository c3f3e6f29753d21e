/** Evaluating expressions against facts. Pure: the same text and the same facts always give the same. Nothing is thrown. */
import { Evaluator } from './evaluator.ts';
import { below, LONGEST, memberOf, type Node, type Parsed, parseExpression } from './expression.ts';
import type { Facts } from './facts.ts';
import { isList, NoValue, Purse, plain, TooCostly, typeName, type Value } from './values.ts';

export type Evaluated<T> =
  | { readonly type: 'value'; readonly value: T }
  /** The message continues "the condition …". */
  | { readonly type: 'error'; readonly message: string };

/** Steps of one evaluation: about a tenth of a second. */
const MOST_STEPS = 1_000_000;
/** The loader writes aliases out, which makes texts longer than their authors may write them. */
const LONGEST_WRITTEN_OUT = 4 * LONGEST;
/** Trees that are kept. */
const MOST_KEPT = 1000;

const kept = new Map<string, Parsed>();

/** Whether a condition (`bead.when`) holds. */
export function evaluateCondition(text: string, facts: Facts): Evaluated<boolean> {
  return evaluated(text, facts, (value) => {
    if (typeof value === 'boolean') return value;
    throw new NoValue(`gives ${typeName(value)}, not true or false`);
  });
}

/** The items of a list (`bead.for_each`), as plain JSON. */
export function evaluateList(text: string, facts: Facts): Evaluated<readonly unknown[]> {
  return evaluated(text, facts, (value, purse) => {
    const list = isList(value) ? plain(value, purse) : undefined;
    if (Array.isArray(list)) return list;
    throw new NoValue(`gives ${typeName(value)}, not a list`);
  });
}

/** The ids of the beads that a text of a plan names; there are no aliases in it. */
export function beadsNamed(text: string): readonly string[] {
  const parsed = read(text);
  if (parsed.type === 'problem') return [];
  const found = new Set<string>();
  const work: Node[] = [parsed.ast];
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    const member = memberOf(node);
    if (member?.of.op === 'id' && member.of.args === 'beads') found.add(member.name);
    work.push(...below(node));
  }
  return [...found].sort();
}

function evaluated<T>(text: string, facts: Facts, convert: (value: Value, purse: Purse) => T): Evaluated<T> {
  const parsed = read(text);
  if (parsed.type === 'problem') return { type: 'error', message: parsed.message };
  const purse = new Purse(MOST_STEPS);
  try {
    return { type: 'value', value: convert(new Evaluator(facts, purse).evaluate(parsed.ast), purse) };
  } catch (error) {
    if (error instanceof TooCostly)
      return { type: 'error', message: `takes more than ${MOST_STEPS.toLocaleString('en-US')} steps` };
    if (error instanceof NoValue) return { type: 'error', message: error.message };
    // Facts are what agents reported: nothing in them (depth beyond the stack, say) may end the driver.
    return { type: 'error', message: 'reads data that cannot be worked with' };
  }
}

function read(text: string): Parsed {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const parsed = parseExpression(text, LONGEST_WRITTEN_OUT);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, parsed);
  return parsed;
}
