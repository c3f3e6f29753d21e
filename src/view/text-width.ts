/** How many columns of a terminal a text takes, and cutting and padding by that measure. Text must be neutralised before. */

// Combining and enclosing marks, format characters (joiners, variation selectors), and the vowels and finals that
// complete a Hangul syllable.
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]$/u;

// East Asian Wide and Fullwidth, and what terminals draw as a picture.
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]$/u;

const ASCII = /^[\x20-\x7e]*$/;

/** Columns one code point takes: 0, 1 or 2. */
export function characterWidth(character: string): 0 | 1 | 2 {
  // The soft hyphen is a format character that terminals show.
  if (ASCII.test(character) || character === '\u00ad') return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Columns a neutralised text takes. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text when it fits into `columns`, else as much of it as fits with the ellipsis at its end. */
export function clipText(text: string, columns: number, ellipsis = '…'): string {
  if (textWidth(text) <= columns) return text;
  const room = columns - textWidth(ellipsis);
  if (room < 0) return '';
  let width = 0;
  let end = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > room) break;
    end += character.length;
  }
  return text.slice(0, end) + ellipsis;
}

/** Fills up to `columns` with spaces, on the right or on the left. */
export function padText(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, columns - textWidth(text)));
  return align === 'left' ? text + fill : fill + text;
}

/** Cuts or fills to exactly `columns`. */
export function fitText(text: string, columns: number, ellipsis = '…'): string {
  return padText(clipText(text, columns, ellipsis), columns);
}
