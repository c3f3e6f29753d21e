import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frame } from './frame.ts';

/** As much of a terminal as the frame uses. */
class Screen {
  lines: string[] = [''];
  row = 0;
  cursorIsVisible = true;

  write(text: string): void {
    for (const piece of text.match(/\u001b\[\??\d*[A-Za-z]|\r|\n|[^\u001b\r\n]+/g) ?? []) {
      if (piece === '\n') {
        this.row += 1;
        this.lines[this.row] ??= '';
      } else if (piece === '\r') continue;
      else if (piece === '\u001b[2K') this.lines[this.row] = '';
      else if (piece === '\u001b[?25l') this.cursorIsVisible = false;
      else if (piece === '\u001b[?25h') this.cursorIsVisible = true;
      else if (piece.startsWith('\u001b[')) this.row -= Number(piece.slice(2, -1));
      else this.lines[this.row] = piece;
    }
  }

  get text(): string[] {
    return this.lines.slice(0, this.row);
  }
}

const line = fc.constantFrom('', 'a', 'bb', 'ccc');
const step = fc.oneof(
  fc.record({ draw: fc.array(line, { maxLength: 5 }) }),
  fc.record({ print: fc.array(line, { maxLength: 2 }) }),
);

describe('a frame', () => {
  it('always stands whole below everything that was printed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const screen = new Screen();
        const frame = new Frame(screen);
        const printed: string[] = [];
        let shown: readonly string[] = [];
        for (const next of steps) {
          if ('draw' in next) {
            shown = next.draw;
            frame.draw(next.draw);
          } else {
            printed.push(...next.print);
            frame.print(next.print);
          }
          expect(screen.text).toEqual([...printed, ...shown]);
        }
        frame.close();
        expect(screen.text).toEqual(printed);
        expect(screen.cursorIsVisible).toBe(true);
      }),
    );
  });
});
