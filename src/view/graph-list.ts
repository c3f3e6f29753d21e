/** A graph as a list by levels, for graphs too large or too wide for a picture. */
import { neutralise } from '../diagnostic/neutralise.ts';
import type { GraphNode, GraphView } from './graph-view.ts';
import { clipText, padText, textWidth } from './text-width.ts';
import type { Glyphs, Paint } from './theme.ts';

const WIDEST_ID = 40;

/** One line per bead, with what it requires; a sync point is a rule between two levels. */
export function listLevels(
  graph: GraphView,
  columns: number,
  { glyphs, paint }: { readonly glyphs: Glyphs; readonly paint: Paint },
): string[] {
  const levels = new Map<number, GraphNode[]>();
  for (const node of graph.nodes) collect(levels, node.level, node);
  const requires = new Map<string, string[]>();
  for (const { from, to } of graph.edges) collect(requires, to, neutralise(from));
  const widest = graph.nodes.reduce((most, { id }) => Math.max(most, textWidth(neutralise(id))), 0);
  const idColumns = Math.min(WIDEST_ID, widest);

  function beadLine(node: GraphNode): string {
    const mark = node.status === undefined ? '' : `${glyphs.marks[node.status]} `;
    const needs = requires.get(node.id) ?? [];
    const lead = `  ${mark}`;
    const id = clipText(neutralise(node.id), Math.min(idColumns, columns - textWidth(lead)), glyphs.ellipsis);
    const own = paint(node.status ?? 'plain', lead + id);
    if (needs.length === 0) return own;
    const fill = padText('', idColumns - textWidth(id) + 2);
    const room = columns - textWidth(lead) - idColumns - 2;
    const tail = clipText(`${glyphs.requires} ${needs.join(', ')}`, room, glyphs.ellipsis);
    return tail === '' ? own : own + fill + paint('dim', tail);
  }

  const numbers = [...levels.keys()].toSorted((a, b) => a - b);
  return numbers.flatMap((level) => {
    const rule = graph.sync === 'level' && level !== numbers.at(0);
    const bar = glyphs.rule.repeat(2);
    return [
      ...(rule ? [paint('dim', `${bar} sync ${bar}`)] : []),
      paint('heading', `Level ${level}`),
      ...(levels.get(level) ?? []).map(beadLine),
    ];
  });
}

function collect<Key, Value>(groups: Map<Key, Value[]>, key: Key, value: Value): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
}
