/** How views look: which glyphs they draw with and what gets which colour. Colours themselves are the terminal's business. */
import type { NodeStatus } from '../core/status.ts';

/** What a piece of a view is, for colouring. */
export type Role = NodeStatus | 'plain' | 'dim' | 'heading' | 'problem';

/** Adds colour to a piece of text that is already safe and measured; must not change its visible width. */
export type Paint = (role: Role, text: string) => string;

/** No colour. */
export const plainPaint: Paint = (_role, text) => text;

/** Everything that is drawn with; two sets exist so that a terminal without Unicode gets a readable picture too. */
export interface Glyphs {
  readonly marks: Readonly<Record<NodeStatus, string>>;
  /** One character for each set of open sides: up 1, right 2, down 4, left 8. */
  readonly lines: string;
  readonly arrow: string;
  readonly rule: string;
  readonly ellipsis: string;
  readonly spinner: readonly string[];
  readonly barFull: string;
  readonly barEmpty: string;
  readonly barLeft: string;
  readonly barRight: string;
  /** Between a bead and what it requires, in lists. */
  readonly requires: string;
  /** Between the beads of a cycle. */
  readonly leadsTo: string;
}

export const unicodeGlyphs: Glyphs = {
  marks: {
    waiting: '·',
    ready: '○',
    running: '●',
    done: '✓',
    failed: '✗',
    skipped: '⤼',
    paused: '‖',
    cancelled: '⊘',
    'needs-person': '?',
    'not-taken': '↷',
  },
  lines: ' ╵╶└╷│┌├╴┘─┴┐┤┬┼',
  arrow: '▼',
  rule: '╌',
  ellipsis: '…',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  barFull: '█',
  barEmpty: '░',
  barLeft: '',
  barRight: '',
  requires: '←',
  leadsTo: '→',
};

export const asciiGlyphs: Glyphs = {
  marks: {
    waiting: '.',
    ready: 'o',
    running: '*',
    done: '+',
    failed: 'x',
    skipped: '-',
    paused: '=',
    cancelled: '/',
    'needs-person': '?',
    'not-taken': '~',
  },
  lines: ' |-+||++-+-+++++',
  arrow: 'v',
  rule: '~',
  ellipsis: '..',
  spinner: ['|', '/', '-', '\\'],
  barFull: '#',
  barEmpty: '.',
  barLeft: '[',
  barRight: ']',
  requires: '<-',
  leadsTo: '->',
};
