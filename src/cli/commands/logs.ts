/** `gastown logs`: what a bead's work, or its checks, printed. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeId } from '../../core/ids.ts';
import { neutralise } from '../../diagnostic/neutralise.ts';
import { openReader } from '../../journal/open.ts';
import { exists, followFile } from '../../os/files.ts';
import type { BeadRow, JournalReader, RunRow } from '../../ports/journal.ts';
import { attemptFolder, stateFolderOf } from '../../project/state-folder.ts';
import { type Context, EXIT } from '../context.ts';
import { LogPrinter } from '../log-printer.ts';
import { isSyncName, nodeNamed } from '../node-name.ts';
import { findProject } from '../place.ts';
import { readEvidence } from '../status-detail.ts';
import { driverOf } from '../status-report.ts';
import { print } from '../terminal/console.ts';
import { sayUnknownBead } from '../unknown-bead.ts';

interface LogsFlags {
  readonly formula?: string;
  readonly follow: boolean;
  readonly attempt?: number;
  readonly checks: boolean;
}

export async function logs(this: Context, flags: LogsFlags, id: string): Promise<void> {
  const { stderr } = this.console;
  if (flags.follow && flags.checks) {
    print(stderr, ['error: --follow shows the work while it goes on; --checks is for afterwards']);
    this.exit(EXIT.usage);
    return;
  }
  const place = await findProject(this, flags.formula === undefined ? {} : { formula: flags.formula });
  if (place === undefined) return;
  const stateFolder = stateFolderOf(place.root);
  using reader = openReader(stateFolder);
  const run = reader?.latestRun(place.formulaFile);
  if (reader === undefined || run === undefined) {
    print(stderr, ['nothing was run yet, so there are no logs', '  = hint: gastown run starts it']);
    return;
  }
  const beads = reader.beads(run.run);
  const bead = isSyncName(id)
    ? syncRow(reader, run, nodeNamed(id))
    : beads.find((candidate) => candidate.id === id);
  if (bead === undefined) {
    sayUnknownBead(
      this,
      id,
      beads.map((candidate) => candidate.id),
    );
    return;
  }
  const subject = new Subject(reader, run, bead, (attempt) =>
    attemptFolder(stateFolder, run.run, bead.id, attempt),
  );
  if (flags.follow) await follow(this, subject, flags.attempt);
  else await show(this, subject, flags);
}

/** Sync points have no rows: what is known of their checks is in the events. */
function syncRow(reader: JournalReader, { run }: RunRow, id: NodeId): BeadRow | undefined {
  let attempts = 0;
  for (const event of reader.events(run))
    if (event.type === 'attempt-started' && event.node === id) attempts = event.attempt;
  if (attempts === 0) return undefined;
  return {
    id,
    name: id,
    level: 0,
    requires: [],
    status: 'done',
    attempts,
    startedAt: undefined,
    endedAt: undefined,
    note: undefined,
  };
}

/** The bead whose logs are asked for, as the journal has it now. */
class Subject {
  readonly id: string;
  readonly folderOf: (attempt: number) => string;
  readonly #reader: JournalReader;
  readonly #run: RunRow;
  readonly #first: BeadRow;

  constructor(reader: JournalReader, run: RunRow, bead: BeadRow, folderOf: (attempt: number) => string) {
    this.#reader = reader;
    this.#run = run;
    this.#first = bead;
    this.id = neutralise(bead.id);
    this.folderOf = folderOf;
  }

  get row(): BeadRow {
    return this.#reader.bead(this.#run.run, this.#first.id) ?? this.#first;
  }

  /** Whether somebody is at work on the run, so that more may be printed. */
  get isWatched(): boolean {
    const run = this.#reader.latestRun(this.#run.formulaFile);
    if (run === undefined || run.run !== this.#run.run) return false;
    const driver = driverOf(this.#reader, run);
    return driver === 'alive' || driver === 'elsewhere';
  }

  get isSettled(): boolean {
    const { status } = this.row;
    return (
      status === 'done' ||
      status === 'failed' ||
      status === 'skipped' ||
      status === 'not-taken' ||
      status === 'cancelled'
    );
  }
}

async function show(context: Context, subject: Subject, flags: LogsFlags): Promise<void> {
  const { stdout, stderr } = context.console;
  const { attempts, status } = subject.row;
  const attempt = flags.attempt ?? attempts;
  if (attempts === 0) {
    print(stderr, [`bead "${subject.id}" has not been tried yet: it is ${status}`]);
    return;
  }
  if (attempt > attempts) {
    print(stderr, [`error: bead "${subject.id}" has ${attempts} attempt${attempts === 1 ? '' : 's'} so far`]);
    context.exit(EXIT.usage);
    return;
  }
  const folder = subject.folderOf(attempt);
  if (flags.checks) {
    await showChecks(context, subject, folder, attempt);
    return;
  }
  // An attempt that never came to its work may have failed in the setup of its rig.
  const setup = join(folder, 'prepare.log');
  const work = join(folder, 'log');
  const file = exists(work) || !exists(setup) ? work : setup;
  if (!(await new LogPrinter(stdout).print(wholeFile(file))))
    print(stderr, [`attempt ${attempt} of bead "${subject.id}" printed nothing`]);
}

async function showChecks(
  context: Context,
  subject: Subject,
  folder: string,
  attempt: number,
): Promise<void> {
  const { stdout, stderr, paint } = context.console;
  const logOf = (number: number): string => join(folder, `check-${number}.log`);
  const known = readEvidence(folder)?.checks ?? [];
  let number = 1;
  for (; exists(logOf(number)); number += 1) {
    const check = known[number - 1];
    const exit = check === undefined ? '' : `  (exit status ${check.exit})`;
    const heading = check === undefined ? `check ${number}` : `$ ${neutralise(check.command)}`;
    print(stdout, [`${number === 1 ? '' : '\n'}${paint('heading', heading)}${exit}`]);
    await new LogPrinter(stdout).print(wholeFile(logOf(number)));
  }
  if (number === 1) print(stderr, [`no check has run in attempt ${attempt} of bead "${subject.id}"`]);
}

const POLL_MS = 150;

/** Prints attempt after attempt while there may be another one; one alone when it is named. */
async function follow(context: Context, subject: Subject, only: number | undefined): Promise<void> {
  const { stdout, stderr } = context.console;
  const never = new AbortController().signal;
  let attempt = only ?? Math.max(1, subject.row.attempts);
  const first = attempt;
  while (await hasBegun(subject, attempt)) {
    if (attempt > first) print(stderr, [`attempt ${attempt} of bead "${subject.id}":`]);
    const number = attempt;
    const chunks = followFile(join(subject.folderOf(number), 'log'), never, () => isOver(subject, number));
    await new LogPrinter(stdout).print(chunks);
    if (only !== undefined) break;
    attempt += 1;
  }
  const { status, note } = subject.row;
  print(stderr, [`bead "${subject.id}" is ${status}${note === undefined ? '' : `: ${neutralise(note)}`}`]);
}

/** Waits for an attempt; false when there will be none. */
async function hasBegun(subject: Subject, attempt: number): Promise<boolean> {
  while (subject.row.attempts < attempt) {
    if (subject.isSettled || !subject.isWatched) return false;
    await delay(POLL_MS);
  }
  return true;
}

function isOver(subject: Subject, attempt: number): boolean {
  const { attempts, status } = subject.row;
  return attempts > attempt || status !== 'running' || !subject.isWatched;
}

const wholeFile = (path: string): AsyncIterable<Uint8Array> =>
  followFile(path, new AbortController().signal, () => true);
