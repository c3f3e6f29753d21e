/** Reads a drawing back as a person would, following its lines: the tests' proof that a picture shows its graph. */
import { unicodeGlyphs } from './theme.ts';

type Direction = 'up' | 'right' | 'down' | 'left';

const STEP = { up: [-1, 0], right: [0, 1], down: [1, 0], left: [0, -1] } as const;
const BIT = { up: 1, right: 2, down: 4, left: 8 };
const OPPOSITE = { up: 'down', right: 'left', down: 'up', left: 'right' } as const;

interface Box {
  readonly id: string;
  readonly top: number;
  readonly left: number;
  readonly right: number;
}

/** The boxes of a drawing whose labels are single ASCII words, and the edges `from>to` one reads from its lines; sorted. */
export function readPicture(lines: readonly string[]): { boxes: string[]; edges: string[] } {
  const at = (row: number, column: number): string => lines[row]?.[column] ?? ' ';
  const sides = (row: number, column: number): number =>
    Math.max(0, unicodeGlyphs.lines.indexOf(at(row, column)));
  const boxes = lines.flatMap((line, row) =>
    [...line.matchAll(/│ ([a-z]\d*) +│/g)].map(
      (match): Box => ({
        id: match[1] ?? '',
        top: row - 1,
        left: match.index,
        right: match.index + match[0].length - 1,
      }),
    ),
  );
  const edges = new Set<string>();

  function follow(from: Box, row: number, column: number, moving: Direction): void {
    if (at(row, column) === unicodeGlyphs.arrow) {
      const to = boxes.find(({ top, left, right }) => top === row + 1 && left < column && column < right);
      if (to === undefined || moving !== 'down') throw new Error(`an arrow to nowhere at ${row}:${column}`);
      edges.add(`${from.id}>${to.id}`);
      return;
    }
    const open = sides(row, column);
    if ((open & BIT[OPPOSITE[moving]]) === 0) {
      // A vertical that passes over a horizontal line hides it for one column.
      if (at(row, column) !== '│' || moving === 'down') throw new Error(`a line ends at ${row}:${column}`);
      step(from, row, column, moving);
      return;
    }
    for (const next of ['right', 'down', 'left'] as const) {
      if (next !== OPPOSITE[moving] && (open & BIT[next]) !== 0) step(from, row, column, next);
    }
  }

  function step(from: Box, row: number, column: number, moving: Direction): void {
    const [down, right] = STEP[moving];
    follow(from, row + down, column + right, moving);
  }

  for (const box of boxes) {
    for (let column = box.left + 1; column < box.right; column++) {
      if (at(box.top + 2, column) === '┬') step(box, box.top + 2, column, 'down');
    }
  }
  return { boxes: boxes.map(({ id }) => id).toSorted(), edges: [...edges].toSorted() };
}
