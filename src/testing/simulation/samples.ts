/** What tests of told stories write again and again. */
import type { Fault } from './faults.ts';
import type { Simulation } from './simulation.ts';
import type { Script } from './terminal.ts';

/** Asks for everything, and waits for nobody. */
export const terminal = (
  afterMs: number,
  faults: readonly Fault[] = [],
  more: Partial<Script> = {},
): Script => ({
  select: 'all',
  afterMs,
  waitMs: 0,
  faults,
  ...more,
});

/** Attempts in the order in which they were started. */
export const started = (simulation: Simulation): string[] =>
  simulation
    .events()
    .flatMap((event) => (event.type === 'attempt-started' ? [`${event.node} ${event.attempt}`] : []));
