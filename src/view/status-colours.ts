/** Colours of statuses in drawings for documents and browsers; dark text on them is readable. */
import type { NodeStatus } from '../core/status.ts';

export interface StatusColour {
  readonly fill: string;
  readonly line: string;
}

export const statusColours: Readonly<Record<NodeStatus, StatusColour>> = {
  waiting: { fill: '#f3f4f6', line: '#9ca3af' },
  ready: { fill: '#e0f2fe', line: '#0284c7' },
  running: { fill: '#fef3c7', line: '#d97706' },
  done: { fill: '#dcfce7', line: '#16a34a' },
  failed: { fill: '#fee2e2', line: '#dc2626' },
  skipped: { fill: '#f3f4f6', line: '#6b7280' },
  paused: { fill: '#ede9fe', line: '#7c3aed' },
  cancelled: { fill: '#e5e7eb', line: '#4b5563' },
  'needs-person': { fill: '#fae8ff', line: '#c026d3' },
  'not-taken': { fill: '#f3f4f6', line: '#9ca3af' },
};

/** The colour of edges that close a cycle. */
export const cycleColour = '#dc2626';
