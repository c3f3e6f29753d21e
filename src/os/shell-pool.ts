/**
 * Runs commands through long-lived shell helpers: cheap (no process is started from this one, whose size makes that
 * slow), and so that no result is lost when this process dies.
 *
 * Owns: the helpers, who of them is idle. Does not own: what a record means (`shell-record.ts`), how trees end
 * (`process-tree.ts`).
 * I1 A command runs at most once per record, whoever asks, adopts or dies.
 * I2 `run` and `adopt` resolve when nothing is left of the command in its session or below it; what left for a
 *    session of its own is found by `sweepEnded`, or at once when the command was stopped.
 * I3 A helper that was told to stop is never used again.
 * I4 A result recorded before the stop was claimed is a result; everything later is `stopped`.
 */

import { ProcessCensus } from './process-census.ts';
import { endTree, sweep, sweepMarkers } from './process-tree.ts';
import { adoptCommand, claimStop, total } from './shell-adoption.ts';
import type { ShellEnd, ShellTrace } from './shell-end.ts';
import {
  type HelperAnswer,
  type HelperRequest,
  isRequestVariable,
  type ShellBase,
  ShellHelper,
  type ShellWork,
} from './shell-helper.ts';
import { voidRecord } from './shell-record.ts';

export type { ShellEnd, ShellTrace } from './shell-end.ts';

/** One command to run; all paths absolute, their folders exist. */
export interface ShellRequest {
  readonly work: ShellWork;
  readonly directory: string;
  readonly base: ShellBase;
  /** Variables of this command only; names such as `APP_NAME` (upper case, with an underscore). */
  readonly variables: Readonly<Record<string, string>>;
  /** Name of the variable (one of `variables`) whose value no other command has: leftovers are found by it. */
  readonly marker: string;
  /** Never used before: one record, one command. */
  readonly record: string;
  readonly log: string;
  readonly input: string | undefined;
}

/** What a pool is made from. */
export interface ShellPoolSettings {
  /** Default `/bin/sh`. */
  readonly shell?: string;
  /**
   * Absolute path of the bundled redaction filter (`redact-filter.ts`); without it, a base with secrets is refused, and
   * tokens are not looked for.
   */
  readonly filter?: string;
  /** Folders most paths of requests lie in, deepest first; at most three. */
  readonly prefixes?: readonly string[];
  /** Idle helpers kept for the next command, over all bases; default 16. */
  readonly maxIdle?: number;
}

/** A pool of shell helpers; disposing ends idle helpers and lets busy ones finish on their own, to be adopted later. */
export class ShellPool implements AsyncDisposable {
  readonly #settings: ShellPoolSettings;
  readonly #census = new ProcessCensus();
  readonly #baseKeys = new WeakMap<ShellBase, string>();
  readonly #idle: { readonly key: string; readonly helper: ShellHelper }[] = [];
  readonly #helpers = new Set<ShellHelper>();
  readonly #hurry = new AbortController();
  #endedMarkers = new Set<string>();
  /** Processes that ended commands left in their sessions, killed then, not yet told. */
  #leftovers = new Map<string, number>();
  #isDisposed = false;

  constructor(settings: ShellPoolSettings = {}) {
    this.#settings = settings;
  }

  /**
   * Runs a command. When the signal aborts, its whole tree is ended: TERM, up to `graceMs`, KILL, and a search for what
   * got away. Rejects when no helper can be started or something cannot be killed.
   */
  async run(request: ShellRequest, signal: AbortSignal, graceMs: number): Promise<ShellEnd> {
    for (const name of Object.keys(request.variables)) {
      if (!isRequestVariable(name)) throw new TypeError(`${name} cannot be set for one command`);
    }
    const marker = `${request.marker}=${request.variables[request.marker] ?? ''}`;
    if (signal.aborted) return { type: 'stopped' };
    const key = this.#keyOf(request.base);
    const helper = await this.#take(key, request.base);
    if (signal.aborted) {
      this.#giveBack(key, helper);
      return { type: 'stopped' };
    }
    try {
      const end = await this.#settle(helper, marker, request, signal, graceMs);
      this.#noteLeftovers(marker, end);
      if (!helper.isGone) this.#giveBack(key, helper);
      return end;
    } catch (error) {
      // What it holds, and what state it is in, is unknown: nobody gets it again.
      helper.discard();
      throw error;
    } finally {
      this.#endedMarkers.add(marker);
    }
  }

  /** {@link adoptCommand}, for commands of any pool. */
  async adopt(trace: ShellTrace, signal: AbortSignal, graceMs: number): Promise<ShellEnd | undefined> {
    const end = await adoptCommand(trace, signal, graceMs, this.#hurry.signal);
    this.#noteLeftovers(trace.marker, end);
    return end;
  }

  /**
   * Kills what commands that ended since the last call left outside their sessions; returns how many processes each left
   * behind in all, by `NAME=value`, those that were killed when it ended included.
   */
  async sweepEnded(): Promise<ReadonlyMap<string, number>> {
    const markers = this.#endedMarkers;
    const leftovers = this.#leftovers;
    this.#endedMarkers = new Set();
    this.#leftovers = new Map();
    for (const [marker, killed] of await sweepMarkers(markers))
      leftovers.set(marker, (leftovers.get(marker) ?? 0) + killed);
    return leftovers;
  }

  #noteLeftovers(marker: string, end: ShellEnd | undefined): void {
    if (end?.type === 'exited' && end.leftovers > 0)
      this.#leftovers.set(marker, (this.#leftovers.get(marker) ?? 0) + end.leftovers);
  }

  /** Ends the patience of every stop, those under way included: from now on nobody gets time to clean up. */
  killNow(): void {
    this.#hurry.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await this.sweepEnded();
    const ending: Promise<void>[] = [];
    for (const helper of this.#helpers) {
      if (!helper.isBusy) ending.push(helper.gone);
      helper.release();
    }
    await Promise.all(ending);
    this.#census[Symbol.dispose]();
  }

  async #settle(
    helper: ShellHelper,
    marker: string,
    request: HelperRequest,
    signal: AbortSignal,
    graceMs: number,
  ): Promise<ShellEnd> {
    const answered = helper.run(request);
    const answer = await untilAborted(answered, signal);
    if (answer === undefined) {
      const state = claimStop(request.record, helper.identity);
      if (state.phase !== 'ended') {
        await this.#end(helper, marker, graceMs);
        return { type: 'stopped' };
      }
    }
    return this.#conclude(helper, marker, request.record, answer ?? (await answered));
  }

  /** Kills helper and command; also one that has only just been asked and not begun. */
  async #end(helper: ShellHelper, marker: string, graceMs: number): Promise<void> {
    await endTree(helper.identity, new Set([marker]), graceMs, () => !helper.isBusy, this.#hurry.signal);
    await helper.gone;
  }

  async #conclude(
    helper: ShellHelper,
    marker: string,
    record: string,
    answer: HelperAnswer,
  ): Promise<ShellEnd> {
    switch (answer.type) {
      case 'refused':
      case 'unable':
        return answer;
      case 'ended': {
        if (!this.#census.hasCompany(helper.identity.pid))
          return { type: 'exited', status: answer.status, leftovers: 0 };
        const target = { leader: helper.identity, spareLeader: true, markers: new Set([marker]) };
        return { type: 'exited', status: answer.status, leftovers: total(await sweep(target)) };
      }
      case 'died': {
        const killed = await sweep({
          leader: helper.identity,
          spareLeader: false,
          markers: new Set([marker]),
        });
        const state = voidRecord(record);
        return state.phase === 'ended'
          ? { type: 'exited', status: state.status, leftovers: total(killed) }
          : { type: 'lost' };
      }
    }
  }

  #keyOf(base: ShellBase): string {
    let key = this.#baseKeys.get(base);
    if (key === undefined) {
      key = JSON.stringify([
        Object.entries(base.env).sort(([a], [b]) => (a < b ? -1 : 1)),
        base.secretValues,
        base.redactTokens === true,
      ]);
      this.#baseKeys.set(base, key);
    }
    return key;
  }

  async #take(key: string, base: ShellBase): Promise<ShellHelper> {
    if (this.#isDisposed) throw new Error('the shell pool is disposed');
    for (;;) {
      const index = this.#idle.findLastIndex((entry) => entry.key === key);
      const [entry] = index < 0 ? [] : this.#idle.splice(index, 1);
      if (entry === undefined) break;
      if (!entry.helper.isGone) return entry.helper;
    }
    const { filter, prefixes, shell } = this.#settings;
    if (filter === undefined && base.secretValues.some((value) => value !== '')) {
      throw new Error('commands with secrets need the redaction filter');
    }
    const helper = await ShellHelper.start({
      shell: shell ?? '/bin/sh',
      base,
      prefixes: prefixes ?? [],
      filter,
    });
    this.#helpers.add(helper);
    this.#census.watch(helper.identity.pid);
    void helper.gone.then(() => {
      this.#helpers.delete(helper);
      this.#census.forget(helper.identity.pid);
    });
    return helper;
  }

  #giveBack(key: string, helper: ShellHelper): void {
    if (this.#isDisposed) {
      helper.release();
      return;
    }
    this.#idle.push({ key, helper });
    if (this.#idle.length > (this.#settings.maxIdle ?? 16)) this.#idle.shift()?.helper.release();
  }
}

/** The value, or undefined when the signal aborts first. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value | undefined> {
  if (signal.aborted) return undefined;
  let stop = (): void => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
