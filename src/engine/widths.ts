/** What more beads at once would gain, and up to where. */
import type { RunLimits } from '../core/events.ts';
import { type Forecast, type ForecastRequest, forecast } from './forecast.ts';

/** The estimate for one width. */
export interface WidthForecast extends Forecast {
  readonly parallel: number;
}

/** Estimates of one plan side by side. */
export interface WidthComparison {
  /** As many as were asked for, in that order. */
  readonly widths: readonly WidthForecast[];
  /** The smallest width with which the plan takes hardly longer than with room for every bead. */
  readonly enough: WidthForecast;
  /** With room for every bead. */
  readonly roomy: Forecast;
  /** What holds it even then: the critical path, or limits of rigs and agents and artifacts that beads share. */
  readonly bound: 'critical-path' | 'limits';
}

/** What is compared. */
export interface WidthRequest extends Omit<ForecastRequest, 'limits'> {
  readonly limits: Pick<RunLimits, 'rigs' | 'agents'>;
}

/** Less than a hundredth is no difference. */
const HARDLY = 1.01;

/** `ask` names the widths to list, given how many beads are ever in work at once. */
export function compareWidths(
  request: WidthRequest,
  ask: (peak: number) => readonly number[],
): WidthComparison {
  const known = new Map<number, WidthForecast>();
  const at = (parallel: number): WidthForecast => {
    const estimate =
      known.get(parallel) ??
      ({ parallel, ...forecast({ ...request, limits: { ...request.limits, parallel } }) } as const);
    known.set(parallel, estimate);
    return estimate;
  };
  const roomy = at(Math.max(1, request.nodes.length));
  const isEnough = ({ makespan }: Forecast): boolean => makespan <= HARDLY * roomy.makespan;
  const peak = peakOf(roomy);
  let most = peak;
  for (let least = 1; least < most; ) {
    const middle = (least + most) >> 1;
    if (isEnough(at(middle))) most = middle;
    else least = middle + 1;
  }
  return {
    widths: ask(peak).map(at),
    enough: at(most),
    roomy,
    bound: roomy.makespan <= HARDLY * roomy.criticalPath.length ? 'critical-path' : 'limits',
  };
}

/** Beads in work at once, at most; at least 1. */
function peakOf({ schedule }: Forecast): number {
  const ends = schedule.map(({ end }) => end).sort((a, b) => a - b);
  let over = 0;
  let peak = 1;
  for (const [begun, { start }] of schedule.entries()) {
    for (let end = ends[over]; end !== undefined && end <= start; end = ends[over]) over += 1;
    peak = Math.max(peak, begun + 1 - over);
  }
  return peak;
}
