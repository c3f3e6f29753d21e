/** What holds of every answer, whatever was asked: places lie in their files, and nothing that a terminal would obey is said. */
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { renderJson } from '../../src/diagnostic/render-json.ts';
import { renderAll } from '../../src/diagnostic/render-text.ts';

/** Control characters other than line ends, overrides of direction, halves of characters. */
const OBEYED =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]|\p{Surrogate}/u;
/** The longest line that may be printed, in UTF-16 units: hostile names are clipped, excerpts too. */
const LONGEST_LINE = 4000;

/** Throws where diagnostics are not what they must be. */
export function judge(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>): void {
  const linesOf = new Map<string, readonly string[] | undefined>();
  for (const { code, span, related } of renderJson(diagnostics))
    for (const place of [...(span === null ? [] : [span]), ...related.map((one) => one.span)]) {
      const { file } = place;
      if (!linesOf.has(file)) linesOf.set(file, sources.get(file)?.split('\n'));
      judgePlace(code, place, linesOf.get(file));
    }
  judgeText(renderAll(diagnostics, sources));
}

/** Throws where a text that is printed holds what must not reach a terminal. */
export function judgeText(text: string): void {
  const obeyed = OBEYED.exec(text);
  if (obeyed !== null)
    throw new Error(
      `a terminal would obey ${JSON.stringify(obeyed[0])} in ${JSON.stringify(text.slice(0, 2000))}`,
    );
  const longest = text.split('\n').reduce((length, line) => Math.max(length, line.length), 0);
  if (longest > LONGEST_LINE)
    throw new Error(`a line of ${longest} characters: ${JSON.stringify(text.slice(0, 300))}`);
}

type Place = NonNullable<ReturnType<typeof renderJson>[number]['span']>;

function judgePlace(code: string, { file, start, end }: Place, lines: readonly string[] | undefined): void {
  if (lines === undefined) throw new Error(`${code} points into ${JSON.stringify(file)}, which nobody read`);
  for (const { line, column } of [start, end]) {
    const length = lines[line - 1]?.length;
    if (length === undefined || column < 1 || column > length + 1)
      throw new Error(`${code} points to ${line}:${column}, outside of ${JSON.stringify(file)}`);
  }
  if (end.line < start.line || (end.line === start.line && end.column < start.column))
    throw new Error(`${code} ends before it begins: ${JSON.stringify({ start, end })}`);
}
