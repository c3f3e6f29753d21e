/** Everything known about one bead: its attempts from the journal, the evidence of the last one from its folder. */
import { join, posix } from 'node:path';
import type { Event } from '../core/events.ts';
import { kindOf } from '../os/read-files.ts';
import { readSmallFile } from '../os/text-file.ts';
import { isJournalProblem, type JournalReader, type RunRow } from '../ports/journal.ts';
import type { ProjectPlace } from '../project/discover.ts';
import { loadProject } from '../project/load-project.ts';
import { attemptFolder, stateFolderOf } from '../project/state-folder.ts';
import type { StatusAttempt, StatusBead, StatusDetail, StatusEvidence } from './status-schema.ts';

/** Before the first run only the file is known. */
export const unrunDetail = (place: ProjectPlace, id: string): StatusDetail => ({
  file: beadFile(place, id),
  history: [],
  evidence: null,
  output: null,
});

/** The details of a bead of a run. */
export function beadDetail(
  place: ProjectPlace,
  reader: JournalReader,
  run: RunRow,
  row: Pick<StatusBead, 'id' | 'attempts'>,
): StatusDetail {
  const folderOf = (attempt: number): string =>
    attemptFolder(stateFolderOf(place.root), run.run, row.id, attempt);
  const { added, ...recorded } = recordOf(reader, run, row, folderOf);
  return {
    file: added ?? beadFile(place, row.id),
    ...recorded,
    evidence: row.attempts === 0 ? null : readEvidence(folderOf(row.attempts)),
  };
}

/** Where nearly every bead is; only when it is not there the formula has to be read. */
function beadFile(place: ProjectPlace, id: string): string | null {
  const usual = posix.join(posix.dirname(place.formulaFile), 'beads', `${id}.toml`);
  if (kindOf(join(place.root, usual)) === 'file') return usual;
  const { draft } = loadProject(place, { strict: false });
  return draft.beads.find((bead) => bead.id === id)?.file ?? null;
}

/** Nulls where events cannot be read: a read-only folder gives only the last status. */
function recordOf(
  reader: JournalReader,
  run: RunRow,
  row: Pick<StatusBead, 'id' | 'attempts'>,
  folderOf: (attempt: number) => string,
): Pick<StatusDetail, 'history' | 'output'> & { readonly added?: string | undefined } {
  const attempts = new Map<number, StatusAttempt>();
  let output: StatusDetail['output'] = null;
  let added: string | undefined;
  try {
    for (const event of reader.events(run.run)) {
      if (event.type === 'step-succeeded' && event.node === row.id && event.step === 'work')
        output = event.output ?? null;
      if (event.type === 'beads-added') added = event.beads.find(({ id }) => id === row.id)?.file ?? added;
      const number = attemptOf(event, row.id);
      if (number === undefined) continue;
      attempts.set(number, after(attempts.get(number), number, event, join(folderOf(number), 'log')));
    }
  } catch (error) {
    if (isJournalProblem(error) && error.reason === 'read-only') return { history: null, output: null };
    throw error;
  }
  return { history: [...attempts.values()], output, added };
}

function attemptOf(event: Event, bead: string): number | undefined {
  return 'node' in event && event.node === bead && 'attempt' in event ? event.attempt : undefined;
}

function after(known: StatusAttempt | undefined, attempt: number, event: Event, log: string): StatusAttempt {
  const begun: StatusAttempt = known ?? {
    attempt,
    status: 'running',
    startedAt: event.at,
    endedAt: null,
    failure: null,
    log,
  };
  switch (event.type) {
    case 'bead-done':
      return { ...begun, status: 'done', endedAt: event.at };
    case 'attempt-failed':
      return { ...begun, status: 'failed', endedAt: event.at, failure: event.failure };
    case 'question-asked':
      return { ...begun, status: 'asked', endedAt: event.at };
    case 'attempt-cancelled':
      return { ...begun, status: 'cancelled', endedAt: event.at };
    default:
      return begun;
  }
}

/** What verification found; null when there is none yet, or none that this version understands. */
export function readEvidence(folder: string): StatusEvidence | null {
  const text = readSmallFile(join(folder, 'evidence.json'));
  if (text === undefined) return null;
  const parsed = parseObject(text);
  if (parsed?.['format'] !== 1) return null;
  const { artifacts, checks, criteria } = parsed;
  if (!Array.isArray(artifacts) || !Array.isArray(checks) || !Array.isArray(criteria)) return null;
  return {
    artifacts: artifacts.filter(isObject).map(({ pattern, files, warning }) => ({
      pattern: String(pattern),
      files: Number(files),
      warning: typeof warning === 'string' ? warning : null,
    })),
    checks: checks.filter(isObject).map(({ command, exit, log }) => ({
      command: String(command),
      exit: Number(exit),
      log: String(log),
    })),
    criteria: criteria.filter(isObject).map(({ text: line, verdict, evidence }) => ({
      text: String(line),
      verdict: verdict === 'verified' || verdict === 'claimed' ? verdict : 'unmet',
      evidence: String(evidence),
    })),
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
