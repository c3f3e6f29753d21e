/**
 * A program of its own: copies standard input to standard output without the secrets, until the command whose output
 * it is has ended, and then exits with that command's status.
 *
 * It runs between a command and its log, so that secrets never reach the disk, and does not depend on the process that
 * asked for the command. `REDACT_VALUES`: JSON array of secret values. `REDACT_END`: a random mark; the line
 * `<mark> <status>` ends the stream, although a process left in the background may still hold the pipe open.
 */
import { writeSync } from 'node:fs';
import { openPrefix, Redactor } from './redact.ts';

function readValues(text: string): string[] {
  const values: unknown = JSON.parse(text);
  if (!Array.isArray(values)) throw new TypeError('REDACT_VALUES is not a list');
  return values.filter((value) => typeof value === 'string');
}

/** Standard output may be a pipe or a terminal that takes only a part at once. */
function writeAll(data: Uint8Array): void {
  let offset = 0;
  while (offset < data.length) {
    try {
      offset += writeSync(1, data, offset);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') continue;
      // A full disk must not end the command: its output is lost, its status is not.
      return;
    }
  }
}

/** Copies until the end mark; the exit status is the command's, or 1 when its end was never told. */
function main(): void {
  const mark = `${process.env['REDACT_END'] ?? ''} `;
  const redactor = new Redactor(readValues(process.env['REDACT_VALUES'] ?? '[]'));
  let held = '';
  // A stop ends the command, whose end ends this filter: its last words must still be kept.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

  const finish = (status: number): void => {
    writeAll(redactor.end());
    process.exit(status);
  };
  const show = (text: string): void => writeAll(redactor.push(Buffer.from(text, 'latin1')));
  process.stdin.setEncoding('latin1');
  process.stdin.on('data', (chunk: string) => {
    held += chunk;
    const at = held.indexOf(mark);
    if (at < 0) {
      const safe = held.length - openPrefix(held, [mark]);
      show(held.slice(0, safe));
      held = held.slice(safe);
      return;
    }
    const end = held.indexOf('\n', at);
    if (end < 0) return;
    show(held.slice(0, at));
    finish(Number(held.slice(at + mark.length, end)));
  });
  process.stdin.on('end', () => {
    show(held);
    finish(1);
  });
}

main();
