/**
 * Whether the world and the journal agree: what lives is what the journal says is in work, and nothing twice.
 * Owns: the oracles, one for each run. I1 Everything is looked at when it happens: at every commit and at every beginning.
 */
import type { Event } from '../../core/events.ts';
import { type EffectKey, effectKey, type RunId } from '../../core/ids.ts';
import { Oracle } from './oracle.ts';
import type { Known } from './requirements.ts';
import { demand } from './violation.ts';
import type { Process, SimulatedWorld } from './world.ts';

export class Alignment {
  readonly oracles = new Map<RunId, Oracle>();

  /** What was begun is in work, by the journal, in this very step; and it is alone. */
  begins(process: Process, world: SimulatedWorld): void {
    const { key, node: id } = process;
    const [run = ''] = key.split('/');
    const oracle = this.oracles.get(run as RunId);
    demand(oracle !== undefined, `${key} begins, and its run has no events`);
    const { attempt, spec } = oracle.known(id);
    const expected =
      attempt === undefined || attempt.steps[0] === undefined
        ? 'nothing'
        : effectKey(run as RunId, id, attempt.number, attempt.steps[0]);
    demand(expected === key, `${key} begins, and the journal has ${expected} in work`);
    let ofAgent = 0;
    for (const other of world.living) {
      if (!other.key.startsWith(`${run}/`)) continue;
      demand(other === process || other.node !== id, `${key} begins, and ${other.key} lives`);
      const { spec: its } = oracle.known(other.node);
      if (spec.kind !== 'bead' || its.kind !== 'bead') continue;
      if (its.agent === spec.agent) ofAgent += 1;
      const lock = other === process ? undefined : its.locks.find((name) => spec.locks.includes(name));
      demand(lock === undefined, `${key} begins, and ${other.key} has its lock`);
    }
    const { parallel, agents } = oracle.limits;
    demand(world.living.size <= parallel, `${key} begins, and ${world.living.size} live`);
    if (spec.kind === 'bead')
      demand(ofAgent <= (agents[spec.agent] ?? parallel), `${key} is too much for agent ${spec.agent}`);
  }

  /** One commit: judged by itself, then against what lives. */
  commits(run: RunId, events: readonly Event[], world: SimulatedWorld): void {
    const oracle = this.oracles.get(run) ?? new Oracle();
    this.oracles.set(run, oracle);
    for (const event of events) if (event.type === 'attempt-failed') lostIsAbsent(run, event, world);
    oracle.take(events);
    for (const { key, node } of world.living) {
      if (!key.startsWith(`${run}/`)) continue;
      const { attempt } = oracle.known(node);
      const step = attempt?.steps[0];
      const isIts =
        attempt !== undefined && step !== undefined && key === effectKey(run, node, attempt.number, step);
      demand(isIts, `${key} lives, and the journal does not know of it`);
    }
  }

  /** A driver has carried out what it committed: everything that its run wants was asked for. */
  carriedOut(run: RunId, world: SimulatedWorld): void {
    const oracle = this.oracles.get(run);
    if (oracle?.phase !== 'active') return;
    for (const node of oracle.working) {
      if (node.attempt?.isStopping === true) continue;
      const key = keyOf(run, node);
      demand(key === undefined || world.knows(key), `${key} is in work, and nobody asked for it`);
    }
  }
}

function keyOf(run: RunId, { spec, attempt }: Known): EffectKey | undefined {
  const step = attempt?.steps[0];
  return attempt === undefined || step === undefined
    ? undefined
    : effectKey(run, spec.id, attempt.number, step);
}

/** Lost means proven absent: what left a result is not begun again. */
function lostIsAbsent(
  run: RunId,
  { node, attempt, step, failure }: Extract<Event, { type: 'attempt-failed' }>,
  world: SimulatedWorld,
): void {
  if (failure.class !== 'lost') return;
  const process = world.process(effectKey(run, node, attempt, step));
  demand(process?.phase !== 'lives', `${node} is given up as lost, and ${process?.key} lives`);
  demand(process?.result === undefined, `${node} is given up as lost, and ${process?.key} left a result`);
}
