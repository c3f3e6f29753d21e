/** How people name what a run is made of. */
import { type NodeId, nodeId, syncId } from '../core/ids.ts';

const SYNC = /^~?sync\/(\d{1,9})$/;

/** Whether a name is that of a sync point, which has no row of its own. */
export const isSyncName = (name: string): boolean => SYNC.test(name);

/** What people call `sync/0` is `~sync/0` in the machine. */
export function nodeNamed(name: string): NodeId {
  const level = SYNC.exec(name)?.[1];
  return level === undefined ? nodeId(name) : syncId(Number(level));
}
