/** A graph as JSON, for programs. */
import type { GraphView } from './graph-view.ts';
import { jsonText } from './json-text.ts';

/** Everything the view knows, sync points included; ends with a line end. */
export function graphJson({ name, sync, nodes, edges, cycles }: GraphView): string {
  return jsonText({
    formula: name,
    sync,
    nodes: nodes.map(({ id, label, kind, level, status }) => ({ id, name: label, kind, level, status })),
    edges,
    cycles,
  });
}
