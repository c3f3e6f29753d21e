/** A graph as boxes joined by lines, level under level. */
import { neutralise } from '../diagnostic/neutralise.ts';
import { type Channel, routeChannel, type Source, type Target } from './channel.ts';
import type { GraphNode, GraphView } from './graph-view.ts';
import { type Layout, layoutGraph } from './layout.ts';
import { DOWN, LEFT, RIGHT, TextGrid, UP } from './text-grid.ts';
import { clipText, padText, textWidth } from './text-width.ts';
import type { Glyphs, Paint, Role } from './theme.ts';

export interface Picture {
  readonly lines: string[];
  /** Columns of its widest line. */
  readonly width: number;
}

const GAP = 3;
const BOX_HEIGHT = 3;
const SYNC_LABEL = ' sync';

/** What stands in a layer: a box, or a line that passes (`box` undefined) and is one column wide. */
interface Standing {
  readonly item: number;
  readonly left: number;
  readonly right: number;
  readonly box: { readonly node: GraphNode; readonly text: string } | undefined;
}

interface Theme {
  readonly glyphs: Glyphs;
  readonly paint: Paint;
}

/** Draws a graph; undefined when it has too many edges to be drawn readably. */
export function drawBoxes(graph: GraphView, labelColumns: number, theme: Theme): Picture | undefined {
  // Boxes are as narrow as their labels first, then as wide as lines that enter one each by itself need.
  return drawWith(graph, labelColumns, theme, false) ?? drawWith(graph, labelColumns, theme, true);
}

function drawWith(
  graph: GraphView,
  labelColumns: number,
  { glyphs, paint }: Theme,
  wide: boolean,
): Picture | undefined {
  const edges = graph.edges.filter(({ closesCycle }) => !closesCycle);
  const entering = new Map<string, number>();
  for (const { to } of edges) entering.set(to, (entering.get(to) ?? 0) + 1);
  const boxes = graph.nodes.map((node) => {
    const mark = node.status === undefined ? '' : `${glyphs.marks[node.status]} `;
    const label = mark + clipText(neutralise(node.id), labelColumns, glyphs.ellipsis);
    const columns = Math.max(textWidth(label), wide ? 2 * (entering.get(node.id) ?? 0) : 0);
    // An odd width gives every box a middle column.
    return { node, text: padText(label, columns % 2 === 0 ? columns + 1 : columns) };
  });
  const sized = boxes.map(({ node, text }) => ({ id: node.id, width: textWidth(text) + 4 }));
  const layout = layoutGraph(sized, edges, { gap: GAP, bendWidth: 1 });
  if (!layout.complete) return undefined;

  const grid = new TextGrid(glyphs.lines);
  const roleOf = (standing: Standing): Role => standing.box?.node.status ?? 'plain';
  /** Rows of sync points, each with the columns in which lines pass. */
  const rules: { readonly row: number; readonly passing: ReadonlySet<number> }[] = [];

  let upper: readonly Standing[] = [];
  let row = 0;
  for (const [level, layer] of layout.layers.entries()) {
    let lower = standingsOf(layout, layer, boxes);
    if (level > 0) {
      const channel = channelBetween(layout, upper, lower);
      if (channel === undefined) return undefined;
      lower = lower.map((standing) => moved(standing, channel.entries.get(standing.item)?.[0]));
      const leaving = channel.nets.flatMap(({ sources }) => sources);
      for (const column of leaving) grid.open(row - 1, column, DOWN, 'plain');
      if (graph.sync === 'level') rules.push({ row: row++, passing: new Set(leaving) });
      drawChannel(grid, row, channel);
      row += channel.rows;
      for (const standing of lower) {
        for (const column of channel.entries.get(standing.item) ?? []) {
          if (standing.box === undefined) grid.pass(row, column, UP | DOWN, 'dim');
          else grid.write(row, column, glyphs.arrow, 'dim');
        }
      }
      row += 1;
    }
    for (const standing of lower) drawStanding(grid, row, standing, roleOf(standing));
    row += BOX_HEIGHT;
    upper = lower;
  }
  const { width } = grid;
  for (const { row: at, passing } of rules) drawRule(grid, at, width, passing, glyphs);
  return { lines: grid.render(paint), width: grid.width };
}

/** Rounds a layer to whole columns, keeping one column free between any two. */
function standingsOf(
  layout: Layout,
  layer: readonly number[],
  boxes: readonly { readonly node: GraphNode; readonly text: string }[],
): Standing[] {
  let next = 0;
  return layer.map((item) => {
    const { centre = 0, width = 1 } = layout.items[item] ?? {};
    const left = Math.max(next, Math.round(centre - width / 2));
    const right = left + width - 1;
    next = right + 2;
    return { item, left, right, box: boxes[item] };
  });
}

const middle = ({ left, right }: Standing): number => Math.floor((left + right) / 2);

function channelBetween(
  layout: Layout,
  upper: readonly Standing[],
  lower: readonly Standing[],
): Channel | undefined {
  const sources = upper.map((standing): Source => ({ item: standing.item, column: middle(standing) }));
  const targets = lower.map((standing, at): Target => {
    const { item, left, right, box } = standing;
    if (box !== undefined) return { item, column: middle(standing), first: left + 1, last: right - 1 };
    // A passing line may move as long as one column stays free on both sides, on either side's half of the gap.
    const before = lower[at - 1];
    const after = lower[at + 1];
    const room = (distance: number): number => Math.max(0, Math.floor((distance - 2) / 2));
    const first = Math.max(0, left - (before === undefined ? GAP : room(left - before.right)));
    const last = right + (after === undefined ? GAP : room(after.left - right));
    return { item, column: left, first, last };
  });
  const above = new Set(upper.map(({ item }) => item));
  return routeChannel(
    sources,
    targets,
    layout.segments.filter(({ from }) => above.has(from)),
  );
}

/** A passing line goes on in the column it was entered in. */
function moved(standing: Standing, column: number | undefined): Standing {
  if (standing.box !== undefined || column === undefined) return standing;
  return { ...standing, left: column, right: column };
}

function drawStanding(grid: TextGrid, row: number, { left, right, box }: Standing, role: Role): void {
  if (box === undefined) {
    for (let at = row; at < row + BOX_HEIGHT; at++) grid.pass(at, left, UP | DOWN, 'dim');
    return;
  }
  for (let column = left + 1; column < right; column++) {
    grid.open(row, column, LEFT | RIGHT, role);
    grid.open(row + 2, column, LEFT | RIGHT, role);
  }
  grid.open(row, left, RIGHT | DOWN, role);
  grid.open(row, right, LEFT | DOWN, role);
  grid.open(row + 1, left, UP | DOWN, role);
  grid.open(row + 1, right, UP | DOWN, role);
  grid.open(row + 2, left, UP | RIGHT, role);
  grid.open(row + 2, right, UP | LEFT, role);
  grid.write(row + 1, left + 1, ` ${box.text} `, role);
}

function drawChannel(grid: TextGrid, top: number, { nets, rows }: Channel): void {
  for (const { sources, targets, row } of nets) {
    if (row === undefined) continue;
    const columns = [...sources, ...targets];
    const [first, last] = [Math.min(...columns), Math.max(...columns)];
    for (let column = first; column <= last; column++) {
      grid.open(top + row, column, (column > first ? LEFT : 0) | (column < last ? RIGHT : 0), 'dim');
    }
  }
  /** A vertical through the rows from `start` to before `end`, over the buses of others. */
  function vertical(column: number, start: number, end: number): void {
    for (let row = start; row < end; row++) grid.pass(top + row, column, UP | DOWN, 'dim');
  }
  for (const { sources, targets, row } of nets) {
    for (const column of sources) vertical(column, 0, row ?? rows);
    if (row === undefined) continue;
    for (const column of sources) grid.open(top + row, column, UP, 'dim');
    for (const column of targets) {
      grid.open(top + row, column, DOWN, 'dim');
      vertical(column, row + 1, rows);
    }
  }
}

function drawRule(
  grid: TextGrid,
  row: number,
  width: number,
  passing: ReadonlySet<number>,
  glyphs: Glyphs,
): void {
  for (let column = 0; column < width; column++) {
    if (passing.has(column)) grid.pass(row, column, UP | DOWN, 'dim');
    else grid.write(row, column, glyphs.rule, 'dim');
  }
  grid.write(row, width, SYNC_LABEL, 'dim');
}
