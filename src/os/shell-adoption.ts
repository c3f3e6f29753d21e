/**
 * Settling commands by their record alone, when the process that asked for them is gone or must be beaten to the end.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { classifyFileError } from './files.ts';
import { judge, type ProcessIdentity } from './process-identity.ts';
import { endTree, sweep, sweepMarkers } from './process-tree.ts';
import type { ShellEnd, ShellTrace } from './shell-end.ts';
import { markStop, type RecordState, readRecord, voidRecord } from './shell-record.ts';

/** How often the record of an adopted command is looked at. */
const followMs = 50;

/**
 * Settles a command that an earlier process asked for: follows it if it lives, reads its result if it ended, makes
 * sure that it cannot start if it has not. `undefined`: it left no result, and nothing of it lives here or will start.
 * (What runs on another host or in another pid namespace cannot be seen: the lease keeps such a driver out.)
 */
export async function adoptCommand(
  trace: ShellTrace,
  signal: AbortSignal,
  graceMs: number,
  hurry: AbortSignal,
): Promise<ShellEnd | undefined> {
  const markers = new Set([trace.marker]);
  let state = voidRecord(trace.record);
  if (state.phase === 'absent' || state.phase === 'void') {
    await sweepMarkers(markers);
    return undefined;
  }
  const { helper } = state;
  while (state.phase === 'begun' && judge(helper) === 'alive') {
    if (signal.aborted) state = claimStop(trace.record, helper);
    else {
      await pause(followMs, signal);
      state = readRecord(trace.record);
    }
  }
  // Read after the helper's death was seen: it may have recorded the end as its last act.
  if (state.phase === 'begun') state = readRecord(trace.record);
  if (state.phase === 'stopping') {
    await endTree(helper, markers, graceMs, () => false, hurry);
    return { type: 'stopped' };
  }
  // Without a driver the helper ends by itself once it has recorded the end.
  if (judge(helper) === 'alive') await delay(followMs);
  // One that stays has a driver and perhaps another command by now: its session is not ours to sweep.
  const leader = judge(helper) === 'dead' ? helper : undefined;
  const leftovers = total(await sweep({ leader, spareLeader: false, markers }));
  return state.phase === 'ended' ? { type: 'exited', status: state.status, leftovers } : undefined;
}

/**
 * Claims the end of a command for a stop; `ended` when the command was quicker. Where the record cannot be written the stop
 * goes on without leaving its mark.
 */
export function claimStop(record: string, helper: ProcessIdentity): RecordState {
  try {
    const state = voidRecord(record);
    return state.phase === 'begun' ? markStop(record) : state;
  } catch (error) {
    // Whatever became of the record (its folder was removed, the disk is full): the stop was asked for, and goes on.
    if (classifyFileError(error) !== 'other') return { phase: 'stopping', helper };
    throw error;
  }
}

/** The sum of counts. */
export function total(counts: ReadonlyMap<unknown, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

/** Waits; an abort ends the wait early. A process that leaves what it follows to another is not kept alive by it. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal, ref: false });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
