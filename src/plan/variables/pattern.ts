/**
 * The regular expressions of `pattern`: a small language, matched against whole values without backtracking. No pattern
 * of a stranger's formula can hang whoever looks at it: the cost is the length of the value times the size of the pattern.
 *
 * Known: characters, `.`, `[a-z]`, `[^a-z]`, `\d \w \s \D \W \S`, escaped punctuation, groups, `|`, `* + ? {n} {n,} {n,m}`, and
 * `^` and `$` at the ends, which change nothing.
 */

/** Longest pattern that is read. */
export const LONGEST_PATTERN = 256;
/** Most instructions of one pattern: bounded repetitions are written out. */
const MOST_INSTRUCTIONS = 2000;

type Test = (code: number) => boolean;
type Instruction =
  | { readonly type: 'take'; readonly test: Test }
  /** Goes on at every one of these. */
  | { readonly type: 'fork'; readonly to: readonly number[] }
  | { readonly type: 'match' };

/** Tells whether a whole value matches. */
export type Matcher = (value: string) => boolean;

class NotUnderstood extends Error {}

/** Reads a pattern; a sentence when it is none. */
export function readPattern(pattern: string): Matcher | { readonly problem: string } {
  if (pattern.length > LONGEST_PATTERN) return { problem: `is longer than ${LONGEST_PATTERN} characters` };
  try {
    const program = new Compiler(pattern).program();
    return (value) => run(program, value);
  } catch (error) {
    if (error instanceof NotUnderstood) return { problem: error.message };
    throw error;
  }
}

function run(program: readonly Instruction[], value: string): boolean {
  let states = new Set<number>();
  enter(program, states, 0);
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    const next = new Set<number>();
    for (const state of states) {
      const instruction = program[state];
      if (instruction?.type === 'take' && instruction.test(code)) enter(program, next, state + 1);
    }
    states = next;
  }
  return [...states].some((state) => program[state]?.type === 'match');
}

function enter(program: readonly Instruction[], states: Set<number>, first: number): void {
  const open = [first];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (states.has(state)) continue;
    states.add(state);
    const instruction = program[state];
    if (instruction?.type === 'fork') open.push(...instruction.to);
  }
}

/** Makes a piece of program that begins at `at`, so that it can be written out several times. */
type Fragment = (at: number) => readonly Instruction[];

const CLASSES: Readonly<Record<string, Test>> = {
  d: (code) => code >= 48 && code <= 57,
  w: (code) =>
    (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122),
  s: (code) => code === 32 || (code >= 9 && code <= 13),
};
const CONTROL: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13 };
const REPEAT = /\{(\d{1,4})(,(\d{1,4})?)?\}/y;

/**
 * Recursive descent over the pattern's characters.
 * Owns: the position. I1: every method leaves it behind what it read, or throws {@link NotUnderstood}.
 */
class Compiler {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  program(): readonly Instruction[] {
    if (this.#peek() === '^') this.#at++;
    const whole = this.#alternatives();
    if (this.#at < this.#pattern.length) throw new NotUnderstood('has a `)` without its `(`');
    return [...whole(0), { type: 'match' }];
  }

  #peek(): string {
    return this.#pattern.charAt(this.#at);
  }

  #alternatives(): Fragment {
    const branches = [this.#sequence()];
    while (this.#peek() === '|') {
      this.#at++;
      branches.push(this.#sequence());
    }
    return branches.reduceRight((rest, first) => either(first, rest));
  }

  #sequence(): Fragment {
    let whole: Fragment = () => [];
    for (;;) {
      const character = this.#peek();
      if (character === '' || character === '|' || character === ')') return whole;
      if (character === '$' && this.#at === this.#pattern.length - 1) this.#at++;
      else whole = then(whole, this.#repeated(this.#atom()));
    }
  }

  #repeated(atom: Fragment): Fragment {
    const bounds = this.#bounds();
    if (bounds === undefined) return atom;
    if (this.#bounds() !== undefined || this.#peek() === '?')
      throw new NotUnderstood('repeats a repetition; put it into a group');
    return repeat(atom, bounds.least, bounds.most);
  }

  #bounds(): { readonly least: number; readonly most: number } | undefined {
    const sign = this.#peek();
    const known = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] } as const;
    if (sign === '*' || sign === '+' || sign === '?') {
      this.#at++;
      return { least: known[sign][0], most: known[sign][1] };
    }
    if (sign !== '{') return undefined;
    REPEAT.lastIndex = this.#at;
    const found = REPEAT.exec(this.#pattern);
    if (found === null) throw new NotUnderstood('has a `{` that is no repetition; write `\\{`');
    this.#at = REPEAT.lastIndex;
    const least = Number(found[1]);
    const most = found[3] === undefined ? (found[2] === undefined ? least : Infinity) : Number(found[3]);
    if (most < least) throw new NotUnderstood('has a repetition whose bounds are out of order');
    return { least, most };
  }

  #atom(): Fragment {
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    this.#at += character.length;
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return one(this.#set());
      case '.':
        return one((code) => code !== 10 && code !== 13 && code !== 0x2028 && code !== 0x2029);
      case '\\':
        return one(this.#escape().test);
      case '*':
      case '+':
      case '?':
      case '{':
        throw new NotUnderstood(`repeats nothing with \`${character}\``);
      case '^':
      case '$':
        throw new NotUnderstood(`has \`${character}\` in the middle; it is matched against whole values`);
      default:
        return one(is(character));
    }
  }

  #group(): Fragment {
    if (this.#peek() === '?') {
      if (!this.#pattern.startsWith('?:', this.#at))
        throw new NotUnderstood('looks around or names a group, which is not supported');
      this.#at += 2;
    }
    const inner = this.#alternatives();
    if (this.#peek() !== ')') throw new NotUnderstood('has a `(` without its `)`');
    this.#at++;
    return inner;
  }

  #escape(): { readonly test: Test; readonly code: number | undefined } {
    const letter = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    this.#at += letter.length;
    const lower = CLASSES[letter.toLowerCase()];
    if (lower !== undefined)
      return { test: letter === letter.toLowerCase() ? lower : (code) => !lower(code), code: undefined };
    const code = CONTROL[letter] ?? (/[A-Za-z0-9\0]/.test(letter) ? undefined : letter.codePointAt(0));
    if (code === undefined)
      throw new NotUnderstood(
        letter === '\0' ? 'ends with a `\\`' : `has \`\\${letter}\`, which is not supported`,
      );
    return { test: (other) => other === code, code };
  }

  #set(): Test {
    const isNegated = this.#peek() === '^';
    if (isNegated) this.#at++;
    const tests: Test[] = [];
    while (this.#peek() !== ']') {
      const first = this.#member();
      const isRange = this.#peek() === '-' && this.#pattern.charAt(this.#at + 1) !== ']';
      if (!isRange) {
        tests.push(first.test);
        continue;
      }
      this.#at++;
      const last = this.#member();
      if (first.code === undefined || last.code === undefined || last.code < first.code)
        throw new NotUnderstood('has a range whose ends are out of order');
      const [from, to] = [first.code, last.code];
      tests.push((code) => code >= from && code <= to);
    }
    this.#at++;
    return (code) => tests.some((test) => test(code)) !== isNegated;
  }

  #member(): { readonly test: Test; readonly code: number | undefined } {
    const point = this.#pattern.codePointAt(this.#at);
    if (point === undefined) throw new NotUnderstood('has a `[` without its `]`');
    const character = String.fromCodePoint(point);
    this.#at += character.length;
    return character === '\\' ? this.#escape() : { test: is(character), code: point };
  }
}

const is = (character: string): Test => {
  const expected = character.codePointAt(0);
  return (code) => code === expected;
};

const one =
  (test: Test): Fragment =>
  () => [{ type: 'take', test }];

const bounded = (instructions: readonly Instruction[]): readonly Instruction[] => {
  if (instructions.length > MOST_INSTRUCTIONS) throw new NotUnderstood('repeats too much');
  return instructions;
};

const then =
  (first: Fragment, second: Fragment): Fragment =>
  (at) => {
    const head = first(at);
    return bounded([...head, ...second(at + head.length)]);
  };

const either =
  (first: Fragment, second: Fragment): Fragment =>
  (at) => {
    const head = first(at + 1);
    const tail = second(at + 2 + head.length);
    const end = at + 2 + head.length + tail.length;
    return bounded([
      { type: 'fork', to: [at + 1, at + 2 + head.length] },
      ...head,
      { type: 'fork', to: [end] },
      ...tail,
    ]);
  };

const option =
  (inner: Fragment): Fragment =>
  (at) => {
    const body = inner(at + 1);
    return bounded([{ type: 'fork', to: [at + 1, at + 1 + body.length] }, ...body]);
  };

const star =
  (inner: Fragment): Fragment =>
  (at) => {
    const body = inner(at + 1);
    const end = at + 2 + body.length;
    return bounded([{ type: 'fork', to: [at + 1, end] }, ...body, { type: 'fork', to: [at] }]);
  };

function repeat(inner: Fragment, least: number, most: number): Fragment {
  const copies = most === Infinity ? [star(inner)] : Array<Fragment>(most - least).fill(option(inner));
  const needed = Array<Fragment>(least).fill(inner);
  return (at) => {
    const whole: Instruction[] = [];
    for (const copy of [...needed, ...copies]) {
      const body = copy(at + whole.length);
      // Repeating nothing is nothing, however often.
      if (body.length === 0) break;
      whole.push(...body);
      bounded(whole);
    }
    return whole;
  };
}
