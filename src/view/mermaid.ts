/** A graph as a Mermaid flowchart, as GitHub and GitLab draw it in Markdown. */

import { unreachable } from '../core/invariant.ts';
import type { NodeStatus } from '../core/status.ts';
import { neutralise } from '../diagnostic/neutralise.ts';
import type { GraphEdge, GraphNode, GraphView } from './graph-view.ts';
import { withoutSyncPoints } from './graph-view.ts';
import { cycleColour, statusColours } from './status-colours.ts';

export interface DocumentOptions {
  /** Draw a convoy's sync points as nodes; off, a convoy is drawn by its requirements alone. */
  readonly syncPoints?: boolean;
}

/** Writes the flowchart; ends with a line end. */
export function mermaid(graph: GraphView, { syncPoints = false }: DocumentOptions = {}): string {
  const { nodes, edges } = syncPoints ? graph : withoutSyncPoints(graph);
  const keys = new Map(nodes.map(({ id }, position) => [id, `n${position}`]));
  const key = (id: string): string => keys.get(id) ?? 'missing';
  const statuses = new Set(nodes.flatMap(({ status }) => (status === undefined ? [] : [status])));
  const closing = edges.flatMap(({ closesCycle }, number) => (closesCycle ? [number] : []));
  const lines = [
    'flowchart TD',
    ...nodes.map(
      (node) =>
        `  ${key(node.id)}${shape(node)}${node.status === undefined ? '' : `:::${className(node.status)}`}`,
    ),
    ...edges.map((edge) => `  ${key(edge.from)} ${arrow(edge)} ${key(edge.to)}`),
    ...[...statuses].toSorted().map(classLine),
    ...(closing.length === 0 ? [] : [`  linkStyle ${closing.join(',')} stroke:${cycleColour}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function shape({ id, label, kind }: GraphNode): string {
  switch (kind) {
    case 'bead':
      return `["${id === label ? escapeLabel(id) : `${escapeLabel(id)}<br/>${escapeLabel(label)}`}"]`;
    case 'sync':
      return `{{"${escapeLabel(label)}"}}`;
    default:
      return unreachable(kind);
  }
}

function arrow({ on, closesCycle }: GraphEdge): string {
  if (closesCycle) return '-. cycle .->';
  switch (on) {
    case 'succeeded':
      return '-->';
    case 'settled':
      return '-.->';
    case 'failed':
      return '-. failed .->';
    case 'worked':
      return '-. added .->';
    default:
      return unreachable(on);
  }
}

/** A name of letters alone: what else Mermaid takes for one differs from version to version. */
const className = (status: NodeStatus): string => status.replaceAll('-', '');

function classLine(status: NodeStatus): string {
  const { fill, line } = statusColours[status];
  return `  classDef ${className(status)} fill:${fill},stroke:${line},color:#111827`;
}

/**
 * Everything but letters, digits and harmless marks becomes a character code: quotes would end the label, and Mermaid
 * reads `#`, `:`, `;`, `%`, backquotes and HTML inside one.
 */
function escapeLabel(text: string): string {
  return neutralise(text).replace(
    /[^\p{L}\p{M}\p{N} _.,/-]/gu,
    (character) => `#${character.codePointAt(0)};`,
  );
}
