/**
 * Prints logs: byte by byte into files and pipes, made safe for the eye on a terminal. Secrets were taken out when the
 * log was written; what looks like a token is taken out again, for logs that programs wrote themselves.
 */
import { Redactor } from '../os/redact.ts';
import type { OutputStream } from './terminal/console.ts';
import { LogLines } from './terminal/log-lines.ts';

export class LogPrinter {
  readonly #out: OutputStream;

  constructor(out: OutputStream) {
    this.#out = out;
  }

  /** Prints one log to its end; says whether there was anything in it. */
  async print(chunks: AsyncIterable<Uint8Array>): Promise<boolean> {
    const redactor = new Redactor([]);
    const lines = this.#out.isTTY === true ? new LogLines() : undefined;
    let isEmpty = true;
    for await (const chunk of chunks) {
      isEmpty = false;
      const safe = redactor.push(chunk);
      await this.#write(lines === undefined ? safe : textOf(lines.push(safe)));
    }
    const rest = redactor.end();
    await this.#write(lines === undefined ? rest : textOf([...lines.push(rest), ...lines.end()]));
    return !isEmpty;
  }

  /** Waits until the reader has taken it: a log may be larger than the memory. */
  async #write(data: string | Uint8Array): Promise<void> {
    if (data.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#out.write(data, () => resolve());
    });
  }
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
