/** What is worth a line when it happens in a run; one event gives at most one line. */
import type { Event } from '../../core/events.ts';
import type { NodeId } from '../../core/ids.ts';
import { neutralise } from '../../diagnostic/neutralise.ts';
import type { BeadRow } from '../../ports/journal.ts';
import { formatDuration } from '../../view/duration.ts';
import type { Role } from '../../view/theme.ts';
import type { Console } from './console.ts';

export class RunLines {
  readonly #console: Console;
  readonly #startedAt = new Map<NodeId, number>();
  /** The folder a failed attempt's log is in, relative to where the user stands. */
  readonly #logOf: (bead: NodeId, attempt: number) => string;

  constructor(console: Console, logOf: (bead: NodeId, attempt: number) => string) {
    this.#console = console;
    this.#logOf = logOf;
  }

  /** Attempts of an earlier driver may still be working: their durations count from their start. */
  opened(rows: readonly BeadRow[]): void {
    for (const { id, status, startedAt } of rows)
      if (status === 'running' && startedAt !== undefined) this.#startedAt.set(id, startedAt);
  }

  line(event: Event): string | undefined {
    const { marks } = this.#console.glyphs;
    switch (event.type) {
      case 'attempt-started':
        this.#startedAt.set(event.node, event.at);
        return this.#line(
          'running',
          marks.running,
          event.node,
          event.attempt > 1 ? `attempt ${event.attempt}` : 'started',
        );
      case 'bead-done':
        return this.#line('done', marks.done, event.node, `done in ${this.#took(event.node, event.at)}`);
      case 'bead-credited':
        return this.#line(
          'done',
          marks.done,
          event.node,
          event.how === 'declared' ? 'declared done by its file' : `done before (${event.run ?? ''})`,
        );
      case 'attempt-failed': {
        const again =
          event.retryAfterMs === undefined ? '' : `; next attempt in ${formatDuration(event.retryAfterMs)}`;
        const text = `attempt ${event.attempt} failed: ${event.failure.message}${again}`;
        return this.#line('failed', marks.failed, event.node, text) + this.#whereToLook(event);
      }
      case 'stop-requested':
        return this.#line('problem', marks.paused, event.node, 'past its time limit, being stopped');
      case 'attempt-cancelled':
        return this.#line('cancelled', marks.cancelled, event.node, 'stopped; nothing is spent');
      case 'bead-skipped':
        return this.#line(
          'skipped',
          marks.skipped,
          event.node,
          `skipped because ${event.because} did not succeed`,
        );
      default:
        return undefined;
    }
  }

  /** Only logs that something was written to. */
  #whereToLook({ node, attempt, failure }: Extract<Event, { type: 'attempt-failed' }>): string {
    if (failure.code === 'check-failed') return `\n    see gastown logs ${neutralise(node)} --checks`;
    const hasLog = failure.code === 'exit' || failure.code === 'signal' || failure.code === 'timeout';
    return hasLog ? `\n    see ${this.#logOf(node, attempt)}` : '';
  }

  #line(role: Role, mark: string, bead: NodeId, text: string): string {
    return `${this.#console.paint(role, mark)} ${neutralise(bead)}  ${this.#console.paint('dim', neutralise(text))}`;
  }

  #took(bead: NodeId, at: number): string {
    return formatDuration(at - (this.#startedAt.get(bead) ?? at));
  }
}
