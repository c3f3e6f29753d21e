/**
 * What a command may print to. Whoever prints text from outside neutralises it first; colour is decided here, once:
 * a terminal, no `NO_COLOR`, not `TERM=dumb`.
 */

import type { NodeStatus } from '../../core/status.ts';
import {
  asciiGlyphs,
  type Glyphs,
  type Paint,
  plainPaint,
  type Role,
  unicodeGlyphs,
} from '../../view/theme.ts';

export interface OutputStream {
  /** `done` is called when the system has taken the data. */
  write(data: string | Uint8Array, done?: () => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export interface Console {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Live, redrawn output is welcome. */
  readonly isInteractive: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly glyphs: Glyphs;
  /** For standard output. */
  readonly paint: Paint;
  /** For standard error. */
  readonly paintProblem: Paint;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function makeConsole(
  stdout: OutputStream,
  stderr: OutputStream,
  env: Environment,
  cwd: string,
): Console {
  const speaksUnicode = /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'utf-8');
  return {
    stdout,
    stderr,
    isInteractive: stdout.isTTY === true && env['TERM'] !== 'dumb' && !env['CI'],
    // Asked anew every time: windows change their size.
    get columns() {
      return stdout.columns ?? 100;
    },
    get rows() {
      return stdout.rows ?? 24;
    },
    glyphs: speaksUnicode ? unicodeGlyphs : asciiGlyphs,
    paint: mayColour(stdout, env) ? paintAnsi : plainPaint,
    paintProblem: mayColour(stderr, env) ? paintAnsi : plainPaint,
    cwd,
    env,
  };
}

/** https://no-color.org: set and not empty means no colour, whatever its value. */
function mayColour(stream: OutputStream, env: Environment): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

const colours: Readonly<Record<Role, string>> = {
  waiting: '2',
  ready: '36',
  running: '34',
  done: '32',
  failed: '31',
  skipped: '35',
  paused: '33',
  cancelled: '35',
  'needs-person': '1;35',
  'not-taken': '2',
  plain: '',
  dim: '2',
  heading: '1',
  problem: '33',
} satisfies Record<NodeStatus | 'plain' | 'dim' | 'heading' | 'problem', string>;

const paintAnsi: Paint = (role, text) => {
  const colour = colours[role];
  return colour === '' || text === '' ? text : `\u001b[${colour}m${text}\u001b[0m`;
};

/** Prints lines, each ended. */
export function print(stream: OutputStream, lines: readonly string[]): void {
  if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
}
