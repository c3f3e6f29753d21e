/** Cutting texts to a number of bytes, so that what is left is whole lines and says what is missing. */

/**
 * How many bytes each text gets. Half of all is shared out evenly, so that a long text cannot crowd out the short ones;
 * what is left then goes to the earlier ones first.
 */
export function allocate(texts: readonly string[], bytes: number): readonly number[] {
  const sizes = texts.map((text) => Buffer.byteLength(text));
  const share = Math.floor(Math.max(0, bytes) / (2 * Math.max(1, texts.length)));
  const granted = sizes.map((size) => Math.min(size, share));
  let left = Math.max(0, bytes) - granted.reduce((sum, part) => sum + part, 0);
  return sizes.map((size, index) => {
    const sure = granted[index] ?? 0;
    const more = Math.min(size - sure, left);
    left -= more;
    return sure + more;
  });
}

/**
 * The beginning of a text in at most `bytes` bytes: whole lines only, or up to the end of a line where one is near and
 * else between two characters.
 */
export function cut(text: string, bytes: number, at: 'lines' | 'characters'): string {
  const raw = Buffer.from(text);
  if (raw.length <= bytes) return text;
  let end = bytes;
  // Bytes 10xxxxxx continue a character: it must not be split.
  while (end > 0 && ((raw[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  // Never from -1: that would mean the last byte of all.
  const newline = end > 0 ? raw.lastIndexOf(0x0a, end - 1) : -1;
  if (at === 'lines') return raw.toString('utf8', 0, newline + 1);
  return raw.toString('utf8', 0, newline >= end / 2 ? newline + 1 : end);
}
