/** Files that could not be read, as diagnostics. */
import type { Code } from '../diagnostic/codes.ts';
import type { Collector } from '../diagnostic/collector.ts';
import type { Span } from '../diagnostic/diagnostic.ts';
import type { FileProblem } from './load-request.ts';

const CODES: Readonly<Record<FileProblem['problem'], Code>> = {
  missing: 'file/missing',
  directory: 'file/directory',
  unreadable: 'file/unreadable',
  outside: 'file/outside',
  binary: 'file/binary',
  'too-large': 'file/too-large',
};

/** Reports a file that could not be read; `what` begins the sentence. */
export function reportFile(
  collector: Collector,
  problem: FileProblem,
  what: string,
  span: Span | undefined,
): void {
  collector.report(CODES[problem.problem], `${what} ${problem.message}`, { span });
}
