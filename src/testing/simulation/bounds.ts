/** What a run may not exceed: slots, agents, rigs, locks, retries, growth. Counted afresh each time. */
import type { RunLimits } from '../../core/events.ts';
import type { Failure } from '../../core/failure.ts';
import type { NodeId } from '../../core/ids.ts';
import type { Known, Situation } from './requirements.ts';
import { demand } from './violation.ts';

/** A run as far as it is asked here. */
interface Bounded extends Situation {
  readonly limits: RunLimits;
  readonly working: ReadonlySet<Known>;
}

/** Tries after trouble that was not the work's; `failures.ts` says it in its own words. */
const TROUBLES = 3;

/** There is a slot for one more, its agent and its rig take it, and nobody has its locks. */
export function fits({ limits, working }: Bounded, { spec }: Known): void {
  demand(working.size < limits.parallel, `${spec.id} starts, and ${working.size} are in work`);
  if (spec.kind !== 'bead') return;
  const { id, agent, rig, locks } = spec;
  const others = [...working].flatMap((other) => (other.spec.kind === 'bead' ? [other.spec] : []));
  const ofAgent = others.filter((other) => other.agent === agent).length;
  const ofRig = others.filter((other) => other.rig === rig).length;
  demand(ofAgent < (limits.agents[agent] ?? limits.parallel), `${id} is too much for agent ${agent}`);
  demand(ofRig < (limits.rigs[rig] ?? limits.parallel), `${id} is too much for rig ${rig}`);
  const holder = others.find((other) => other.locks.some((lock) => locks.includes(lock)));
  demand(holder === undefined, `${id} starts, and ${holder?.id} holds its lock`);
}

/** The budget that pays for a failure is neither exceeded nor given up early; a loss costs nothing. */
export function spend(node: Known, failure: Failure, retryAfterMs: number | undefined): void {
  const { id } = node.spec;
  const isOver = retryAfterMs === undefined;
  // What it added was lost, and no further attempt would help.
  if (failure.code === 'added-bead') {
    demand(isOver, `${id} lost what it added, and tries again`);
    return;
  }
  switch (failure.class) {
    case 'lost':
      demand(!isOver, `${id} was lost, and an attempt was spent`);
      return;
    case 'task': {
      const retries = node.spec.kind === 'bead' ? node.spec.policy.retries : 0;
      demand(isOver === node.failures >= retries, `${id} has ${retries} retries, and failed before`);
      node.failures += 1;
      return;
    }
    case 'infrastructure':
      demand(isOver === node.troubles >= TROUBLES, `${id} had trouble ${node.troubles} times before`);
      node.troubles += 1;
  }
}

/** A bead has added others: not too many, nor too deep, nor beyond what the run may have. */
export function mayGrow(run: Bounded, parent: NodeId): void {
  const { spawn } = run.limits;
  demand(spawn !== undefined, 'beads join a run that may not grow');
  demand(childrenOf(run, parent).length <= spawn.children, `${parent} adds more beads than it may`);
  const beads = [...run.nodes.values()].filter(({ spec }) => spec.kind === 'bead').length;
  demand(beads <= spawn.total, 'the run has more beads than it may');
  let depth = 0;
  for (let at: Known | undefined = run.known(parent); at !== undefined; depth += 1)
    at = at.spec.kind === 'bead' && at.spec.parent !== undefined ? run.known(at.spec.parent) : undefined;
  demand(depth <= spawn.depth, `${parent} adds beads deeper than it may`);
}

export function childrenOf({ nodes }: Situation, parent: NodeId): Known[] {
  return [...nodes.values()].filter(({ spec }) => spec.kind === 'bead' && spec.parent === parent);
}
