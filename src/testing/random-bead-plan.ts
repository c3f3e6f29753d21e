/** A whole plan, beads included, around a random graph. */
import type { Bead, Plan } from '../core/plan.ts';
import type { RandomPlan } from './random-plan.ts';

export function planAround({ nodes, parallel, timeoutMs }: RandomPlan): Plan {
  const beads = nodes.flatMap((node): Bead[] =>
    node.kind === 'sync'
      ? []
      : [
          {
            id: node.id,
            name: node.id,
            file: `beads/${node.id}.toml`,
            description: '',
            requires: node.needs.filter((need) => need.on === 'succeeded').map((need) => need.node),
            priority: node.priority,
            level: node.level,
            artifacts: [],
            criteria: [],
            checks: [],
            context: [],
            run: 'true',
            agent: node.agent,
            rig: node.rig,
            timeoutMs: node.policy.timeoutMs,
            declaredDone: false,
            statusLine: undefined,
            key: node.key,
          },
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
      sync: 'level',
      quorum: 'all',
    },
    beads,
    nodes,
  };
}
