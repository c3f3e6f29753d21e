/**
 * Which ready bead is next.
 * Owns: the order of ready beads, and who is parked at which lock. Does not own: phases, slots, locks (it is told).
 * Entries are hints: a bead may have left the phase since, so every entry is checked when it is taken.
 * I1  Every bead in phase `ready` has an entry in a lane or is parked at a lock.
 * I2  A lock that is free and has beads parked at it has a bead that wants it in some lane.
 */
import { Heap } from './heap.ts';
import type { BeadNode } from './plan.ts';
import type { RunState } from './state.ts';

/** The documented order: priority, then the author's order, then the longest remaining path, then id. */
export function runsBefore(a: BeadNode, b: BeadNode): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  if (a.order !== b.order) return a.order < b.order;
  if (a.tail !== b.tail) return a.tail > b.tail;
  return a.id < b.id;
}

interface Lane {
  readonly rig: string;
  readonly agent: string;
  readonly queue: Heap<BeadNode>;
}

/** The beads that could start, best first. */
export class ReadyQueue {
  readonly #lanes = new Map<string, Lane>();
  readonly #parked = new Map<string, Heap<BeadNode>>();

  offer(bead: BeadNode): void {
    const key = `${bead.rig}\n${bead.agent}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { rig: bead.rig, agent: bead.agent, queue: new Heap(runsBefore) };
      this.#lanes.set(key, lane);
    }
    lane.queue.push(bead);
  }

  /** The best bead that is ready, whose lane has room and whose locks are free; it leaves the queue. */
  take(run: RunState, isReady: (bead: BeadNode) => boolean): BeadNode | undefined {
    for (;;) {
      const lane = this.#bestLane(run, isReady);
      const bead = lane?.queue.pop();
      if (bead === undefined) return undefined;
      const held = bead.locks.find((lock) => run.locks.has(lock));
      if (held === undefined) return bead;
      this.#park(held, bead);
      this.#wakeAtFreeLocks(bead, run);
    }
  }

  /** Beads parked at a lock that has just become free may try again. */
  released(lock: string): void {
    const waiting = this.#parked.get(lock);
    const bead = waiting?.pop();
    if (waiting?.size === 0) this.#parked.delete(lock);
    if (bead !== undefined) this.offer(bead);
  }

  #bestLane(run: RunState, isReady: (bead: BeadNode) => boolean): Lane | undefined {
    this.#dropStale(run, isReady);
    let best: Lane | undefined;
    let bestBead: BeadNode | undefined;
    for (const lane of this.#lanes.values()) {
      if ((run.workingPerRig.get(lane.rig) ?? 0) >= (run.limits.rigs[lane.rig] ?? Number.POSITIVE_INFINITY))
        continue;
      if (
        (run.workingPerAgent.get(lane.agent) ?? 0) >=
        (run.limits.agents[lane.agent] ?? Number.POSITIVE_INFINITY)
      )
        continue;
      const top = lane.queue.peek();
      if (top !== undefined && (bestBead === undefined || runsBefore(top, bestBead))) {
        best = lane;
        bestBead = top;
      }
    }
    return best;
  }

  /** Leaves every lane with a ready bead on top, or empty. Waking somebody may put a stale entry into a lane seen before. */
  #dropStale(run: RunState, isReady: (bead: BeadNode) => boolean): void {
    for (let again = true; again; ) {
      again = false;
      for (const { queue } of this.#lanes.values()) {
        for (let top = queue.peek(); top !== undefined && !isReady(top); top = queue.peek()) {
          queue.pop();
          again = this.#wakeAtFreeLocks(top, run) || again;
        }
      }
    }
  }

  #park(lock: string, bead: BeadNode): void {
    let waiting = this.#parked.get(lock);
    if (waiting === undefined) {
      waiting = new Heap(runsBefore);
      this.#parked.set(lock, waiting);
    }
    waiting.push(bead);
  }

  /** Keeps I2 when a bead that was to take these locks does not; says whether anybody was woken. */
  #wakeAtFreeLocks(bead: BeadNode, run: RunState): boolean {
    let isAnybody = false;
    for (const lock of bead.locks) {
      if (run.locks.has(lock) || !this.#parked.has(lock)) continue;
      this.released(lock);
      isAnybody = true;
    }
    return isAnybody;
  }
}
