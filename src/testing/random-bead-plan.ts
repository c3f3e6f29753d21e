/** A whole plan, beads included, around a random graph. */
import type { Proposal } from '../core/events.ts';
import type { Bead, BeadNode, Plan } from '../core/plan.ts';
import { additionsOf, type RandomPlan } from './random-plan.ts';
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
            ...(node.spawns === undefined ? {} : { spawns: node.spawns }),
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

/** What a bead of a random plan adds; beads that were added themselves add nothing. */
export function proposalOf(node: BeadNode): Proposal {
  const nodes = additionsOf(node, true);
  const beads = nodes.map(({ id, key, agent, parent, needs }) =>
    madeUpWork(id, { key, agent, requires: needs.map((need) => need.node), ...(parent && { parent }) }),
  );
  return { nodes, beads };
}
