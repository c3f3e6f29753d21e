/** Checking an expression when the plan is loaded: its form, its names, its types. Whether what it reads comes before it is the graph's business. */
import type { Place } from '../toml/source.ts';
import { type ExpressionProblem, parseExpression } from './expression.ts';
import type { Misnomer } from './misnomer.ts';
import { type BeadName, namesOf, type Respelling } from './names.ts';
import { Scope } from './scope.ts';
import { type Declared, TypeCheck } from './types.ts';

/** What an expression has to give. */
export type Wanted = 'bool' | 'list';

/** Something wrong; the message continues "`bead.when` …", the place is within the expression. */
export type Fault = Misnomer;

export type Checked =
  | {
      readonly type: 'checked';
      /** The expression with aliases written out: what the plan holds. */
      readonly text: string;
      readonly beads: readonly BeadName[];
    }
  | { readonly type: 'faulty'; readonly faults: readonly Fault[] };

/** Checks the expressions of one formula. Owns: its scope and its types, each made once. */
export class ExpressionCheck {
  readonly #scope: Scope;
  #types: TypeCheck | undefined;

  /** `ids` has the ids of the beads as its keys; `env` the names in `formula.env`. */
  constructor(ids: ReadonlyMap<string, unknown>, vars: Declared, env: readonly string[]) {
    this.#scope = new Scope(ids, vars, env);
  }

  /** Never throws, whatever the text. */
  check(text: string, wanted: Wanted): Checked {
    const parsed = parseExpression(text);
    if (parsed.type === 'problem') return { type: 'faulty', faults: [faultOf(parsed)] };
    const names = namesOf(parsed.ast, text, this.#scope);
    if (names.misnomers.length > 0) return { type: 'faulty', faults: names.misnomers };
    this.#types ??= new TypeCheck(this.#scope.vars);
    const typed = this.#types.typeOf(text);
    if (typed.type === 'misfit') return { type: 'faulty', faults: [misfit(typed.message, typed.place)] };
    if (!fits(typed.name, wanted)) {
      const what = wanted === 'bool' ? 'true or false' : 'a list';
      const message = `must give ${what}, but gives a value of type ${typed.name}`;
      return { type: 'faulty', faults: [misfit(message, { start: 0, end: text.length })] };
    }
    return { type: 'checked', text: respelt(text, names.respellings), beads: names.beads };
  }
}

/** What is only known at run time may turn out to fit. */
const fits = (type: string, wanted: Wanted): boolean =>
  type === wanted || type.startsWith('dyn') || (wanted === 'list' && type.startsWith('list<'));

const misfit = (message: string, place: Place): Fault => ({
  code: 'condition/wrong-type',
  message,
  place,
  hints: [],
});

const faultOf = ({ problem, message, place, hints }: ExpressionProblem): Fault => ({
  code: problem === 'syntax' ? 'condition/syntax' : 'condition/too-large',
  message,
  place,
  hints,
});

function respelt(text: string, respellings: readonly Respelling[]): string {
  let out = '';
  let copied = 0;
  for (const { place, text: written } of [...respellings].sort((a, b) => a.place.start - b.place.start)) {
    out += text.slice(copied, place.start) + written;
    copied = place.end;
  }
  return out + text.slice(copied);
}
