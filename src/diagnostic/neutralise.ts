/**
 * Outside text (bead names, agent output, file contents) on its way to a terminal. Escape sequences can move the
 * cursor, rename the window or answer queries in the user's name; bidirectional overrides can make a command read as
 * another one. Everything of that kind is shown as a visible escape instead of being obeyed.
 */

// C0, DEL, C1 · Arabic letter mark · bidi marks · line and paragraph separators, embeddings and overrides · isolates and
// deprecated formatting · BOM · lone surrogates (they would become U+FFFD on output and hide a difference) · tags.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Makes outside text safe for one line of a terminal: tabs and newlines become spaces, everything else unsafe a visible escape. */
export function neutralise(text: string): string {
  return text.replace(UNSAFE, (character) =>
    character === '\t' || character === '\n' ? ' ' : escapeVisibly(character),
  );
}

/** The visible escape of one character: `\x1b`, `\u202e`, `\u{e0001}`. */
export function escapeVisibly(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/** Outside text quoted inside a sentence: neutralised, and clipped so that a hostile name cannot bury the message. */
export const quote = (text: string): string => `"${neutralise(clipped(text))}"`;

/** The beginning of a long text. */
export function clipped(text: string): string {
  const points = text.length > 120 ? Array.from(text.slice(0, 240)) : undefined;
  return points !== undefined && points.length > 80 ? `${points.slice(0, 80).join('')}…` : text;
}
