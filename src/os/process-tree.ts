/**
 * Ending process trees whole: politely, then firmly, then by looking for what got away.
 *
 * A group kill misses whoever made a group or session of its own; `/proc` finds them by a marker variable in their
 * environment, by session, and by descent. What is found is killed until two passes in a row find nothing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isSame, judge, type ProcessIdentity } from './process-identity.ts';
import {
  environmentOf,
  hasProcessTable,
  isOurs,
  listPids,
  type ProcessFacts,
  processFacts,
} from './process-table.ts';

/** Whose processes are to be found. */
export interface TreeTarget {
  /** The session leader they were started by; it may be dead already. */
  readonly leader: ProcessIdentity | undefined;
  /** True: the leader itself stays. */
  readonly spareLeader: boolean;
  /** Environment variables, each `NAME=value`, that only these processes have. */
  readonly markers: ReadonlySet<string>;
}

/** Passes before a process that does not die is reported; with the pauses between them, about ten seconds. */
const maxPasses = 400;

/** Sends a signal to the group a living leader leads; false when the leader is gone. */
export function signalGroup(leader: ProcessIdentity, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  return isSame(leader) && send(-leader.pid, signal);
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))
      return false;
    throw error;
  }
}

/** The names of markers, each with its `=`. */
const namesOf = (markers: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...markers].map((marker) => marker.slice(0, marker.indexOf('=') + 1)));

/** Finds which of `markers` a NUL-separated environment holds. */
export function markerIn(
  environment: Buffer,
  markers: ReadonlySet<string>,
  names = namesOf(markers),
): string | undefined {
  for (const name of names) {
    let from = 0;
    for (;;) {
      const found = environment.indexOf(name, from);
      if (found < 0) break;
      if (found === 0 || environment[found - 1] === 0) {
        const end = environment.indexOf(0, found);
        const entry = environment.toString('utf8', found, end < 0 ? environment.length : end);
        if (markers.has(entry)) return entry;
      }
      from = found + 1;
    }
  }
  return undefined;
}

/** The session a leader leads or led, while that number can mean no other session. */
function sessionOf(leader: ProcessIdentity): number | undefined {
  const verdict = judge(leader);
  if (verdict !== 'alive' && verdict !== 'dead') return undefined;
  // A pid is not given out again while it names a session: a stranger behind it means that the session is empty.
  return verdict === 'alive' || processFacts(leader.pid) === undefined ? leader.pid : undefined;
}

/** The living processes of a target, each with the marker it was found by (undefined: by session or descent). */
function find(target: TreeTarget): Map<number, { facts: ProcessFacts; marker: string | undefined }> {
  const found = new Map<number, { facts: ProcessFacts; marker: string | undefined }>();
  const { leader } = target;
  const session = leader && sessionOf(leader);
  const spared = new Set([process.pid, ...(leader && target.spareLeader ? [leader.pid] : [])]);
  const children = new Map<number, ProcessFacts[]>();
  const names = namesOf(target.markers);
  const markerOf = (pid: number): string | undefined => {
    if (names.size === 0 || spared.has(pid) || !isOurs(pid)) return undefined;
    const environment = environmentOf(pid);
    return environment && markerIn(environment, target.markers, names);
  };
  const pids = listPids();
  // Where nothing but environments tells, who belongs to whom is worth a look only if one of them does.
  if (session === undefined && !pids.some((pid) => markerOf(pid) !== undefined)) return found;
  for (const pid of pids) {
    if (!isOurs(pid)) continue;
    const facts = processFacts(pid);
    if (facts === undefined) continue;
    const siblings = children.get(facts.parent);
    if (siblings === undefined) children.set(facts.parent, [facts]);
    else siblings.push(facts);
    if (spared.has(pid)) continue;
    const marker = markerOf(pid);
    if (marker !== undefined || facts.session === session) found.set(pid, { facts, marker });
  }
  const queue = [...found.keys()];
  if (session !== undefined && leader && target.spareLeader) queue.push(leader.pid);
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    for (const facts of children.get(pid) ?? []) {
      if (found.has(facts.pid) || spared.has(facts.pid)) continue;
      found.set(facts.pid, { facts, marker: found.get(pid)?.marker });
      queue.push(facts.pid);
    }
  }
  return found;
}

/**
 * Kills every process of a target until two passes in a row find none. Returns how many were killed, by marker (key
 * undefined: found by session). Throws when something cannot be killed.
 */
export async function sweep(target: TreeTarget): Promise<ReadonlyMap<string | undefined, number>> {
  const killed = new Map<string | undefined, number>();
  if (!hasProcessTable) return killed;
  const seen = new Set<string>();
  let emptyPasses = 0;
  for (let pass = 0; pass < maxPasses; pass += 1) {
    const found = find(target);
    if (found.size === 0) {
      emptyPasses += 1;
      if (emptyPasses === 2) return killed;
      continue;
    }
    emptyPasses = 0;
    for (const [pid, { facts, marker }] of found) {
      // Read again: between the look and the signal the pid may have changed hands.
      if (processFacts(pid)?.startTime !== facts.startTime) continue;
      const name = `${pid} ${facts.startTime}`;
      if (!seen.has(name)) {
        seen.add(name);
        killed.set(marker, (killed.get(marker) ?? 0) + 1);
      }
      send(pid, 'SIGKILL');
    }
    await delay(pass < 20 ? 1 : 25);
  }
  const left = [...find(target).keys()];
  if (left.length === 0) return killed;
  throw new Error(
    `process ${left.join(', ')} cannot be killed; it may be waiting for a device or a network file system`,
  );
}

/** Kills every process that carries one of the markers, in one look at all processes; returns how many, by marker. */
export async function sweepMarkers(markers: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  if (markers.size === 0) return counts;
  for (const [marker, count] of await sweep({ leader: undefined, spareLeader: false, markers })) {
    if (marker !== undefined) counts.set(marker, count);
  }
  return counts;
}

/**
 * Ends a session whole, its leader included: TERM to the group; up to `graceMs` for all but the leader to end; KILL to
 * the group; sweep. `isIdle` says the same where there is no process table to look at. `hurry` ends the patience.
 */
export async function endTree(
  leader: ProcessIdentity,
  markers: ReadonlySet<string>,
  graceMs: number,
  isIdle: () => boolean,
  hurry: AbortSignal,
): Promise<void> {
  // Who left the session gets no polite signal, so there is nothing to wait for; looking at sessions only is cheap.
  const group = { leader, spareLeader: true, markers: new Set<string>() };
  if (signalGroup(leader, 'SIGTERM')) {
    const until = performance.now() + graceMs;
    let pauseMs = 2;
    while (!hurry.aborted && performance.now() < until && isSame(leader)) {
      if (hasProcessTable ? find(group).size === 0 : isIdle()) break;
      await delay(Math.min(pauseMs, Math.max(1, until - performance.now())));
      pauseMs = Math.min(100, pauseMs * 1.5);
    }
  }
  signalGroup(leader, 'SIGKILL');
  await sweep({ leader, spareLeader: false, markers });
}
