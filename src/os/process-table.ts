/**
 * What the kernel says about processes, from `/proc`. Every answer is stale as soon as it is given: whoever signals a
 * process reads its start time again just before. Where there is no `/proc` (macOS) the table is empty.
 *
 * Owns: one file descriptor in reserve. I1 A process that could not be looked at is never taken for dead: where no more
 * files may be opened the reserve is used, and where even that is not enough, looking fails.
 */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';

/** The facts of `/proc/<pid>/stat` that tell where a process belongs. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Field 22, in clock ticks since boot: with the pid, it names a process until the next boot. */
  readonly startTime: string;
}

/** False where processes can be judged only by `ps` and killed only by group. */
export const hasProcessTable: boolean = existsSync('/proc/self/stat');

let reserve: number | undefined;

/** Opens a file of `/proc`, or lists it, also where this process may not open more files. */
function withReserve<Result>(look: () => Result): Result {
  reserve ??= openSync('/proc/self/stat', 'r');
  try {
    return look();
  } catch (error) {
    if (!hasCode(error, 'EMFILE')) throw error;
    closeSync(reserve);
    reserve = undefined;
    return look();
  }
}

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

let buffer = Buffer.allocUnsafe(64 * 1024);

/** Reads a small file of `/proc` whole; undefined when it is gone or not ours to read. */
function readProc(path: string): Buffer | undefined {
  // An exception costs more than the look: most questions are about processes that are gone.
  if (!existsSync(path)) return undefined;
  let descriptor: number | undefined;
  try {
    descriptor = withReserve(() => openSync(path, 'r'));
    let length = 0;
    for (;;) {
      if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
      const room = buffer.length - length;
      const got = readSync(descriptor, buffer, length, room, null);
      length += got;
      // These files come whole, or as much of them as there is room for.
      if (got < room) return buffer.subarray(0, length);
    }
  } catch (error) {
    // It ended meanwhile, or is another user's: both mean "not to be judged by us".
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return undefined;
    throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Parses a line of `/proc/<pid>/stat`; undefined for processes that are dead (zombies) or text that is not such a line. */
export function parseStat(text: string): ProcessFacts | undefined {
  // The second field is the program's name in parentheses; it may hold spaces, parentheses and line breaks.
  const open = text.indexOf(' (');
  const close = text.lastIndexOf(') ');
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ');
  const [state, parent, group, session] = fields;
  const startTime = fields[19];
  if (state === undefined || state === 'Z' || state === 'X' || startTime === undefined) return undefined;
  const facts = {
    pid: Number(text.slice(0, open)),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime: startTime.trim(),
  };
  return Number.isInteger(facts.pid) && Number.isInteger(facts.session) && facts.startTime !== ''
    ? facts
    : undefined;
}

/** The facts of one living process; undefined when there is none with this pid. */
export function processFacts(pid: number): ProcessFacts | undefined {
  return parseStat(readProc(`/proc/${pid}/stat`)?.toString('latin1') ?? '');
}

/** The pids of all processes, dead ones that wait for their parent included. */
export function listPids(): number[] {
  if (!hasProcessTable) return [];
  const pids: number[] = [];
  for (const name of withReserve(() => readdirSync('/proc'))) {
    const first = name.charCodeAt(0);
    if (first >= 0x30 && first <= 0x39) pids.push(Number(name));
  }
  return pids;
}

/** The environment a process was started with, `NAME=value` parts each followed by a NUL. Valid until the next call. */
export function environmentOf(pid: number): Buffer | undefined {
  return readProc(`/proc/${pid}/environ`);
}

const ownUser = process.geteuid?.();

/** Whether the process belongs to the user we run as. */
export function isOurs(pid: number): boolean {
  const status = statSync(`/proc/${pid}`, { throwIfNoEntry: false });
  return status !== undefined && status.uid === ownUser;
}
