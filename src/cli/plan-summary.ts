import type { FormulaType } from '../core/plan.ts';
import type { Draft } from '../plan/load-request.ts';

export interface PlanSize {
  readonly type: FormulaType;
  readonly beads: number;
  readonly levels: number;
}

/** How large a formula is, as far as it could be understood. */
export const planSize = ({ type, beads }: Draft): PlanSize => ({
  type,
  beads: beads.length,
  levels: beads.reduce((most, { level }) => Math.max(most, (level ?? -1) + 1), 0),
});

/** "convoy, 5 beads in 3 levels". */
export const planSummary = ({ type, beads, levels }: PlanSize): string =>
  `${type}, ${counted(beads, 'bead')} in ${counted(levels, 'level')}`;

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
