/** Diagnostics for people: the sentence, the place with the line it is on, related places, hints. */
import type { Diagnostic, Severity, Span } from './diagnostic.ts';
import { excerpt } from './excerpt.ts';
import { Lines } from './lines.ts';
import { neutralise } from './neutralise.ts';

/** What a piece of the output is, for colour. */
export type Role = Severity | 'message' | 'gutter' | 'caret' | 'related' | 'hint';
/** Paints a piece of text that holds no escapes. */
export type Paint = (role: Role, text: string) => string;

export interface TextOptions {
  /** Default: no colour. */
  readonly paint?: Paint;
  /** Columns of the terminal. Default: 110. */
  readonly columns?: number;
}

const plain: Paint = (_, text) => text;
const MOST_RELATED = 12;

/** Renders one diagnostic, with a newline at its end. `sources` gives the texts that spans refer to. */
export const renderText = (
  diagnostic: Diagnostic,
  sources: ReadonlyMap<string, string>,
  options: TextOptions = {},
): string => render(diagnostic, new Lines(sources), options);

function render(diagnostic: Diagnostic, sources: Lines, options: TextOptions): string {
  const paint = options.paint ?? plain;
  const { severity, code, span } = diagnostic;
  const out = [
    `${paint(severity, `${severity}[${code}]`)}${paint('message', `: ${neutralise(diagnostic.message)}`)}`,
  ];
  const related = diagnostic.related.slice(0, MOST_RELATED);
  const left = diagnostic.related.length - related.length;
  const lines = [span, ...related.map((place) => place.span)].flatMap((place) => place?.start.line ?? []);
  const gutter = String(Math.max(0, ...lines)).length;
  const place: PlaceOptions = { paint, gutter, columns: Math.max(40, (options.columns ?? 110) - gutter - 5) };
  if (span !== undefined) out.push(...renderPlace(span, '-->', undefined, sources, place));
  for (const { span: other, label } of related) out.push(...renderPlace(other, ':::', label, sources, place));
  const bar = ' '.repeat(gutter + 2);
  if (left > 0) out.push(`${bar}${paint('gutter', '=')} and ${left} more places`);
  for (const hint of diagnostic.hints)
    out.push(`${bar}${paint('gutter', '=')} ${paint('hint', 'hint')}: ${neutralise(hint)}`);
  return `${out.join('\n')}\n`;
}

/** Renders all of them, separated by empty lines, with a count at the end. Empty for none. */
export function renderAll(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  options: TextOptions = {},
): string {
  if (diagnostics.length === 0) return '';
  const lines = new Lines(sources);
  const texts = diagnostics.map((diagnostic) => render(diagnostic, lines, options));
  return `${texts.join('\n')}\n${summary(diagnostics)}\n`;
}

/** "2 errors, 1 warning". */
export function summary(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Severity): number => diagnostics.filter((one) => one.severity === severity).length;
  const parts = (['error', 'warning', 'notice'] as const).flatMap((severity) => {
    const found = count(severity);
    return found === 0 ? [] : [`${found} ${severity}${found === 1 ? '' : 's'}`];
  });
  return parts.length === 0 ? 'no errors' : parts.join(', ');
}

interface PlaceOptions {
  readonly paint: Paint;
  readonly gutter: number;
  readonly columns: number;
}

function renderPlace(
  span: Span,
  arrow: '-->' | ':::',
  label: string | undefined,
  sources: Lines,
  { paint, gutter, columns }: PlaceOptions,
): readonly string[] {
  const { line, column } = span.start;
  const margin = ' '.repeat(gutter + 2);
  const isPrimary = arrow === '-->';
  const arrowLine = `${' '.repeat(gutter + 1)}${paint('gutter', arrow)} ${neutralise(span.file)}:${line}:${column}`;
  const source = sources.line(span.file, line);
  if (source === undefined) return [label === undefined ? arrowLine : `${arrowLine} ${neutralise(label)}`];
  const end = span.end.line === line ? span.end.column - 1 : source.length;
  const shown = excerpt(source, column - 1, end, columns);
  const mark = (isPrimary ? '^' : '-').repeat(shown.marked);
  const note = label === undefined ? '' : ` ${neutralise(label)}`;
  const bar = paint('gutter', '|');
  return [
    arrowLine,
    `${margin}${bar}`,
    ` ${paint('gutter', String(line).padStart(gutter))} ${bar} ${shown.line}`.trimEnd(),
    `${margin}${bar} ${' '.repeat(shown.indent)}${paint(isPrimary ? 'caret' : 'related', `${mark}${note}`)}`,
  ];
}
