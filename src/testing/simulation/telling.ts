/** Plays a story and sees to its end: whatever went wrong, the run comes to where its fates let it come. */
import { fateByKey } from '../session-samples.ts';
import { Simulation } from './simulation.ts';
import type { Story } from './stories.ts';
import type { Script } from './terminal.ts';
import { demand } from './violation.ts';

/** Somebody comes to whom nothing happens. */
const CALM: Script = { select: 'all', afterMs: 0, waitMs: 0, faults: [] };

/** More than the losses and pauses of a story need in which all work succeeds; and as many as are worth a try in others. */
const MOST_TERMINALS = 40;
const SOME_TERMINALS = 6;

/** What came of a story: for whoever wants to know that stories are about something. */
export interface Told {
  readonly simulation: Simulation;
  readonly isDone: boolean;
}

/** Throws what is wrong with it. `onStart`: hears of the simulation before anything happens in it. */
export async function tell(
  story: Story,
  onStart: (simulation: Simulation) => void = () => {},
): Promise<Told> {
  const { plan, drivers, company } = story;
  const simulation = new Simulation(plan, fateByKey([...story.fates, { afterMs: 10, end: 'succeeds' }]));
  onStart(simulation);
  const { world } = simulation;
  const later = [...company];
  for (const driver of drivers) {
    const before = new Set(world.alive());
    const at = simulation.terminals.length;
    const visitors = later.splice(0, 1);
    await simulation.play([{ ...driver, afterMs: 0 }, ...visitors]);
    simulation.store();
    const all = simulation.terminals.slice(at);
    const isClean = all.every(
      ({ end, wasFrozen, script }) =>
        end !== undefined &&
        end.type !== 'cut-off' &&
        end.type !== 'held-elsewhere' &&
        !wasFrozen &&
        script.isElsewhere !== true,
    );
    // What was there and never taken over is left to a successor.
    const left = world.alive().filter((key) => !before.has(key));
    if (isClean) demand(left.length === 0, `all are gone, and ${left[0]} lives`);
  }
  if (later.length > 0) await simulation.play(later);
  // Only a fate that fails for ever, or a time limit that is always too short, keeps a run from being done.
  const isHopeful = hasHope(story);
  const isDone = await finish(simulation, isHopeful ? MOST_TERMINALS : SOME_TERMINALS);
  simulation.store();
  if (isHopeful) demand(isDone, 'everything succeeds, and the run is not done');
  return { simulation, isDone };
}

/** Terminals come, one after the other, until the run is done, or until it is plain that it never will be. */
async function finish(simulation: Simulation, mostTerminals: number): Promise<boolean> {
  let script = CALM;
  for (let more = 0; more < mostTerminals; more += 1) {
    await simulation.play([script]);
    const { end } = simulation.terminals.at(-1) ?? {};
    demand(end !== undefined && end.type !== 'cut-off', 'an undisturbed terminal comes to an end');
    if (end.type === 'held-elsewhere') {
      // Nobody there gives the lease back any more: a person says so.
      script = { ...CALM, steals: true };
      continue;
    }
    const [key] = simulation.world.alive();
    demand(key === undefined, `an undisturbed terminal is gone, and ${key} lives`);
    if (end.type === 'nothing-to-do') return true;
    if (end.type === 'ended' && end.phase.phase === 'settled' && end.phase.outcome === 'done') return true;
  }
  return false;
}

function hasHope({ plan, fates }: Story): boolean {
  return (
    fates.every(({ end }) => end === 'succeeds') &&
    plan.timeoutMs === undefined &&
    plan.nodes.every((node) => node.kind === 'sync' || node.policy.timeoutMs === undefined)
  );
}
