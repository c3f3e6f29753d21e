/** How a run shows itself: plain lines, a live frame below them, or one JSON object per line. */
import type { Event } from '../../core/events.ts';
import type { NodeId } from '../../core/ids.ts';
import { type NodeStatus, noCounts } from '../../core/status.ts';
import type { BeadRow } from '../../ports/journal.ts';
import { jsonText } from '../../view/json-text.ts';
import { progressLines } from '../../view/progress.ts';
import { type Console, print } from './console.ts';
import { Frame } from './frame.ts';
import type { RunLines } from './run-lines.ts';

export interface RunReporter extends Disposable {
  opened(rows: Iterable<BeadRow>): void;
  committed(rows: readonly BeadRow[], events: readonly Event[]): void;
  /** A sentence about the run as a whole. */
  say(text: string): void;
}

export class PlainReporter implements RunReporter {
  readonly #console: Console;
  readonly #lines: RunLines;

  constructor(console: Console, lines: RunLines) {
    this.#console = console;
    this.#lines = lines;
  }

  opened(rows: Iterable<BeadRow>): void {
    this.#lines.opened(rows);
  }

  committed(_rows: readonly BeadRow[], events: readonly Event[]): void {
    print(this.#console.stdout, linesOf(this.#lines, events));
  }

  say(text: string): void {
    print(this.#console.stdout, [text]);
  }

  [Symbol.dispose](): void {}
}

/** Every event of the run as it is in the journal, one per line. */
export class JsonReporter implements RunReporter {
  readonly #console: Console;

  constructor(console: Console) {
    this.#console = console;
  }

  opened(): void {}

  committed(_rows: readonly BeadRow[], events: readonly Event[]): void {
    print(
      this.#console.stdout,
      events.map((event) => jsonText(inOneLine(event), 0).trimEnd()),
    );
  }

  say(text: string): void {
    print(this.#console.stderr, [text]);
  }

  [Symbol.dispose](): void {}
}

/** The graph is in `status --json`; here it would be one very long line. */
function inOneLine(event: Event): object {
  switch (event.type) {
    case 'nodes-added':
      return { ...event, nodes: event.nodes.length };
    case 'beads-added': {
      const { nodes: _, ...rest } = event;
      return {
        ...rest,
        beads: event.beads.slice(0, MOST_IDS).map(({ id }) => id),
        count: event.beads.length,
      };
    }
    case 'step-succeeded':
    case 'approval-requested': {
      const { proposal, ...rest } = event;
      return proposal === undefined ? event : { ...rest, proposed: proposal.beads.length };
    }
    default:
      return event;
  }
}

/** How many beads an event names that adds some. */
const MOST_IDS = 100;

const FRAMES_EVERY_MS = 80;

export interface LiveSources {
  now(): number;
  /** The last line an attempt has printed so far. */
  lastLine(bead: NodeId, attempt: number): string | undefined;
}

export class LiveReporter implements RunReporter {
  readonly #console: Console;
  readonly #lines: RunLines;
  readonly #sources: LiveSources;
  readonly #frame: Frame;
  readonly #rows = new Map<NodeId, BeadRow>();
  /** Start of the attempt that is running; a row's own date is that of the bead's first attempt. */
  readonly #startedAt = new Map<NodeId, number>();
  readonly #counts: Record<NodeStatus, number> = noCounts();
  readonly #running = new Set<NodeId>();
  readonly #begunAt: number;
  readonly #timer: NodeJS.Timeout;

  constructor(console: Console, lines: RunLines, sources: LiveSources) {
    this.#console = console;
    this.#lines = lines;
    this.#sources = sources;
    this.#frame = new Frame(console.stdout);
    this.#begunAt = sources.now();
    this.#timer = setInterval(() => this.#draw(), FRAMES_EVERY_MS);
  }

  opened(rows: Iterable<BeadRow>): void {
    this.#lines.opened(rows);
    for (const row of rows) this.#take(row);
  }

  committed(rows: readonly BeadRow[], events: readonly Event[]): void {
    for (const row of rows) this.#take(row);
    for (const event of events)
      if (event.type === 'attempt-started') this.#startedAt.set(event.node, event.at);
    this.#frame.print(linesOf(this.#lines, events));
  }

  say(text: string): void {
    this.#frame.print([text]);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#frame.close();
  }

  #take(row: BeadRow): void {
    const before = this.#rows.get(row.id);
    if (before !== undefined) this.#counts[before.status] -= 1;
    this.#counts[row.status] += 1;
    this.#rows.set(row.id, row);
    if (row.status === 'running') this.#running.add(row.id);
    else this.#running.delete(row.id);
  }

  #draw(): void {
    const { columns, rows, glyphs, paint } = this.#console;
    const running = [...this.#running].flatMap((id) => {
      const row = this.#rows.get(id);
      if (row === undefined) return [];
      const startedAt = this.#startedAt.get(id) ?? row.startedAt ?? this.#begunAt;
      return [{ id, startedAt, attempt: row.attempts, lastLine: this.#sources.lastLine(id, row.attempts) }];
    });
    const progress = { running, counts: this.#counts, startedAt: this.#begunAt, now: this.#sources.now() };
    this.#frame.draw(
      progressLines(progress, { columns, rows: Math.max(2, Math.min(12, rows - 2)), glyphs, paint }),
    );
  }
}

function linesOf(lines: RunLines, events: readonly Event[]): string[] {
  return events.flatMap((event) => lines.line(event) ?? []);
}
