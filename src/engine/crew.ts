/**
 * Carries one effect out and turns whatever comes of it into one answer: the single funnel from adapters, which may
 * throw, to plain failures. A {@link Bug} is not a failure of the work and is passed on.
 */

import type { Failure } from '../core/failure.ts';
import type { EffectKey, NodeId, RunId } from '../core/ids.ts';
import type { EffectRef, Input } from '../core/input.ts';
import { Bug, unreachable } from '../core/invariant.ts';
import type { Bead, Formula } from '../core/plan.ts';
import type { Attempt, Performers, StepEnd } from '../ports/work.ts';
import type { Roster } from './roster.ts';
import { nodeName } from './sentences.ts';

/** What a crew is made from. */
export interface CrewParts {
  readonly run: RunId;
  readonly formula: Formula;
  readonly roster: Roster;
  readonly performers: Performers;
  /** Ends what ended attempts left behind, now. */
  readonly sweep: () => Promise<void>;
  /** Absolute folder of an attempt; exists when it returns. */
  readonly folder: (bead: NodeId, attempt: number) => string;
}

/** How work is begun: `start` it, or `adopt` what an earlier driver may have left, living or ended. */
export type Beginning = 'start' | 'adopt';

/** Performs effects. */
export class Crew {
  readonly #parts: CrewParts;

  constructor(parts: CrewParts) {
    this.#parts = parts;
  }

  /** Resolves when nothing of the effect is left; rejects only with a bug. */
  async perform(
    key: EffectKey,
    effect: EffectRef,
    beginning: Beginning,
    previous: Failure | undefined,
    signal: AbortSignal,
  ): Promise<Input> {
    try {
      const end = await this.#step(key, effect, beginning, previous, signal);
      if (end === undefined) return { type: 'step-lost', effect };
      switch (end.type) {
        case 'succeeded':
          return { type: 'step-succeeded', effect, report: end.report };
        case 'failed':
          return { type: 'step-failed', effect, failure: end.failure };
        case 'stopped':
          return { type: 'step-stopped', effect };
        default:
          return unreachable(end);
      }
    } catch (error) {
      if (error instanceof Bug) throw error;
      const message = error instanceof Error ? error.message : String(error);
      return { type: 'step-failed', effect, failure: { class: 'infrastructure', code: 'adapter', message } };
    }
  }

  /** Makes sure that nothing of an effect lives or will start. */
  async settle(effect: EffectRef): Promise<Input> {
    await this.#parts.performers.settle(this.#parts.run, effect.node, effect.attempt, effect.step);
    return { type: 'step-stopped', effect };
  }

  async #step(
    key: EffectKey,
    effect: EffectRef,
    beginning: Beginning,
    previous: Failure | undefined,
    signal: AbortSignal,
  ): Promise<StepEnd<unknown> | undefined> {
    const { run, formula, roster, performers, folder } = this.#parts;
    const bead = roster.find(effect.node) ?? syncBead(effect.node, formula);
    const attempt: Attempt = {
      run,
      bead,
      formula,
      number: effect.attempt,
      previous,
      folder: folder(effect.node, effect.attempt),
    };
    const { rig, settings } = performers.rig(bead);
    switch (effect.step) {
      case 'prepare':
        return rig.prepare(attempt, key, signal);
      case 'work': {
        const { agent } = performers.agent(bead);
        return agent[beginning === 'start' ? 'work' : 'adopt'](attempt, rig.open(settings), key, signal);
      }
      case 'verify':
        // What the work left outside its session would run beside its own verification.
        await this.#parts.sweep();
        return performers.verifier.verify(attempt, rig.open(settings), key, signal);
      case 'integrate':
        throw new Bug('no rig of this version integrates');
      default:
        return unreachable(effect.step);
    }
  }
}

/** The checks of a sync point are verified like those of a bead that has nothing but checks. */
function syncBead(id: NodeId, { file, rig, syncChecks }: Formula): Bead {
  return {
    id,
    name: nodeName(id),
    file,
    description: '',
    requires: [],
    priority: 1,
    level: 0,
    artifacts: [],
    criteria: [],
    checks: syncChecks ?? [],
    context: [],
    run: undefined,
    agent: undefined,
    rig,
    timeoutMs: undefined,
    declaredDone: false,
    statusLine: undefined,
    key: '',
  };
}
