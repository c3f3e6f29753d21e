/** A whole plan, beads included, around a random graph. */
import type { Bead, Plan } from '../core/plan.ts';
import type { RandomPlan } from './random-plan.ts';
import { madeUpWork } from './work-samples.ts';

export function planAround({ nodes, parallel, timeoutMs }: RandomPlan): Plan {
  const beads = nodes.flatMap((node): Bead[] =>
    node.kind === 'sync'
      ? []
      : [
          madeUpWork(node.id, {
            name: node.id,
            file: `beads/${node.id}.toml`,
            requires: node.needs.filter((need) => need.on === 'succeeded').map((need) => need.node),
            priority: node.priority,
            level: node.level,
            run: 'true',
            agent: node.agent,
            rig: node.rig,
            timeoutMs: node.policy.timeoutMs,
            key: node.key,
          }),
        ],
  );
  return {
    hash: JSON.stringify(nodes).length.toString(36),
    formula: {
      name: 'random',
      type: 'convoy',
      version: undefined,
      file: 'formula.toml',
      context: {},
      parallel,
      timeoutMs,
      rig: 'default',
      sync: 'level',
      quorum: 'all',
    },
    beads,
    nodes,
  };
}
