import { describe, expect, it } from 'vitest';
import { bead } from '../testing/machine.ts';
import { compareWidths, type WidthRequest } from './widths.ts';

const compare = (request: Partial<WidthRequest> & Pick<WidthRequest, 'nodes'>) =>
  compareWidths({ limits: { rigs: {}, agents: {} }, durationOf: () => 2, ...request }, (peak) =>
    Array.from({ length: peak }, (_, at) => at + 1),
  );

const fan = [bead('top'), ...['a', 'b', 'c', 'd'].map((id) => bead(id, ['top'])), bead('end', ['a', 'b'])];

describe('a comparison of widths', () => {
  it('lists widths up to the most that are ever used', () => {
    const { widths, roomy } = compare({ nodes: fan });
    expect(widths.map(({ parallel, makespan }) => [parallel, makespan])).toEqual([
      [1, 12],
      [2, 8],
      [3, 6],
      [4, 6],
    ]);
    expect(roomy.makespan).toBe(6);
  });

  it('finds the width beyond which the critical path bounds', () => {
    const { enough, bound } = compare({ nodes: fan });
    expect([enough.parallel, bound]).toEqual([3, 'critical-path']);
    expect(enough.criticalPath.beads).toEqual(['top', 'a', 'end']);
  });

  it('says where limits bound, or artifacts that beads share', () => {
    const limited = compare({ nodes: fan, limits: { rigs: {}, agents: { shell: 2 } } });
    expect([limited.enough.parallel, limited.bound, limited.roomy.makespan]).toEqual([2, 'limits', 8]);
    const nodes = [bead('a', [], { locks: ['x'] }), bead('b', [], { locks: ['x'] })];
    const shared = compare({ nodes });
    expect([shared.enough.parallel, shared.bound]).toEqual([1, 'limits']);
  });

  it('takes less than a hundredth for no difference', () => {
    const nodes = ['long', 'short', 'other'].map((id) => bead(id));
    const durationOf = (id: string): number => (id === 'long' ? 1000 : 504);
    expect(compare({ nodes, durationOf }).enough).toMatchObject({ parallel: 2, makespan: 1008 });
  });

  it('of nothing needs one', () => {
    expect(compare({ nodes: [] }).enough).toMatchObject({ parallel: 1, makespan: 0 });
  });
});
