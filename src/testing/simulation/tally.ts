/** What happened in many stories: promises kept by stories in which nothing happens are worth nothing. */
import type { Told } from './telling.ts';

export class Tally {
  stories = 0;
  /** Runs that were done in the end. */
  done = 0;
  commits = 0;
  died = 0;
  fenced = 0;
  /** Terminals that could not write any more. */
  cutOff = 0;
  frozen = 0;
  reboots = 0;
  /** Attempts that were lost, and those that failed otherwise. */
  lost = 0;
  failed = 0;
  added = 0;

  take({ simulation, isDone }: Told): void {
    this.stories += 1;
    this.done += Number(isDone);
    const { terminals, disk } = simulation;
    this.reboots += new Set(terminals.map(({ identity }) => identity.bootId)).size - 1;
    for (const { isDead, error, end, wasFrozen } of terminals) {
      this.died += Number(isDead);
      this.fenced += Number(error instanceof Error && error.name === 'Fenced');
      this.cutOff += Number(end?.type === 'cut-off');
      this.frozen += Number(wasFrozen);
    }
    this.commits += disk.appends;
    for (const event of simulation.events()) {
      if (event.type === 'attempt-failed') this[event.failure.class === 'lost' ? 'lost' : 'failed'] += 1;
      if (event.type === 'beads-added') this.added += event.nodes.length;
    }
  }
}
