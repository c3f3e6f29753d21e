/**
 * Carries one effect out and turns whatever comes of it into one answer: the single funnel from adapters, which may
 * throw, to plain failures. A {@link Bug} is not a failure of the work and is passed on.
 */

import type { Proposal } from '../core/events.ts';
import type { Failure } from '../core/failure.ts';
import type { EffectKey, NodeId, RunId } from '../core/ids.ts';
import type { EffectRef, Input } from '../core/input.ts';
import { Bug, invariant, unreachable } from '../core/invariant.ts';
import type { JsonObject } from '../core/json.ts';
import type { Bead, Formula } from '../core/plan.ts';
import type { Store } from '../core/store.ts';
import { isFenced } from '../ports/journal.ts';
import type { Attempt, Performers, SpawnFile, StepEnd, WorkEnd } from '../ports/work.ts';
import type { Roster } from './roster.ts';
import { nodeName } from './sentences.ts';

/** What a crew is made from. */
export interface CrewParts {
  readonly run: RunId;
  readonly formula: Formula;
  readonly roster: Roster;
  /** Where the beads before an attempt left their outputs; only looked at. */
  readonly store: Store;
  readonly performers: Performers;
  /** Ends what ended attempts left behind, now. */
  readonly sweep: () => Promise<void>;
  /** Absolute folder of an attempt; exists when it returns. */
  readonly folder: (bead: NodeId, attempt: number) => string;
  /** Throws {@link Fenced} when another driver holds the lease. */
  readonly fence: () => void;
}

/** How work is begun: `start` it, or `adopt` what an earlier driver may have left, living or ended. */
export type Beginning = 'start' | 'adopt';

/** Performs effects. */
export class Crew {
  readonly #parts: CrewParts;

  constructor(parts: CrewParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when nothing of the effect is left; rejects with a bug, fenced, and where it cannot be made sure that nothing is.
   */
  async perform(
    key: EffectKey,
    effect: EffectRef,
    beginning: Beginning,
    previous: Failure | undefined,
    signal: AbortSignal,
  ): Promise<Input> {
    try {
      return await this.#step(key, effect, beginning, previous, signal);
    } catch (error) {
      if (error instanceof Bug || isFenced(error)) throw error;
      // What cannot be adopted may be alive all the same, and the next attempt must not meet it.
      if (beginning === 'adopt')
        await this.#parts.performers.settle(this.#parts.run, effect.node, effect.attempt, effect.step);
      const message = error instanceof Error ? error.message : String(error);
      return { type: 'step-failed', effect, failure: { class: 'infrastructure', code: 'adapter', message } };
    }
  }

  /**
   * Makes sure that nothing of an effect lives or will start. Work that came to its end before it could be stopped counts, as it
   * would have for the driver that asked for the stop: it was paid for.
   */
  async settle(key: EffectKey, effect: EffectRef): Promise<Input> {
    const ended = effect.step === 'work' ? await this.#ended(key, effect) : undefined;
    if (ended !== undefined) return ended;
    await this.#parts.performers.settle(this.#parts.run, effect.node, effect.attempt, effect.step);
    return { type: 'step-stopped', effect };
  }

  /** What attempts that may add beads at once have put down so far; what is wrong with it is said when they end. */
  liveAdditions(): Input[] {
    const { performers, roster, store, folder } = this.#parts;
    return [...store.inWork].flatMap((id): Input[] => {
      const { spec, phase } = store.node(id);
      const isLive = spec.kind === 'bead' && spec.spawns === 'live';
      if (!isLive || phase.phase !== 'running' || phase.step !== 'work') return [];
      const bead = roster.get(id);
      let proposal: Proposal | string = '';
      try {
        const { rig, settings } = performers.rig(bead);
        const files = performers.spawned({ bead, folder: folder(id, phase.attempt) }, rig.open(settings));
        if (typeof files !== 'string' && files.length > 0) proposal = this.#propose(bead, files);
      } catch (error) {
        // What is wrong with its folder is the attempt's trouble, and is said when it ends; the others go on.
        if (error instanceof Bug) throw error;
      }
      return typeof proposal === 'string'
        ? []
        : [{ type: 'spawn', node: id, attempt: phase.attempt, proposal }];
    });
  }

  async #step(
    key: EffectKey,
    effect: EffectRef,
    beginning: Beginning,
    previous: Failure | undefined,
    signal: AbortSignal,
  ): Promise<Input> {
    const { performers } = this.#parts;
    const attempt = this.#attempt(effect, previous);
    const { bead } = attempt;
    const { rig, settings } = performers.rig(bead);
    switch (effect.step) {
      case 'prepare':
        return answer(effect, await rig.prepare(attempt, key, signal));
      case 'work': {
        const { agent } = performers.agent(bead);
        const how = beginning === 'start' ? 'work' : 'adopt';
        return this.#worked(effect, bead, await agent[how](attempt, rig.open(settings), key, signal));
      }
      case 'verify':
        // What the work left outside its session would run beside its own verification.
        await this.#parts.sweep();
        // Looking takes time, in which this process may have been stopped and taken for dead. Work of a key is begun once,
        // whoever asks; checks are a sequence that each driver begins for itself.
        this.#parts.fence();
        return answer(effect, await performers.verifier.verify(attempt, rig.open(settings), key, signal));
      case 'integrate':
        throw new Bug('no rig of this version integrates');
      default:
        return unreachable(effect.step);
    }
  }

  /** What came of work that is to be stopped; undefined: nothing, or its rig or agent is gone, so that nobody can say. */
  async #ended(key: EffectKey, effect: EffectRef): Promise<Input | undefined> {
    try {
      const input = await this.#step(key, effect, 'adopt', undefined, AbortSignal.abort());
      return input.type === 'step-lost' ? undefined : input;
    } catch (error) {
      if (error instanceof Bug) throw error;
      return undefined;
    }
  }

  #attempt({ node: id, attempt: number }: EffectRef, previous: Failure | undefined): Attempt {
    const { run, formula, roster, store, folder } = this.#parts;
    const bead = roster.find(id) ?? syncBead(id, formula);
    const outputs = new Map<NodeId, JsonObject>();
    for (const need of bead.requires) {
      const output = store.nodes.get(need)?.output;
      if (output !== undefined) outputs.set(need, output);
    }
    return {
      run,
      bead,
      formula,
      number,
      previous,
      required: bead.requires.flatMap((need) => roster.find(need) ?? []),
      outputs,
      answers: [...store.node(id).answers],
      folder: folder(id, number),
    };
  }

  #worked(effect: EffectRef, bead: Bead, end: WorkEnd | undefined): Input {
    if (end === undefined) return { type: 'step-lost', effect };
    if (end.type === 'asked') return { type: 'step-asked', effect, question: end.question };
    if (end.type !== 'succeeded') return answer(effect, end);
    const { output, spawned, ...report } = end.report;
    const proposal = spawned === undefined ? undefined : this.#propose(bead, spawned);
    if (typeof proposal === 'string') {
      const failure = { class: 'task', code: 'addition', message: proposal } as const;
      return { type: 'step-failed', effect, failure };
    }
    return {
      type: 'step-succeeded',
      effect,
      report,
      ...(output === undefined ? {} : { output }),
      ...(proposal === undefined ? {} : { proposal }),
    };
  }

  #propose(bead: Bead, files: readonly SpawnFile[]): Proposal | string {
    const { performers, roster, store } = this.#parts;
    const { spec } = store.node(bead.id);
    invariant(spec.kind === 'bead', `${bead.id} is a bead`);
    return performers.propose({
      bead,
      node: spec,
      files,
      isByPerson: false,
      find: (id) => roster.find(id),
    });
  }
}

function answer(effect: EffectRef, end: StepEnd<unknown>): Input {
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
