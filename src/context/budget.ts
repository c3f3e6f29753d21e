/** Cutting texts to a number of bytes, so that what is left is whole lines and says what is missing. */

/** How many bytes each text gets: earlier ones first, each as much as it needs while there is something left. */
export function allocate(texts: readonly string[], bytes: number): readonly number[] {
  let left = Math.max(0, bytes);
  return texts.map((text) => {
    const granted = Math.min(Buffer.byteLength(text), left);
    left -= granted;
    return granted;
  });
}

/** The beginning of a text in at most `bytes` bytes, up to the end of a line where one is near, never half a character. */
export function cut(text: string, bytes: number): string {
  const raw = Buffer.from(text);
  if (raw.length <= bytes) return text;
  let end = bytes;
  // Bytes 10xxxxxx continue a character: it must not be split.
  while (end > 0 && ((raw[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  const newline = raw.lastIndexOf(0x0a, end - 1);
  return raw.toString('utf8', 0, newline >= end / 2 ? newline + 1 : end);
}
