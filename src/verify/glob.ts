/**
 * Artifact patterns: `*` (within a segment), `**` (any folders), `?`, `[a-z]`, `[!a-z]`, `{a,b}`. A name that begins with
 * a dot is matched only by a pattern that writes the dot. An unclosed `[` or `{` stands for itself; so does `\`.
 * Matching takes time proportional to pattern × name, whatever they hold.
 */

type Token =
  | { readonly type: 'character'; readonly character: string }
  | { readonly type: 'any' }
  | { readonly type: 'star' }
  | {
      readonly type: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [number, number])[];
    };

/** One piece of a pattern between slashes. */
export type Segment =
  | { readonly type: 'name'; readonly name: string }
  /** Any number of folders, none included. */
  | { readonly type: 'folders' }
  | { readonly type: 'wild'; readonly tokens: readonly Token[] };

/** More alternatives than this are refused: `{a,b}` twenty times over would be a million patterns. */
const MAX_ALTERNATIVES = 256;

/**
 * The alternatives that a pattern stands for, each as segments; a trailing slash means "all below". Undefined: the braces
 * stand for too many. An alternative with a `..` in it is left out: nothing outside the rig is an artifact.
 */
export function parseGlob(pattern: string): readonly (readonly Segment[])[] | undefined {
  const alternatives = expandBraces(pattern);
  return alternatives
    ?.map((alternative) => {
      const parts = alternative.split('/').filter((part) => part !== '' && part !== '.');
      if (alternative.endsWith('/')) parts.push('**');
      // Twice in a row means the same as once, and would be walked many times.
      return parts.filter((part, index) => part !== '**' || parts[index - 1] !== '**');
    })
    .filter((parts) => parts.length > 0 && !parts.some((part) => part === '..' || part.includes('\0')))
    .map((parts) => parts.map(parseSegment));
}

/** Whether a single name (no slash) matches a segment. */
export function matchesName(segment: Segment, name: string): boolean {
  switch (segment.type) {
    case 'name':
      return segment.name === name;
    case 'folders':
      return !name.startsWith('.');
    case 'wild': {
      const [first] = segment.tokens;
      const writesDot = first?.type === 'character' && first.character === '.';
      return (writesDot || !name.startsWith('.')) && matchesTokens(segment.tokens, [...name]);
    }
  }
}

/** `{a,b}c` → `ac`, `bc`; nested braces too. Braces without a comma inside stand for themselves. */
function expandBraces(pattern: string): readonly string[] | undefined {
  let done: string[] = [''];
  for (let index = 0; index < pattern.length; ) {
    const group = pattern[index] === '{' ? readGroup(pattern, index) : undefined;
    if (group === undefined) {
      const next = pattern.indexOf('{', index + 1);
      const literal = pattern.slice(index, next === -1 ? pattern.length : next);
      done = done.map((text) => text + literal);
      index += literal.length;
      continue;
    }
    const choices: string[] = [];
    for (const member of group.members) {
      const expanded = expandBraces(member);
      if (expanded === undefined) return undefined;
      choices.push(...expanded);
    }
    if (done.length * choices.length > MAX_ALTERNATIVES) return undefined;
    done = done.flatMap((text) => choices.map((choice) => text + choice));
    index = group.end;
  }
  return done;
}

function readGroup(
  pattern: string,
  start: number,
): { readonly members: readonly string[]; readonly end: number } | undefined {
  const members: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let index = start; index < pattern.length; index += 1) {
    const character = pattern[index];
    if (character === '{') depth += 1;
    else if (character === ',' && depth === 1) {
      members.push(pattern.slice(from, index));
      from = index + 1;
    } else if (character === '}') {
      depth -= 1;
      if (depth > 0) continue;
      if (members.length === 0) return undefined;
      return { members: [...members, pattern.slice(from, index)], end: index + 1 };
    }
  }
  return undefined;
}

function parseSegment(text: string): Segment {
  if (text === '**') return { type: 'folders' };
  if (!/[*?[]/.test(text)) return { type: 'name', name: text };
  const characters = [...text];
  const tokens: Token[] = [];
  for (let index = 0; index < characters.length; ) {
    const character = characters[index] ?? '';
    const found = character === '[' ? readClass(characters, index) : undefined;
    if (found !== undefined) {
      tokens.push(found.token);
      index = found.end;
      continue;
    }
    index += 1;
    if (character !== '*') {
      tokens.push(character === '?' ? { type: 'any' } : { type: 'character', character });
    } else if (tokens.at(-1)?.type !== 'star') tokens.push({ type: 'star' });
  }
  return { type: 'wild', tokens };
}

function readClass(
  characters: readonly string[],
  start: number,
): { readonly token: Token; readonly end: number } | undefined {
  const negated = characters[start + 1] === '!' || characters[start + 1] === '^';
  const first = start + (negated ? 2 : 1);
  // A bracket right at the beginning belongs to the class, as in a shell.
  const end = characters.indexOf(']', first + 1);
  if (end === -1) return undefined;
  const ranges: [number, number][] = [];
  for (let index = first; index < end; index += 1) {
    const from = codeOf(characters[index]);
    const isRange = characters[index + 1] === '-' && index + 2 < end;
    ranges.push([from, isRange ? codeOf(characters[index + 2]) : from]);
    if (isRange) index += 2;
  }
  return { token: { type: 'class', negated, ranges }, end: end + 1 };
}

/** Two pointers and one place to come back to: only the last star ever needs to be tried again. */
function matchesTokens(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let retry: { readonly token: number; readonly at: number } | undefined;
  while (at < name.length) {
    const current = tokens[token];
    if (current?.type === 'star') {
      retry = { token, at };
      token += 1;
    } else if (current !== undefined && matchesOne(current, name[at])) {
      token += 1;
      at += 1;
    } else if (retry !== undefined) {
      retry = { token: retry.token, at: retry.at + 1 };
      token = retry.token + 1;
      at = retry.at;
    } else return false;
  }
  return tokens.slice(token).every(({ type }) => type === 'star');
}

function matchesOne(token: Token, character: string | undefined): boolean {
  switch (token.type) {
    case 'any':
    case 'star':
      return true;
    case 'character':
      return token.character === character;
    case 'class': {
      const code = codeOf(character);
      return token.ranges.some(([from, to]) => from <= code && code <= to) !== token.negated;
    }
  }
}

const codeOf = (character: string | undefined): number => character?.codePointAt(0) ?? -1;
