/** The small JSON object that a worker may leave for the beads that require its own. */
import type { JsonObject, JsonValue } from '../core/json.ts';
import { quote } from '../diagnostic/neutralise.ts';

/** What a text is as an output; `why` completes "the output …". */
export type OutputRead =
  | { readonly type: 'output'; readonly output: JsonObject }
  | { readonly type: 'problem'; readonly why: string };

/** Deeper values are for programs; nobody reads them in a prompt. */
const DEEPEST = 32;

/** Reads an output; `clean` is applied to every text in it, keys included. Of a key that is written twice, the last one counts. */
export function readOutput(text: string, clean: (text: string) => string): OutputRead {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return problem(`is no JSON: ${quote(error.message)}`);
  }
  // An array is an object to JavaScript, but has no names.
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return problem('must be a JSON object, such as {"files": ["a.txt"]}');
  const wrong = problemIn(value);
  return wrong === undefined
    ? { type: 'output', output: cleaned(value as JsonObject, clean) }
    : problem(wrong);
}

const problem = (why: string): OutputRead => ({ type: 'problem', why });

/** Iterative: what is nested too deeply must not exhaust our stack either. */
function problemIn(root: object): string | undefined {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value === 'number' && !Number.isFinite(value)) return 'holds a number that is too large';
    if (typeof value !== 'object' || value === null) continue;
    if (depth > DEEPEST) return `is nested more than ${DEEPEST} levels deep`;
    for (const inner of Object.values(value)) open.push({ value: inner, depth: depth + 1 });
  }
  return undefined;
}

/** A copy whose keys, `__proto__` among them, are data only. */
function cleaned<Value extends JsonValue>(value: Value, clean: (text: string) => string): Value;
function cleaned(value: JsonValue, clean: (text: string) => string): JsonValue {
  if (typeof value === 'string') return clean(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item) => cleaned(item, clean));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), cleaned(inner, clean)]));
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
