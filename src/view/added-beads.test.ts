import { describe, expect, it } from 'vitest';
import { type AddedBead, withAddedBeads } from './added-beads.ts';
import { graphOfBeads } from './graph-view.ts';

const plan = graphOfBeads('f', [
  { id: 'scan', name: 'Scan', requires: [] },
  { id: 'report', name: 'Report', requires: ['scan'] },
]);

const row = (id: string, parent: string, requires: readonly string[] = []): AddedBead => ({
  id,
  name: id.toUpperCase(),
  requires,
  status: 'done',
  parent,
});

describe('beads that joined a run', () => {
  it('stand below the bead that added them, and after what they require', () => {
    const grown = withAddedBeads(plan, [
      { id: 'scan', name: 'Scan', requires: [], status: 'done' },
      row('scan/b', 'scan', ['scan/a', 'scan', 'report', 'gone']),
      row('scan/a', 'scan'),
      row('scan/a/x', 'scan/a'),
    ]);
    expect(grown.nodes.slice(2).map(({ id, level, label, status }) => [id, level, label, status])).toEqual([
      ['scan/b', 2, 'SCAN/B', 'done'],
      ['scan/a', 1, 'SCAN/A', 'done'],
      ['scan/a/x', 2, 'SCAN/A/X', 'done'],
    ]);
    expect(grown.edges.slice(1).map(({ from, to, on }) => `${from} ${to} ${on}`)).toEqual([
      'scan scan/b worked',
      'scan/a scan/b succeeded',
      'report scan/b succeeded',
      'scan scan/a worked',
      'scan/a scan/a/x worked',
    ]);
  });

  it('are left out where nothing of the plan is above them, and change nothing where there are none', () => {
    expect(withAddedBeads(plan, [row('gone/a', 'gone')])).toBe(plan);
    expect(withAddedBeads(plan, [])).toBe(plan);
  });
});
