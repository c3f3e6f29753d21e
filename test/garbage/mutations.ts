/** Documents made wrong: as text, and as bytes. */
import type { Tape } from './tape.ts';
import { HOSTILE, hostile } from './words.ts';

const SYNTAX: readonly string[] = [
  ...['[', ']', '[[', ']]', '{', '}', '"', '"""', "'", "'''", '=', '.', ',', '#', '\\', '\n', '\r\n', '\r'],
  ...['[bead]', '[formula]', 'id = "a"', '= 1', '\n---\n', '```', '<!--', '](', '&#x', ...HOSTILE],
];

/** A document with some places changed; a second one may be spliced in. */
export function changed(text: string, other: string, tape: Tape): string {
  let out = text;
  for (let left = tape.below(4); left > 0; left--) {
    // Anywhere, also in long documents: one number alone would only reach their beginning.
    const at = (tape.below(0x10000) * 0x10000 + tape.below(0x10000)) % (out.length + 1);
    const length = tape.one([1, 1, 2, 7, 40, 1000]);
    switch (tape.below(9)) {
      case 0:
        out = out.slice(0, at) + tape.one(SYNTAX) + out.slice(at);
        break;
      case 1:
        out = out.slice(0, at) + out.slice(at + length);
        break;
      case 2:
        out = out.slice(0, at) + tape.one(SYNTAX) + out.slice(at + length);
        break;
      case 3:
        out = out.slice(0, at) + out.slice(Math.max(0, at - length));
        break;
      case 4:
        out = out.slice(0, at);
        break;
      case 5:
        out = out.slice(0, at) + other.slice(tape.below(other.length + 1));
        break;
      case 6:
        out = out.replaceAll('\n', '\r\n');
        break;
      case 7:
        out = out.slice(0, at) + String.fromCharCode(tape.below(0x10000)) + out.slice(at);
        break;
      default:
        out = out.slice(0, at) + hostile(tape) + out.slice(at);
    }
  }
  return out.slice(0, 400_000);
}

/** Bytes with some of them flipped, cut out, repeated, or missing at the end. */
export function damaged(bytes: Buffer, tape: Tape, most = 6): Buffer {
  let out = Buffer.from(bytes);
  for (let left = 1 + tape.below(most); left > 0; left--) {
    const at = (tape.below(0x10000) * 0x10000 + tape.below(0x10000)) % (out.length + 1);
    const length = tape.one([1, 2, 16, 512, 4096]);
    switch (tape.below(6)) {
      case 0:
      case 1:
        if (at < out.length) out[at] = (out[at] ?? 0) ^ (1 << tape.below(8));
        break;
      case 2:
        out.fill(tape.below(256), at, Math.min(out.length, at + length));
        break;
      case 3:
        out = Buffer.concat([out.subarray(0, at), out.subarray(at + length)]);
        break;
      case 4:
        out = Buffer.concat([out.subarray(0, at), out.subarray(Math.max(0, at - length))]);
        break;
      default:
        out = out.subarray(0, at);
    }
  }
  return Buffer.from(out);
}
