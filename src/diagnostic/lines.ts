/** The lines of the texts that diagnostics point into. Owns: where the lines of a text begin, found out once for each text. */
export class Lines {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #starts = new Map<string, readonly number[]>();

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  /** One line (1-based) of a file without its end; undefined when there is none. */
  line(file: string, number: number): string | undefined {
    const text = this.#texts.get(file);
    if (text === undefined) return undefined;
    const starts = this.#starts.get(file) ?? lineStarts(text);
    this.#starts.set(file, starts);
    const start = starts[number - 1];
    if (start === undefined) return undefined;
    const next = starts[number];
    return text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, '');
  }
}

/** The offsets at which the lines of a text begin. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
