/** JSON of any form, as programs leave it. */
import type { Tape } from './tape.ts';
import { HOSTILE, hostile } from './words.ts';

const NUMBERS = ['0', '1', '-1', '1.5', '1e400', '-0', '9007199254740993', '1e-400', `${'9'.repeat(400)}`];

/** Its text; some of it is wrong, and some of it deep. */
export function json(tape: Tape, depth = 0): string {
  switch (depth > 5 ? tape.below(4) : tape.below(8)) {
    case 0:
      return JSON.stringify(tape.rarely(2) ? hostile(tape) : 'text');
    case 1:
      return tape.one(NUMBERS);
    case 2:
      return tape.one(['true', 'false', 'null', 'undefined', 'NaN', "'x'"]);
    case 3:
      return tape.one(['{}', '[]', '""']);
    case 4:
    case 5:
      return `{${tape.many(4, () => `${JSON.stringify(tape.rarely(3) ? tape.one(HOSTILE) : 'type')}:${json(tape, depth + 1)}`).join(',')}}`;
    case 6:
      return `[${tape.many(4, () => json(tape, depth + 1)).join(',')}]`;
    default: {
      const levels = tape.rarely(50) ? 20_000 : tape.one([2, 31, 32, 33, 100]);
      return tape.rarely(2)
        ? `${'['.repeat(levels)}${']'.repeat(levels)}`
        : `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    }
  }
}

/** The same as a value. */
export function jsonValue(tape: Tape, depth: number): unknown {
  switch (depth <= 0 ? tape.below(5) : tape.below(8)) {
    case 0:
      return hostile(tape);
    case 1:
      return tape.one([0, -1, 1.5, Number.MAX_VALUE, 2 ** 53]);
    case 2:
      return null;
    case 3:
      return tape.rarely(2);
    case 4:
      return 'x'.repeat(tape.one([1, 501, 20_001]));
    case 5:
    case 6:
      return Object.fromEntries(
        tape.many(4, () => [tape.rarely(3) ? tape.one(HOSTILE) : 'a', jsonValue(tape, depth - 1)] as const),
      );
    default:
      return tape.many(4, () => jsonValue(tape, depth - 1));
  }
}
