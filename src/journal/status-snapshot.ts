/**
 * `status.json`: what readers see of the journal, for places where SQLite cannot open it (a read-only folder after a
 * clean end). Owns: that file. Does not own: when it is written; the driver throttles.
 */
import { join } from 'node:path';
import type { NodeId, RunId } from '../core/ids.ts';
import { writeFileAtomic } from '../os/files.ts';
import { readTextIfPresent } from '../os/private-folder.ts';
import {
  type BeadRow,
  JournalProblem,
  type JournalReader,
  type Lease,
  type RunRow,
} from '../ports/journal.ts';
import { fileProblem } from './problem.ts';
import { isBeadRow, isIdentity, isRecord, isRunRow } from './rows.ts';

const FILE = 'status.json';
const FORMAT = 1;

interface Snapshot {
  readonly format: typeof FORMAT;
  readonly runs: readonly RunRow[];
  /** The beads of the newest run of each formula. */
  readonly beads: Readonly<Record<string, readonly BeadRow[]>>;
  readonly lease: Lease | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Writes the snapshot in one step, so that readers see the old one or the new one. It is a copy of what the journal
 * holds: a problem is returned, not thrown, because no run should end for it.
 */
export function saveStatus(
  stateFolder: string,
  journal: JournalReader,
  settingKeys: readonly string[],
): JournalProblem | undefined {
  const path = join(stateFolder, FILE);
  try {
    writeFileAtomic(path, JSON.stringify(snapshotOf(journal, settingKeys)), 0o600);
    return undefined;
  } catch (error) {
    const problem = fileProblem(error, path);
    if (problem instanceof JournalProblem) return problem;
    throw problem;
  }
}

/** Reads the snapshot; undefined when there is none, or none that this version understands. */
export function readStatus(stateFolder: string): JournalReader | undefined {
  const path = join(stateFolder, FILE);
  let snapshot: unknown;
  try {
    const text = readTextIfPresent(path);
    if (text === undefined) return undefined;
    snapshot = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw fileProblem(error, path);
  }
  return isSnapshot(snapshot) ? new SnapshotReader(snapshot, path) : undefined;
}

function isSnapshot(value: unknown): value is Snapshot {
  if (typeof value !== 'object' || value === null) return false;
  const { format, runs, beads, lease, settings } = value as Readonly<Record<keyof Snapshot, unknown>>;
  return (
    format === FORMAT &&
    Array.isArray(runs) &&
    runs.every(isRunRow) &&
    isRecord(beads) &&
    Object.values(beads).every((rows) => Array.isArray(rows) && rows.every(isBeadRow)) &&
    (lease === undefined || isLease(lease)) &&
    isRecord(settings) &&
    Object.values(settings).every((setting) => typeof setting === 'string')
  );
}

const isLease = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value['epoch'] === 'number' &&
  typeof value['acquiredAt'] === 'number' &&
  isIdentity(value['holder']);

function snapshotOf(journal: JournalReader, settingKeys: readonly string[]): Snapshot {
  const runs = journal.runs();
  const newest = new Map(runs.map((run) => [run.formulaFile, run.run]));
  const settings = settingKeys.flatMap((key) => {
    const value = journal.setting(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    format: FORMAT,
    runs,
    beads: Object.fromEntries([...newest.values()].map((run) => [run, journal.beads(run)])),
    lease: journal.lease(),
    settings: Object.fromEntries(settings),
  };
}

class SnapshotReader implements JournalReader {
  readonly #snapshot: Snapshot;
  readonly #path: string;

  constructor(snapshot: Snapshot, path: string) {
    this.#snapshot = snapshot;
    this.#path = path;
  }

  runs(): readonly RunRow[] {
    return this.#snapshot.runs;
  }

  latestRun(formulaFile?: string): RunRow | undefined {
    return this.#snapshot.runs.findLast(
      (run) => formulaFile === undefined || run.formulaFile === formulaFile,
    );
  }

  beads(run: RunId): readonly BeadRow[] {
    return Object.hasOwn(this.#snapshot.beads, run) ? (this.#snapshot.beads[run] ?? []) : [];
  }

  finished(run: RunId, limit: number): readonly BeadRow[] {
    return this.beads(run)
      .filter(({ status }) => status === 'done')
      .slice(0, limit);
  }

  unfinished(run: RunId, limit: number): readonly BeadRow[] {
    return this.beads(run)
      .filter(({ status }) => status !== 'done')
      .slice(0, limit);
  }

  bead(run: RunId, id: NodeId): BeadRow | undefined {
    return this.beads(run).find((bead) => bead.id === id);
  }

  events(): Iterable<never> {
    throw new JournalProblem(
      'read-only',
      `The history cannot be read: the folder of ${this.#path} is read-only, and only its last status is at hand. Copy the folder to a place where you may write, and look there.`,
    );
  }

  snapshot(): undefined {
    return undefined;
  }

  lease(): Lease | undefined {
    return this.#snapshot.lease;
  }

  setting(key: string): string | undefined {
    return Object.hasOwn(this.#snapshot.settings, key) ? this.#snapshot.settings[key] : undefined;
  }

  [Symbol.dispose](): void {
    // Nothing is open.
  }
}
