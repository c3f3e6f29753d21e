/** What is worth a line when it happens in a run; one event gives at most one line. */
import type { Event, StopReason } from '../../core/events.ts';
import type { NodeId } from '../../core/ids.ts';
import { neutralise } from '../../diagnostic/neutralise.ts';
import { nodeName } from '../../engine/sentences.ts';
import type { BeadRow } from '../../ports/journal.ts';
import { formatDuration } from '../../view/duration.ts';
import type { Role } from '../../view/theme.ts';
import type { Console } from './console.ts';

const STOPPING: Readonly<Record<StopReason, string>> = {
  timeout: 'past its time limit, being stopped',
  skip: 'left out, being stopped',
  withdrawn: 'not asked for any more, being stopped',
};

const WAITS_FOR_ADDED = 'its own work is done; waiting for the beads it added';

function leftOutText({ node, because, how }: Extract<Event, { type: 'bead-skipped' }>): string {
  if (how === 'person') return 'left out by a person';
  return because === node
    ? 'not taken: its condition does not hold'
    : `not taken: ${nodeName(because)} was not, or did not fail`;
}

const addedText = ({ nodes, by }: Extract<Event, { type: 'beads-added' }>): string =>
  `${by.type === 'person' ? `${by.name} added` : 'added'} ${nodes.length === 1 ? '1 bead' : `${nodes.length} beads`}`;

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
  opened(rows: Iterable<BeadRow>): void {
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
        // A template fails without an attempt.
        const what = event.attempt === 0 ? 'failed' : `attempt ${event.attempt} failed`;
        const text = `${what}: ${event.failure.message}${again}`;
        return this.#line('failed', marks.failed, event.node, text) + this.#whereToLook(event);
      }
      case 'stop-requested':
        return this.#line('problem', marks.paused, event.node, STOPPING[event.reason]);
      case 'attempt-cancelled':
        return this.#line('cancelled', marks.cancelled, event.node, 'stopped; nothing is spent');
      case 'bead-skipped':
        return event.how === undefined
          ? this.#line(
              'skipped',
              marks.skipped,
              event.node,
              `skipped because ${event.because} did not succeed`,
            )
          : this.#line('not-taken', marks['not-taken'], event.node, leftOutText(event));
      case 'condition-judged':
        if (event.verdict !== 'error') return undefined;
        return this.#line(
          'failed',
          marks.failed,
          event.node,
          event.message ?? 'its condition cannot be judged',
        );
      case 'approved':
        return this.#line('ready', marks.ready, event.node, `approved by ${event.by}`);
      case 'rejected':
        return this.#line('failed', marks.failed, event.node, `rejected by ${event.by}: ${event.reason}`);
      case 'answered':
        return this.#line('ready', marks.ready, event.node, `answered by ${event.by}`);
      case 'beads-added':
        return this.#line('plain', '+', event.parent, addedText(event));
      case 'bead-worked':
        return this.#line('waiting', marks.waiting, event.node, WAITS_FOR_ADDED);
      case 'run-paused':
        return event.reason.type === 'pause'
          ? this.#about(
              'paused',
              marks.paused,
              `${event.reason.by} paused the run; what runs is finished first`,
            )
          : undefined;
      case 'run-aborted':
        return event.by === undefined
          ? undefined
          : this.#about('cancelled', marks.cancelled, `${event.by} cancelled the run`);
      default:
        return undefined;
    }
  }

  /** Only logs that something was written to. */
  #whereToLook({ node, attempt, failure }: Extract<Event, { type: 'attempt-failed' }>): string {
    if (failure.code === 'check-failed')
      return `\n    see gastown logs ${neutralise(nodeName(node))} --checks`;
    const hasLog = failure.code === 'exit' || failure.code === 'signal' || failure.code === 'timeout';
    return hasLog ? `\n    see ${this.#logOf(node, attempt)}` : '';
  }

  #line(role: Role, mark: string, bead: NodeId, text: string): string {
    return this.#about(role, mark, text, `${neutralise(nodeName(bead))}  `);
  }

  #about(role: Role, mark: string, text: string, subject = ''): string {
    return `${this.#console.paint(role, mark)} ${subject}${this.#console.paint('dim', neutralise(text))}`;
  }

  #took(bead: NodeId, at: number): string {
    return formatDuration(at - (this.#startedAt.get(bead) ?? at));
  }
}
