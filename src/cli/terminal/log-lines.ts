/**
 * An agent's or a command's output on its way to a terminal. Owns: the line that has begun. Does not own: where it goes.
 * I1 No control character of the output leaves but as a visible escape. I2 How the bytes are cut makes no difference.
 */
import { StringDecoder } from 'node:string_decoder';
import { neutralise } from '../../diagnostic/neutralise.ts';

/** A line without an end is shown in pieces of this many characters. */
const LONGEST_LINE = 16 * 1024;

// Colours, cursor movements and window titles, as programs print them for a terminal: dropped, for they say nothing here.
const SEQUENCES =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[()][0-9A-Za-z]|\u001b[=>78cDEHMNOZ]/g;

export class LogLines {
  readonly #decoder = new StringDecoder('utf8');
  #begun = '';

  /** The lines that are complete by now. */
  push(chunk: Uint8Array): string[] {
    return this.#take(this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)));
  }

  /** What is left when the output is over. */
  end(): string[] {
    const lines = this.#take(this.#decoder.end());
    const rest = this.#begun;
    this.#begun = '';
    return rest === '' ? lines : [...lines, shown(rest)];
  }

  #take(text: string): string[] {
    const pieces = `${this.#begun}${text}`.split('\n');
    this.#begun = pieces.pop() ?? '';
    const lines = pieces.flatMap((piece) => cut(piece).map(shown));
    const long = cut(this.#begun);
    this.#begun = long.pop() ?? '';
    return [...lines, ...long.map(shown)];
  }
}

function cut(line: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at === 0 || at < line.length; at += LONGEST_LINE)
    pieces.push(line.slice(at, at + LONGEST_LINE));
  return pieces;
}

/** A carriage return starts the line over: what a terminal would show at last is what counts. */
function shown(line: string): string {
  const last = line.replace(SEQUENCES, '').replace(/\r+$/, '').split('\r').at(-1) ?? '';
  return neutralise(last);
}
