/** Random lowered graphs for property tests and simulation: every formula type's shapes, with small budgets and limits. */
import fc from 'fast-check';
import { nodeId, type Step, syncId } from '../core/ids.ts';
import type { BeadNode, Need, NodeSpec, OnFailure, Quorum, SyncNode } from '../core/plan.ts';

export interface RandomPlan {
  readonly nodes: readonly NodeSpec[];
  readonly parallel: number;
  readonly timeoutMs: number | undefined;
  readonly agents: Readonly<Record<string, number>>;
}

const beadShape = fc.record({
  back: fc.array(fc.nat(), { maxLength: 3 }),
  priority: fc.integer({ min: 1, max: 3 }),
  retries: fc.integer({ min: 0, max: 2 }),
  onFailure: fc.constantFrom<OnFailure>('pause', 'skip', 'skip', 'abort'),
  timeoutMs: fc.option(fc.integer({ min: 100, max: 20_000 }), { nil: undefined }),
  agent: fc.constantFrom('shell', 'a', 'b'),
  lock: fc.option(fc.constantFrom('x', 'y'), { nil: undefined, freq: 3 }),
  steps: fc.constantFrom<readonly Step[]>(
    ['work'],
    ['work', 'verify'],
    ['prepare', 'work'],
    ['prepare', 'work', 'verify'],
  ),
  any: fc.boolean(),
  /** What its condition comes to. */
  condition: fc.option(fc.constantFrom('holds', 'fails', 'error'), { nil: undefined, freq: 2 }),
  gate: fc.nat(4).map((chance) => chance === 0),
  /** Its first requirement has to fail instead. */
  isBranch: fc.nat(9).map((chance) => chance === 0),
  spawns: fc.nat(3).map((chance) => chance === 0),
});

/** Plans of up to `maxBeads` beads; a node comes after everything it needs. `people`: some of it waits for approval. */
export function randomPlan(maxBeads: number, people = false): fc.Arbitrary<RandomPlan> {
  return fc
    .record({
      beads: fc.array(beadShape, { minLength: 1, maxLength: maxBeads }),
      shape: fc.constantFrom('free', 'convoy', 'workflow'),
      quorum: fc.constantFrom<Quorum>('all', 'majority', 'any'),
      parallel: fc.integer({ min: 1, max: 4 }),
      timeoutMs: fc.option(fc.integer({ min: 1000, max: 100_000 }), { nil: undefined, freq: 3 }),
      agentLimit: fc.integer({ min: 1, max: 3 }),
      syncChecks: fc.boolean(),
      syncGate: fc.boolean(),
    })
    .map(({ beads, shape, quorum, parallel, timeoutMs, agentLimit, syncChecks, syncGate }) => {
      const specs: BeadNode[] = [];
      beads.forEach((bead, index) => {
        const requires = [...new Set(index === 0 ? [] : bead.back.map((back) => back % index))];
        const needs: Need[] = requires.map((at, position) => ({
          node: nodeId(`b${at}`),
          on: bead.isBranch && position === 0 ? 'failed' : 'succeeded',
        }));
        if (shape === 'workflow' && index > 0) needs.push({ node: nodeId(`b${index - 1}`), on: 'settled' });
        const level = Math.max(-1, ...requires.map((at) => specs[at]?.level ?? 0)) + 1;
        specs.push({
          kind: 'bead',
          id: nodeId(`b${index}`),
          needs,
          join: bead.any && requires.length > 0 ? { type: 'any' } : { type: 'all' },
          level,
          priority: bead.priority,
          order: index,
          tail: 1,
          policy: { retries: bead.retries, timeoutMs: bead.timeoutMs, onFailure: bead.onFailure },
          rig: 'default',
          agent: bead.agent,
          key: `k${index}`,
          locks: bead.lock === undefined ? [] : [bead.lock],
          steps: bead.steps,
          ...(bead.condition === undefined ? {} : { condition: bead.condition }),
          ...(bead.gate && people ? { gate: '' } : {}),
          ...(bead.spawns ? { spawns: 'after' as const } : {}),
        });
      });
      return {
        nodes:
          shape === 'convoy'
            ? withSyncPoints(specs, {
                quorum,
                ...(syncChecks ? { checks: true as const } : {}),
                ...(syncGate && people ? { gate: '' } : {}),
              })
            : specs,
        parallel: shape === 'workflow' ? 1 : parallel,
        timeoutMs,
        agents: { a: agentLimit },
      };
    });
}

function withSyncPoints(
  beads: readonly BeadNode[],
  sync: Pick<SyncNode, 'quorum' | 'checks' | 'gate'>,
): NodeSpec[] {
  const nodes: NodeSpec[] = [];
  const depth = Math.max(...beads.map((bead) => bead.level));
  for (let level = 0; level <= depth; level += 1) {
    const members = beads.filter((bead) => bead.level === level);
    const barrier: Need[] = level === 0 ? [] : [{ node: syncId(level - 1), on: 'settled' }];
    for (const bead of members) nodes.push({ ...bead, needs: [...bead.needs, ...barrier] });
    if (level < depth)
      nodes.push({
        kind: 'sync',
        id: syncId(level),
        level,
        ...sync,
        needs: members.map((bead) => ({ node: bead.id, on: 'settled' })),
      });
  }
  return nodes;
}

/** Beads that an attempt may want to add: two below it, one after the other, and one that needs no other. */
export function additionsOf({ id, depth = 0, ...parent }: BeadNode, isGood: boolean): BeadNode[] {
  const child = (name: string, needs: readonly Need[]): BeadNode => ({
    ...parent,
    id: nodeId(`${id}/${name}`),
    needs,
    parent: id,
    depth: depth + 1,
    join: { type: 'all' },
    key: `${id}/${name}`,
    locks: [],
    steps: ['work'],
  });
  const first: Need = { node: nodeId(isGood ? `${id}/a` : 'nobody'), on: 'succeeded' };
  return [child('a', [{ node: id, on: 'worked' }]), child('b', [first]), child('c', [])].map(
    ({ condition: _, gate: __, ...node }) => node,
  );
}
