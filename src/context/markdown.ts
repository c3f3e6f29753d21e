/** Markdown that outside text cannot break out of. */
import { neutralise } from '../diagnostic/neutralise.ts';

/** Text as a code block, its fence longer than any run of backticks inside. */
export function fenced(text: string, label: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${label}\n${text.endsWith('\n') || text === '' ? text : `${text}\n`}${fence}`;
}

/** A line with more is not for reading. */
const MAX_INLINE = 2_000;

/** Text as code within a line: one line, control characters made visible, cut with an ellipsis when it is very long. */
export function inlineCode(text: string): string {
  const whole = neutralise(text);
  const line = whole.length > MAX_INLINE ? `${whole.slice(0, MAX_INLINE)}…` : whole;
  const ticks = '`'.repeat(longestRun(line) + 1);
  const padded = line === '' || line.startsWith('`') || line.endsWith('`') ? ` ${line} ` : line;
  return `${ticks}${padded}${ticks}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}
