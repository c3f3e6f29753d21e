/** A graph as text for a terminal: boxes joined by lines where they fit, else a list by levels. */
import { neutralise } from '../diagnostic/neutralise.ts';
import { drawBoxes } from './graph-boxes.ts';
import { listLevels } from './graph-list.ts';
import type { GraphView } from './graph-view.ts';
import { withoutSyncPoints } from './graph-view.ts';
import { type Glyphs, type Paint, plainPaint, unicodeGlyphs } from './theme.ts';

export interface GraphTextOptions {
  /** Width of the terminal. */
  readonly columns: number;
  readonly glyphs?: Glyphs;
  readonly paint?: Paint;
}

/** Beyond this a picture is no longer taken in at a glance. */
const MOST_BOXES = 60;
const LABEL_LIMITS = [32, 20];

/** Draws a graph in lines without line ends; cycles follow in a section of their own. */
export function graphText(graph: GraphView, options: GraphTextOptions): string[] {
  const { columns, glyphs = unicodeGlyphs, paint = plainPaint } = options;
  const beads = withoutSyncPoints(graph);
  const theme = { glyphs, paint };
  return [
    ...(drawn(beads, columns, theme) ?? listLevels(beads, columns, theme)),
    ...cycleLines(graph, theme),
  ];
}

function drawn(
  graph: GraphView,
  columns: number,
  theme: { glyphs: Glyphs; paint: Paint },
): string[] | undefined {
  if (graph.nodes.length > MOST_BOXES) return undefined;
  for (const labelColumns of LABEL_LIMITS) {
    const picture = drawBoxes(graph, labelColumns, theme);
    if (picture === undefined) return undefined;
    if (picture.width <= columns) return picture.lines;
  }
  return undefined;
}

function cycleLines(graph: GraphView, { glyphs, paint }: { glyphs: Glyphs; paint: Paint }): string[] {
  if (graph.cycles.length === 0) return [];
  const lines = graph.cycles.map((cycle) => {
    const path = [...cycle, ...cycle.slice(0, 1)].map(neutralise).join(` ${glyphs.leadsTo} `);
    return paint('problem', `Circular dependency detected: ${path}`);
  });
  return ['', ...lines];
}
