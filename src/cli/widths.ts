/** Which widths `simulate` is asked for: `8`, `1..16`, `1,2,4`. */

const MOST_WIDTHS = 64;

/** Throws what the command line says of a flag that it does not understand. */
export function parseWidths(text: string): readonly number[] {
  const widths = text.split(',').flatMap((part) => {
    const [, from = '', to = from] = /^(\d{1,6})(?:\.\.(\d{1,6}))?$/.exec(part.trim()) ?? [];
    const first = Number(from);
    const count = Number(to) - first + 1;
    if (from === '' || first < 1 || count < 1)
      throw new Error('it must be a number, a range or a list, such as 8, 1..16 or 1,2,4');
    return Array.from({ length: Math.min(count, MOST_WIDTHS + 1) }, (_, at) => first + at);
  });
  if (widths.length > MOST_WIDTHS) throw new Error(`it must name at most ${MOST_WIDTHS} widths`);
  return [...new Set(widths)];
}
