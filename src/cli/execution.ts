/** What `run` and `resume` share: executing a loaded project and telling how it ended. */
import { relative } from 'node:path';
import { preflight, runLocally, userName } from '../compose.ts';
import type { Event } from '../core/events.ts';
import type { NodeId } from '../core/ids.ts';
import { unreachable } from '../core/invariant.ts';
import type { Plan } from '../core/plan.ts';
import { noCounts, type StatusCounts } from '../core/status.ts';
import { neutralise } from '../diagnostic/neutralise.ts';
import type { JoinedRun } from '../engine/join.ts';
import type { Opening, RunRequest } from '../engine/opening.ts';
import { pauseSentence } from '../engine/sentences.ts';
import type { SessionEnd, SessionHandle, SessionObserver } from '../engine/session.ts';
import type { Unmet } from '../engine/wish.ts';
import { systemClock } from '../os/clock.ts';
import { readLastLine } from '../os/files.ts';
import type { BeadRow, PersonNeeded, RunRow } from '../ports/journal.ts';
import type { ReadyProject } from '../project/open-project.ts';
import { attemptFolder, stateFolderOf } from '../project/state-folder.ts';
import { StatusFiles } from '../project/status-files.ts';
import { formatDuration } from '../view/duration.ts';
import { type Context, EXIT, type ExitCode } from './context.ts';
import { namedLimits } from './limits.ts';
import { openNotifications } from './notifications.ts';
import { print } from './terminal/console.ts';
import { PeopleLines, personLine } from './terminal/people-lines.ts';
import { RunLines } from './terminal/run-lines.ts';
import { JsonReporter, LiveReporter, PlainReporter, type RunReporter } from './terminal/run-reporter.ts';
import { unmetLines } from './unmet.ts';

export interface ExecutionFlags {
  readonly parallel?: number;
  readonly json: boolean;
  readonly writeStatus: boolean;
  readonly steal: boolean;
  readonly noWait: boolean;
}

export interface Execution {
  readonly project: ReadyProject;
  readonly select: RunRequest['select'];
  readonly rerun: boolean;
  /** How long selected beads wait for another terminal to ask for what they require. */
  readonly waitMs: number;
  readonly flags: ExecutionFlags;
}

/** Runs until what is asked for is settled or the run is paused, and sets the exit code. */
export async function execute(
  context: Context,
  { project, select, rerun, waitMs, flags }: Execution,
): Promise<void> {
  const { console } = context;
  const { settings, root, lanes } = project;
  const missing = preflight({ projectRoot: root, settings, env: console.env }, lanes);
  if (missing.length > 0) {
    print(console.stderr, [
      ...missing.map((sentence) => `error: ${neutralise(sentence)}`),
      '  = hint: nothing was run',
    ]);
    context.exit(EXIT.usage);
    return;
  }
  project.keep();
  const { plan } = project;
  const request: RunRequest = {
    plan,
    limits: {
      parallel: plan.formula.type === 'workflow' ? 1 : (flags.parallel ?? plan.formula.parallel),
      timeoutMs: plan.formula.timeoutMs,
      ...namedLimits(settings),
      ...(plan.formula.spawn === undefined ? {} : { spawn: plan.formula.spawn }),
    },
    select,
    rerun,
    waitMs,
    by: userName(console.env),
  };
  const show = new Show(context, root, plan, flags);
  await using notifications = openNotifications(console, root, (sentence) => show.say(sentence));
  const signals = new Signals(show);
  try {
    const end = await runLocally({
      projectRoot: root,
      settings,
      request,
      steal: flags.steal,
      leavesPeople: flags.noWait,
      observer: notifications?.beside(show) ?? show,
      say: (sentence) => show.say(sentence),
      env: console.env,
      onHandle: (handle) => signals.attach(handle),
    });
    notifications?.heed();
    signals[Symbol.dispose]();
    show[Symbol.dispose]();
    context.exit(tell(context, end, show, signals.wasInterrupted));
  } finally {
    show[Symbol.dispose]();
    signals[Symbol.dispose]();
  }
}

/** Follows a session: keeps count, and the bead files and the terminal up to date. */
class Show implements SessionObserver {
  /** Beads that have failed, and how many there are of each status. */
  readonly failed = new Map<NodeId, BeadRow>();
  counts: StatusCounts = noCounts();
  readonly startedAt = systemClock.now();
  run = '';
  readonly isJson: boolean;
  /** What waits for a person now. */
  people: readonly PersonNeeded[] = [];
  /** Beads that were done since this command began. */
  doneHere = 0;
  readonly #context: Context;
  readonly #plan: Plan;
  readonly #flags: ExecutionFlags;
  readonly #stateFolder: string;
  readonly #reporter: RunReporter;
  readonly #files: StatusFiles;
  readonly #people: PeopleLines;
  #isOver = false;

  constructor(context: Context, root: string, plan: Plan, flags: ExecutionFlags) {
    this.#context = context;
    this.isJson = flags.json;
    this.#plan = plan;
    this.#flags = flags;
    this.#stateFolder = stateFolderOf(root);
    const { console } = context;
    const lines = new RunLines(console, (bead, attempt) => relative(console.cwd, this.#logOf(bead, attempt)));
    this.#reporter = flags.json
      ? new JsonReporter(console)
      : console.isInteractive
        ? new LiveReporter(console, lines, {
            now: systemClock.now,
            lastLine: (bead, attempt) => readLastLine(this.#logOf(bead, attempt)),
          })
        : new PlainReporter(console, lines);
    this.#people = new PeopleLines(console);
    this.#files = new StatusFiles({
      root,
      formulaFile: plan.formula.file,
      plan,
      writeAlways: flags.writeStatus,
      onProblem: (sentence) => this.say(sentence),
    });
  }

  opened(opening: Opening, rows: Iterable<BeadRow>): void {
    const { header, isNew, credited } = opening;
    this.run = header.run;
    const running = this.#begin(rows);
    this.#files.update(rows);
    const name = neutralise(this.#plan.formula.name);
    const begun = isNew ? `run ${header.run} of "${name}"` : `going on with run ${header.run} of "${name}"`;
    const done = isNew ? credited : this.counts.done;
    const size = this.#plan.beads.length === 1 ? '1 bead' : `${this.#plan.beads.length} beads`;
    this.say(`${begun}: ${size}${done > 0 ? `, ${done} done before` : ''}`);
    for (const { id, attempts } of running)
      this.say(`following attempt ${attempts} of ${neutralise(id)}, begun by an earlier gastown`);
  }

  joined({ header, lease, parallel }: JoinedRun, rows: Iterable<BeadRow>): void {
    this.run = header.run;
    this.#begin(rows);
    const name = neutralise(this.#plan.formula.name);
    this.say(`joining run ${header.run} of "${name}", which process ${lease.holder.pid} drives`);
    const { parallel: wanted } = this.#flags;
    if (wanted !== undefined && wanted !== parallel)
      this.say(`--parallel is ignored: the run has ${parallel} in work at once`);
  }

  waits(unmet: Unmet, waitMs: number): void {
    const missing = [...new Set([...unmet.values()].flat())].map(neutralise).join(', ');
    this.say(
      `waits up to ${formatDuration(waitMs)} for another terminal to ask for ${missing}; --with-deps runs it, too`,
    );
  }

  committed(...[run, changed, events]: Parameters<SessionObserver['committed']>): void {
    this.followed(run, changed, events);
    this.#files.update(changed);
  }

  followed(run: RunRow, changed: readonly BeadRow[], events: readonly Event[]): void {
    this.#note(changed);
    this.counts = run.counts;
    for (const event of events) if (event.type === 'bead-done') this.doneHere += 1;
    this.people = run.people ?? [];
    this.#reporter.committed(changed, events);
    for (const line of this.#people.begun(run)) this.#reporter.say(line);
  }

  /** Gives those that are in work already. Rows are made as they are gone through: once is enough. */
  #begin(rows: Iterable<BeadRow>): readonly BeadRow[] {
    const counts = noCounts();
    const running: BeadRow[] = [];
    for (const row of rows) {
      counts[row.status] += 1;
      if (row.status === 'failed') this.failed.set(row.id, row);
      if (row.status === 'running') running.push(row);
    }
    this.counts = counts;
    this.#reporter.opened(rows);
    return running;
  }

  #note(rows: Iterable<BeadRow>): void {
    for (const row of rows)
      if (row.status === 'failed') this.failed.set(row.id, row);
      else this.failed.delete(row.id);
  }

  swept(leftovers: readonly { readonly node: NodeId; readonly processes: number }[]): void {
    for (const { node, processes } of leftovers)
      this.say(
        `bead ${neutralise(node)} left ${processes} process${processes === 1 ? '' : 'es'} behind, which were ended`,
      );
  }

  say(sentence: string): void {
    this.#reporter.say(this.#context.console.paint('dim', neutralise(sentence)));
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reporter[Symbol.dispose]();
  }

  #logOf(bead: NodeId, attempt: number): string {
    return `${attemptFolder(this.#stateFolder, this.run, bead, attempt)}/log`;
  }
}

/** The first signal stops politely, the second at once. */
class Signals implements Disposable {
  wasInterrupted = false;
  readonly #show: Show;
  readonly #names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  #handle: (SessionHandle & { killNow(): void }) | undefined;

  constructor(show: Show) {
    this.#show = show;
  }

  attach(handle: SessionHandle & { killNow(): void }): void {
    this.#handle = handle;
    for (const name of this.#names) process.on(name, this.#onSignal);
  }

  readonly #onSignal = (name: NodeJS.Signals): void => {
    if (this.wasInterrupted) {
      this.#handle?.killNow();
      return;
    }
    this.wasInterrupted = true;
    this.#show.say(`${name === 'SIGINT' ? 'Ctrl-C' : name}: stopping politely; once more to stop at once`);
    this.#handle?.interrupt(name === 'SIGINT' ? 'Ctrl-C' : name);
  };

  [Symbol.dispose](): void {
    for (const name of this.#names) process.off(name, this.#onSignal);
  }
}

function tell(context: Context, end: SessionEnd, show: Show, wasInterrupted: boolean): ExitCode {
  const { stderr, stdout } = context.console;
  switch (end.type) {
    case 'ended':
      return tellEnd(context, end, show, wasInterrupted);
    case 'interrupted':
      print(show.isJson ? stderr : stdout, ['gone; what others asked for goes on without this terminal']);
      return EXIT.interrupted;
    case 'nothing-to-do':
      print(show.isJson ? stderr : stdout, [
        `${context.console.paint('done', context.console.glyphs.marks.done)} everything asked for is done (run ${end.run.run}); --rerun runs it again`,
      ]);
      return EXIT.done;
    case 'cut-off':
      print(stderr, [`error: ${neutralise(end.problem.message)}`]);
      return EXIT.paused;
    case 'unmet':
      print(stderr, unmetLines(end.requirements));
      return EXIT.usage;
    case 'rerun-of-live':
      print(stderr, [
        `error: another gastown (process ${end.lease.holder.pid}) is running this project, and --rerun begins anew`,
        '  = hint: gastown stop stops it; without --rerun, this terminal joins it',
      ]);
      return EXIT.usage;
    case 'refused':
      print(stderr, [
        `error: this cannot join what another gastown (process ${end.lease.holder.pid}) is running: ${neutralise(end.why)}`,
        '  = hint: gastown status shows how far it is; gastown stop stops it',
      ]);
      return EXIT.usage;
    case 'held-elsewhere': {
      const { pid, host } = end.lease.holder;
      print(stderr, [
        `error: a gastown on ${neutralise(host)} (process ${pid}) holds this project, and cannot be judged from here`,
        '  = hint: if you know that it is dead: --steal',
      ]);
      return EXIT.usage;
    }
    default:
      return unreachable(end);
  }
}

function tellEnd(
  context: Context,
  { phase, standing }: Extract<SessionEnd, { type: 'ended' }>,
  show: Show,
  wasInterrupted: boolean,
): ExitCode {
  const { console } = context;
  const { counts } = show;
  const took = formatDuration(systemClock.now() - show.startedAt);
  const parts = (['done', 'failed', 'skipped', 'not-taken', 'cancelled', 'needs-person'] as const).flatMap(
    (status) => (counts[status] > 0 ? [console.paint(status, `${counts[status]} ${status}`)] : []),
  );
  if (show.doneHere < counts.done) parts.push(`${show.doneHere} of them now`);
  const left = counts.waiting + counts.ready + counts.running + counts.paused;
  if (left > 0) parts.push(`${left} to do`);
  // With --json, standard output holds the events and nothing else.
  const stream = show.isJson ? console.stderr : console.stdout;
  const say = (text: string): void => print(stream, [text]);
  switch (phase.phase) {
    // Another terminal's part of the run may go on, or may have failed.
    case 'active':
    case 'aborting':
    case 'settled':
      say(`${parts.join(', ')} in ${took} (run ${show.run})`);
      if (phase.phase !== 'settled') say('everything asked for here is settled; the run goes on');
      if (standing === 'done') {
        say('  = hint: gastown status --bead ID shows what was done, and why it is believed');
        return EXIT.done;
      }
      print(console.stderr, failures(show));
      say(`  = hint: ${whereToLook(show)}; gastown run tries what failed again`);
      return EXIT.failed;
    case 'paused':
      say(`paused: ${neutralise(pauseSentence(phase.reason))}`);
      for (const needed of show.people) say(personLine(needed, console));
      if (standing === 'done') {
        say(`everything asked for here is done: ${parts.join(', ')} after ${took} (run ${show.run})`);
        return EXIT.done;
      }
      print(console.stderr, failures(show));
      say(`${parts.join(', ')} after ${took} (run ${show.run})`);
      say(`  = hint: ${whereToLook(show)}; gastown resume goes on`);
      return wasInterrupted && phase.reason.type === 'stop' ? EXIT.interrupted : EXIT.paused;
    default:
      return unreachable(phase);
  }
}

/** A bead that failed before it was attempted (by its condition, its list, a person) has no logs. */
function whereToLook({ failed }: Show): string {
  const hasLogs = failed.size === 0 || [...failed.values()].some(({ attempts }) => attempts > 0);
  return hasLogs ? 'gastown logs BEAD shows what happened' : 'gastown why BEAD says why it failed';
}

const failures = ({ failed }: Show): string[] =>
  [...failed.values()].map(
    ({ id, note }) => `Bead execution failed: ${neutralise(id)}: ${neutralise(note ?? 'unknown')}`,
  );
