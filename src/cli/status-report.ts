/** What `status` knows, read from the journal alone: no plan is loaded and no run is disturbed. */
import type { StatusCounts } from '../core/status.ts';
import { judge } from '../os/process-identity.ts';
import type { BeadRow, JournalReader, Lease, RunRow } from '../ports/journal.ts';
import type { StatusBead, StatusDocument, StatusPerson, StatusRun } from './status-schema.ts';
import { commandFor } from './terminal/people-lines.ts';

/** A run at a glance: counts of everything, rows of what is not done. */
export interface StatusGlance extends Pick<StatusDocument, 'formula' | 'run' | 'people'> {
  readonly counts: StatusCounts;
  readonly beads: readonly StatusBead[];
}

/** Looks at the counts and at no more than `limit` beads that are not done: the same cost for every run. */
export function glanceAt(reader: JournalReader, run: RunRow, limit: number): StatusGlance {
  return {
    formula: { name: run.formula, file: run.formulaFile },
    run: statusRun(reader, run),
    people: statusPeople(run),
    counts: run.counts,
    beads: reader.unfinished(run.run, limit).map(statusBead),
  };
}

/** The latest run of a formula as the journal has it. */
export function recordedStatus(reader: JournalReader, run: RunRow): StatusDocument {
  return {
    formula: { name: run.formula, file: run.formulaFile },
    run: statusRun(reader, run),
    people: statusPeople(run),
    beads: reader.beads(run.run).map(statusBead),
  };
}

/** A bead's row in the words of the document. */
export const statusBead = (row: BeadRow): StatusBead => ({
  id: row.id,
  name: row.name,
  status: row.status,
  attempts: row.attempts,
  level: row.level,
  requires: [...row.requires],
  startedAt: row.startedAt ?? null,
  endedAt: row.endedAt ?? null,
  note: row.note ?? null,
});

/** A run that is over waits for nobody. */
const statusPeople = ({ phase, people = [] }: RunRow): StatusPerson[] =>
  phase === 'settled'
    ? []
    : people.map(({ name, wants, note }) => ({ name, wants, note, command: commandFor({ name, wants }) }));

function statusRun(reader: JournalReader, run: RunRow): StatusRun {
  return {
    id: run.run,
    phase: run.phase,
    outcome: outcomeOf(run),
    note: run.note ?? null,
    createdAt: run.createdAt,
    updatedAt: run.updatedAt,
    workedMs: run.workedMs,
    parallel: run.parallel,
    predictedEndAt: null,
    driver: driverOf(reader, run),
  };
}

function outcomeOf({ outcome }: RunRow): StatusRun['outcome'] {
  return outcome === 'done' || outcome === 'failed' || outcome === 'aborted' ? outcome : null;
}

/** Who works on this run now. A settled run needs nobody. */
export function driverOf(reader: JournalReader, run: RunRow): StatusRun['driver'] {
  const lease = reader.lease();
  if (lease === undefined || run.phase === 'settled' || !isAbout(reader, run, lease)) return 'none';
  return holderOf(lease);
}

/** Whether the process that holds the lease lives. */
export function holderOf({ holder }: Lease): 'alive' | 'gone' | 'elsewhere' {
  const verdict = judge(holder);
  if (verdict === 'alive' || verdict === 'elsewhere') return verdict;
  return 'gone';
}

/** One lease serves all formulas of a project: its holder may be at work on another one's run. */
function isAbout(reader: JournalReader, run: RunRow, { acquiredAt }: Lease): boolean {
  if (run.updatedAt >= acquiredAt) return true;
  return !reader.runs().some((other) => other.run !== run.run && other.updatedAt >= acquiredAt);
}
