/**
 * Taking secrets out of text: exact values, and what well-known tokens look like. Streams are held back just enough
 * that a secret cut by a chunk's border is still found.
 *
 * Works on latin1 strings (one character per byte), so that binary output passes through unchanged.
 */
const replacement = '[redacted]';

/** Values shorter than this are ordinary words and numbers; replacing them would make output unreadable. */
const minSecretLength = 4;

/** Longest token that is found whole across a border, in bytes. */
const maxTokenLength = 4096;

/** How well-known tokens begin, and what follows, one class of characters each so that matching takes linear time. */
const tokens: readonly (readonly [prefixes: readonly string[], rest: string])[] = [
  [['sk-'], '[A-Za-z0-9_-]{20,}'],
  [['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'hf_'], '[A-Za-z0-9]{20,}'],
  [['github_pat_'], '[A-Za-z0-9_]{20,}'],
  [['glpat-'], '[A-Za-z0-9_-]{16,}'],
  [['npm_'], '[A-Za-z0-9]{30,}'],
  [['xoxa-', 'xoxb-', 'xoxe-', 'xoxp-', 'xoxr-', 'xoxs-'], '[A-Za-z0-9-]{10,}'],
  [['AKIA', 'ASIA'], '[A-Z0-9]{16}'],
  [['AIza'], '[A-Za-z0-9_-]{30,}'],
  [['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'], '[A-Za-z0-9]{16,}'],
  [['eyJ'], '[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}'],
];
const tokenPrefixes = tokens.flatMap(([prefixes]) => prefixes);
const tokenPattern = new RegExp(
  tokens.map(([prefixes, rest]) => `(?<![A-Za-z0-9])(?:${prefixes.join('|')})${rest}`).join('|'),
  'g',
);
/** A token that has begun and may go on behind the end of the text. */
const openTokenPattern = new RegExp(`(?<![A-Za-z0-9])(?:${tokenPrefixes.join('|')})[A-Za-z0-9_.-]*$`);

const asBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The exact values to look for, as latin1, in the spellings programs print them in. */
function needlesOf(secretValues: readonly string[]): string[] {
  const needles = new Set<string>();
  for (const value of secretValues) {
    // Programs print values with many lines (keys) line by line as well.
    for (const part of [value, ...value.split(/\r?\n/)]) {
      if (part.trim().length < minSecretLength) continue;
      needles.add(asBytes(part));
      needles.add(asBytes(encodeURIComponent(Buffer.from(part, 'utf8').toString('utf8'))));
      needles.add(asBytes(JSON.stringify(part).slice(1, -1)));
      needles.add(Buffer.from(part, 'utf8').toString('base64'));
    }
  }
  needles.delete('');
  return [...needles];
}

/** A half-open range of characters. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Takes secrets out of a stream of bytes; how the stream is cut into chunks makes no difference. */
export class Redactor {
  readonly #needles: readonly string[];
  /** Read but not yet given out. */
  #held = '';
  /** The character before `#held`: it decides whether a token may begin there. */
  #before = '';
  /** How much of `#held` is known to be secret, because a secret began before it. */
  #covered = 0;
  /** What was given out last was a replacement that reaches up to `#held`. */
  #isContinuing = false;

  constructor(secretValues: readonly string[]) {
    this.#needles = needlesOf(secretValues);
  }

  /** Takes the next chunk; returns what can be shown by now. */
  push(chunk: Uint8Array): Buffer {
    this.#held += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
    return this.#giveOut(
      this.#held.length - Math.max(openToken(this.#held), openPrefix(this.#held, this.#needles)),
    );
  }

  /** The stream is over: returns the rest. */
  end(): Buffer {
    return this.#giveOut(this.#held.length);
  }

  /** Gives out the first `length` characters held; every secret that begins in them is held whole. */
  #giveOut(length: number): Buffer {
    if (length <= 0) return Buffer.alloc(0);
    let shown = '';
    let position = 0;
    for (const { start, end } of this.#secrets()) {
      if (start >= length) break;
      shown += this.#held.slice(position, start);
      if (start > 0 || !this.#isContinuing) shown += replacement;
      position = end;
    }
    if (position < length) shown += this.#held.slice(position, length);
    this.#isContinuing = position >= length;
    this.#covered = Math.max(0, position - length);
    this.#before = this.#held.charAt(length - 1);
    this.#held = this.#held.slice(length);
    return Buffer.from(shown, 'latin1');
  }

  /** Where the held text is secret, in order; ranges that touch are one. */
  #secrets(): Range[] {
    const text = this.#held;
    const found: Range[] = this.#covered > 0 ? [{ start: 0, end: this.#covered }] : [];
    for (const needle of this.#needles) {
      for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
        found.push({ start: at, end: at + needle.length });
      }
    }
    for (const match of `${this.#before}${text}`.matchAll(tokenPattern)) {
      const start = match.index - this.#before.length;
      if (start >= 0) found.push({ start, end: start + match[0].length });
    }
    found.sort((a, b) => a.start - b.start);
    const merged: Range[] = [];
    for (const range of found) {
      const last = merged.at(-1);
      if (last === undefined || range.start > last.end) merged.push(range);
      else if (range.end > last.end) merged[merged.length - 1] = { start: last.start, end: range.end };
    }
    return merged;
  }
}

/** How many characters at the end may be the beginning of a token; bounded, so that a flood is not held. */
function openToken(text: string): number {
  const begun = openTokenPattern.exec(text.slice(-maxTokenLength))?.[0].length ?? 0;
  return Math.max(begun, openPrefix(text, tokenPrefixes));
}

/** How many characters at the end of a text are the beginning, but not the whole, of one of the words. */
export function openPrefix(text: string, words: readonly string[]): number {
  let longest = 0;
  for (const word of words) {
    const first = word.charAt(0);
    let at = text.indexOf(first, Math.max(0, text.length - word.length + 1));
    while (at >= 0 && text.length - at > longest) {
      if (word.startsWith(text.slice(at))) longest = text.length - at;
      at = text.indexOf(first, at + 1);
    }
  }
  return longest;
}

/** Takes secrets out of a whole text. */
export function redactText(text: string, secretValues: readonly string[]): string {
  const redactor = new Redactor(secretValues);
  return Buffer.concat([redactor.push(Buffer.from(text, 'utf8')), redactor.end()]).toString('utf8');
}
