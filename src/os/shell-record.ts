/**
 * The record of one command: a small append-only file that decides, whoever dies, whether the command was begun, how
 * it ended, and whether it was stopped.
 *
 * Owns: the meaning of the file. Does not own: the processes.
 * I1 A line without its line break does not exist.
 * I2 The first line decides who may act: `B <token>` lets the helper that wrote it begin the command, `V` lets nobody.
 *    Helper and adopter both append their line and then read which one is first, so exactly one of them wins; a
 *    half-written first line lets nobody begin.
 * I3 Of `E <status>` (the helper: it ended) and `S` (a driver: it is being stopped) the earlier one holds.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { type ProcessIdentity, parseIdentity } from './process-identity.ts';

/** What a record says. */
export type RecordState =
  /** There is no line yet: the command may still be begun by a helper that has not read its request. */
  | { readonly phase: 'absent' }
  /** It was not begun and never will be. */
  | { readonly phase: 'void' }
  | { readonly phase: 'begun'; readonly helper: ProcessIdentity }
  | { readonly phase: 'ended'; readonly helper: ProcessIdentity; readonly status: number }
  | { readonly phase: 'stopping'; readonly helper: ProcessIdentity };

/** Reads what the text of a record says. */
export function parseRecord(text: string): RecordState {
  const lines = text.split('\n').slice(0, -1);
  const [first, second, ...rest] = lines;
  if (first === undefined) return { phase: 'absent' };
  if (!/^B \S+$/.test(first)) return { phase: 'void' };
  // Both lines are written at once; when the second is missing or broken the disk was full and the helper refused.
  const helper = second?.startsWith('I ') ? parseIdentity(second.slice(2)) : undefined;
  if (helper === undefined) return { phase: 'void' };
  for (const line of rest) {
    if (line === 'S') return { phase: 'stopping', helper };
    const end = /^E (\d{1,3})$/.exec(line);
    if (end) return { phase: 'ended', helper, status: Number(end[1]) };
  }
  return { phase: 'begun', helper };
}

/** Reads a record; a file that does not exist is `absent`. */
export function readRecord(path: string): RecordState {
  try {
    return parseRecord(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { phase: 'absent' };
    throw error;
  }
}

/** Makes sure that a command that was not begun never will be; answers what the record says from now on. */
export function voidRecord(path: string): RecordState {
  const state = readRecord(path);
  if (state.phase !== 'absent') return state;
  appendFileSync(path, 'V\n', { mode: 0o600 });
  return readRecord(path);
}

/** Claims the end for a stop; answers `ended` when the command was quicker. */
export function markStop(path: string): RecordState {
  appendFileSync(path, 'S\n', { mode: 0o600 });
  return readRecord(path);
}
