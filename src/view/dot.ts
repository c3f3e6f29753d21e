/** A graph in Graphviz' language. */
import { unreachable } from '../core/invariant.ts';
import { neutralise } from '../diagnostic/neutralise.ts';
import type { GraphEdge, GraphNode, GraphView } from './graph-view.ts';
import { withoutSyncPoints } from './graph-view.ts';
import type { DocumentOptions } from './mermaid.ts';
import { cycleColour, statusColours } from './status-colours.ts';

/** Writes the graph; ends with a line end. */
export function dot(graph: GraphView, { syncPoints = false }: DocumentOptions = {}): string {
  const { nodes, edges } = syncPoints ? graph : withoutSyncPoints(graph);
  const keys = new Map(nodes.map(({ id }, position) => [id, `n${position}`]));
  const key = (id: string): string => keys.get(id) ?? 'missing';
  const lines = [
    `digraph ${quoted(graph.name)} {`,
    '  rankdir=TB;',
    '  node [shape=box, style="rounded,filled", fillcolor="#ffffff", color="#6b7280", fontname="sans-serif"];',
    '  edge [color="#6b7280"];',
    ...nodes.map((node) => `  ${key(node.id)} [${attributes(nodeAttributes(node))}];`),
    ...edges.map((edge) => `  ${key(edge.from)} -> ${key(edge.to)}${edgeSuffix(edge)};`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function nodeAttributes({ id, label, kind, status }: GraphNode): Record<string, string> {
  const colours = status === undefined ? undefined : statusColours[status];
  return {
    label: kind === 'sync' || id === label ? escaped(label) : `${escaped(id)}\\n${escaped(label)}`,
    ...(kind === 'sync' && { shape: 'hexagon' }),
    ...(colours && { fillcolor: colours.fill, color: colours.line }),
    ...(status && { tooltip: status }),
  };
}

function edgeSuffix({ on, closesCycle }: GraphEdge): string {
  if (closesCycle)
    return ` [${attributes({ color: cycleColour, style: 'dashed', label: 'cycle', constraint: 'false' })}]`;
  switch (on) {
    case 'succeeded':
      return '';
    case 'settled':
      return ` [${attributes({ style: 'dashed' })}]`;
    case 'failed':
      return ` [${attributes({ style: 'dashed', label: 'failed' })}]`;
    case 'worked':
      return ` [${attributes({ style: 'dotted' })}]`;
    default:
      return unreachable(on);
  }
}

const attributes = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ');

const quoted = (text: string): string => `"${escaped(text)}"`;

/** Quotes end a string, a backslash begins an escape of labels, and labels know HTML's character references. */
function escaped(text: string): string {
  return neutralise(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;');
}
