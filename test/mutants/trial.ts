/** One run of some test files, with a mutant or without: what came of it. Owns: the processes and files of that run. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killIfAlive } from '../support/leftovers.ts';
import { clearAway } from './leftovers.ts';
import { type Mutant, mutated, pathOf } from './mutant.ts';

/** What is run: these files, or of them the tests with these words in their names. */
export type Suite = Pick<Mutant, 'tests' | 'named'>;

export type Outcome = { readonly ms: number } & (
  | { readonly type: 'passed'; readonly tests: number }
  /** `test`: undefined where the run as a whole went wrong, as by an error that no test waits for. */
  | { readonly type: 'failed'; readonly file: string; readonly test: string | undefined }
  | { readonly type: 'too-long' }
  /** The tests could not even begin, which shows nothing about them. */
  | { readonly type: 'broken'; readonly why: string }
);

/** What a bench says (`bench.mjs`). */
type Said =
  | { readonly type: 'ready' }
  | { readonly type: 'unable'; readonly why: string }
  | {
      readonly type: 'ran';
      /** A test has failed, and the others cannot be stopped. */
      readonly isStuck: boolean;
      readonly files: readonly {
        readonly file: string;
        /** Why the file could not be loaded. */
        readonly errors: readonly string[];
        /** Errors that no test waits for. */
        readonly unheard: readonly string[];
        readonly tests: readonly { readonly name: string; readonly state: string }[];
      }[];
    };

/** Starting the program that runs tests may take so long. */
const START_MS = 120_000;

/** Runs suites one after another. I1: nothing that a trial started outlives it, except for the process that runs them all. */
export class Bench implements AsyncDisposable {
  #process: ChildProcess | undefined;
  /** Holds the temporary files of its processes, by which they are found. */
  readonly #folder = mkdtempSync(join(tmpdir(), 'gastown-mutants-'));

  /** Runs a suite with the mutant in place, or with none. */
  async try(
    { tests, named }: Suite,
    mutant: Mutant | undefined,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const bench = await this.#ready(signal);
    const temporary = mkdtempSync(join(this.#folder, 't-'));
    const from = performance.now();
    const mistake = mutant && {
      file: mutant.file,
      text: mutated(mutant, readFileSync(pathOf(mutant.file), 'utf8')),
    };
    const said = answerOf(bench, signal, limitMs);
    bench.send({ tests, named, mutant: mistake, temporary });
    const heard = await said;
    const outcome = judged(heard);
    if (heard?.type !== 'ran' || heard.isStuck) this.#end();
    await clearAway(temporary, this.#process?.pid);
    return { ...outcome, ms: performance.now() - from };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    await clearAway(this.#folder);
  }

  async #ready(signal: AbortSignal): Promise<ChildProcess> {
    if (this.#process?.connected === true) return this.#process;
    this.#process = fork(pathOf('test/mutants/bench.mjs'), {
      env: { ...process.env, TMPDIR: this.#folder },
      execArgv: [],
      stdio: 'ignore',
      detached: true,
    });
    const said = await answerOf(this.#process, signal, START_MS);
    if (said?.type !== 'ready')
      throw new Error(`tests cannot be run: ${said?.type === 'unable' ? said.why : ''}`);
    return this.#process;
  }

  #end(): void {
    if (this.#process?.pid !== undefined) killIfAlive(-this.#process.pid);
    this.#process = undefined;
  }
}

/** What the process says next; undefined when its time is up or the signal aborts first. */
function answerOf(bench: ChildProcess, signal: AbortSignal, limitMs: number): Promise<Said | undefined> {
  return new Promise((resolve) => {
    const end = (said: Said | undefined): void => {
      clearTimeout(timer);
      bench.off('message', hear).off('exit', gone);
      signal.removeEventListener('abort', late);
      resolve(said);
    };
    const hear = (said: unknown): void => end(said as Said);
    const gone = (): void => end({ type: 'unable', why: 'the process that ran the tests has died' });
    const late = (): void => end(undefined);
    bench.once('message', hear).once('exit', gone);
    const timer = setTimeout(late, limitMs);
    if (signal.aborted) late();
    else signal.addEventListener('abort', late, { once: true });
  });
}

type Judgement<Each = Outcome> = Each extends unknown ? Omit<Each, 'ms'> : never;

function judged(said: Said | undefined): Judgement {
  if (said === undefined) return { type: 'too-long' };
  if (said.type !== 'ran') return { type: 'broken', why: said.type === 'unable' ? said.why : 'out of turn' };
  let passed = 0;
  for (const { file, errors, unheard, tests } of said.files) {
    const failed = tests.find(({ state }) => state === 'failed');
    if (failed !== undefined) return { type: 'failed', file, test: failed.name };
    if (errors.length > 0) return { type: 'broken', why: `${file}: ${errors.join('; ')}` };
    if (unheard.length > 0) return { type: 'failed', file, test: undefined };
    passed += tests.filter(({ state }) => state === 'passed').length;
    if (passed === 0) return { type: 'broken', why: `no test was run of ${file}` };
  }
  return { type: 'passed', tests: passed };
}
