/**
 * What a worker finds and leaves in its attempt's folder, outside the tree: outputs of the beads before it, answers of
 * people; its own output, a question, descriptions of further beads (docs/semantics.md, "Outputs", "Questions").
 */
import { join, resolve } from 'node:path';
import type { Failure } from '../core/failure.ts';
import { ensureDirectory, writeFileAtomic } from '../os/files.ts';
import { type LeftFile, namesLeftIn, readLeftFile } from '../os/left-file.ts';
import { redactText } from '../os/redact.ts';
import type { Attempt, SpawnFile, WorkEnd } from '../ports/work.ts';
import { readOutput } from './output.ts';

const MAX_OUTPUT_BYTES = 64 * 1024;
const MAX_QUESTION_BYTES = 8 * 1024;
/** A description of one bead. */
export const MAX_SPAWN_FILE_BYTES = 64 * 1024;
/** More than any bead may add by default, so that the limit of the formula is what is spoken of. */
const MAX_SPAWN_FILES = 10_000;

const placeOf = (attempt: Pick<Attempt, 'folder'>, name: string): string =>
  join(resolve(attempt.folder), name);
const outputFile = (attempt: Attempt): string => placeOf(attempt, 'output.json');
const questionFile = (attempt: Attempt): string => placeOf(attempt, 'question.txt');
const outputsFile = (attempt: Attempt): string => placeOf(attempt, 'outputs.json');
const answersFile = (attempt: Attempt): string => placeOf(attempt, 'answers.json');

/** The folder in which a worker may describe further beads. */
const spawnFolder = (attempt: Pick<Attempt, 'folder'>): string => placeOf(attempt, 'spawn');

/** Where all of it is, for the environment of a worker; what there is not has no variable. */
export function exchangeVariables(attempt: Attempt): Record<string, string> {
  const { bead, outputs, answers } = attempt;
  const last = answers.at(-1);
  return {
    GASTOWN_OUTPUT: outputFile(attempt),
    GASTOWN_QUESTION: questionFile(attempt),
    ...(bead.spawns === undefined ? {} : { GASTOWN_SPAWN_DIR: spawnFolder(attempt) }),
    ...(outputs.size === 0 ? {} : { GASTOWN_OUTPUTS: outputsFile(attempt) }),
    ...(last === undefined ? {} : { GASTOWN_ANSWERS: answersFile(attempt), GASTOWN_ANSWER: last.answer }),
  };
}

/** Puts there what the worker is to find, before it starts. */
export function prepareExchange(attempt: Attempt): void {
  const { bead, outputs, answers } = attempt;
  if (outputs.size > 0) write(outputsFile(attempt), Object.fromEntries(outputs));
  if (answers.length > 0) write(answersFile(attempt), answers);
  if (bead.spawns !== undefined) ensureDirectory(spawnFolder(attempt));
}

function write(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, undefined, 2)}\n`, 0o600);
}

/** What work left that ended well; what is wrong with it makes it a failure, which the next attempt is told. */
export function collect(attempt: Attempt, secretValues: readonly string[]): WorkEnd {
  const clean = (text: string): string => redactText(text, secretValues);
  const left = readLeftFile(outputFile(attempt), MAX_OUTPUT_BYTES);
  const read =
    left.type === 'text' ? readOutput(left.text, clean) : left.type === 'problem' ? left : undefined;
  if (read?.type === 'problem') return failed('output', `the output in $GASTOWN_OUTPUT ${read.why}`);
  const spawned = readSpawnFiles(attempt, secretValues);
  if (typeof spawned === 'string') return failed('addition', spawned);
  return {
    type: 'succeeded',
    report: {
      exit: 0,
      ...(read === undefined ? {} : { output: read.output }),
      ...(spawned.length === 0 ? {} : { spawned }),
    },
  };
}

const failed = (code: 'output' | 'addition', message: string): WorkEnd => ({
  type: 'failed',
  failure: { class: 'task', code, message } satisfies Failure,
});

/** The question of an attempt that ended with one; a problem's `why` completes "the file …". */
export function questionOf(
  attempt: Attempt,
  secretValues: readonly string[],
): Exclude<LeftFile, { type: 'none' }> {
  const left = readLeftFile(questionFile(attempt), MAX_QUESTION_BYTES);
  if (left.type === 'none') return { type: 'problem', why: 'is not there' };
  if (left.type === 'problem') return left;
  const text = redactText(left.text, secretValues).trim();
  return text === '' ? { type: 'problem', why: 'is empty' } : { type: 'text', text };
}

/**
 * The descriptions of beads that an attempt has left so far, by name; a sentence when they cannot be read. Files that are
 * still being written have other names.
 */
export function readSpawnFiles(
  attempt: Pick<Attempt, 'bead' | 'folder'>,
  secretValues: readonly string[],
): SpawnFile[] | string {
  if (attempt.bead.spawns === undefined) return [];
  const folder = spawnFolder(attempt);
  const found = namesLeftIn(folder);
  if (found.type === 'none') return [];
  if (found.type === 'problem') return `the folder $GASTOWN_SPAWN_DIR ${found.why}`;
  const names = found.names.filter((name) => name.endsWith('.toml') && !name.startsWith('.'));
  if (names.length > MAX_SPAWN_FILES)
    return `there are ${names.length} files in $GASTOWN_SPAWN_DIR, and at most ${MAX_SPAWN_FILES} are read`;
  const files: SpawnFile[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const left = readLeftFile(path, MAX_SPAWN_FILE_BYTES);
    if (left.type === 'problem') return `the file ${name} in $GASTOWN_SPAWN_DIR ${left.why}`;
    if (left.type === 'text') files.push({ name, path, text: redactText(left.text, secretValues) });
  }
  return files;
}
