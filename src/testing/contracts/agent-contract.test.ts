import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadlessAgent } from '../../agents/headless.ts';
import { ShellAgent } from '../../agents/shell.ts';
import { effectKey } from '../../core/ids.ts';
import { environmentOf, listPids, processFacts } from '../../os/process-table.ts';
import { ShellPool } from '../../os/shell-pool.ts';
import type { Agent, Clock, PreparedRig, StepEnd, WorkReport } from '../../ports/work.ts';
import { FakeAgent, type FakeWork, FakeWorld } from '../fake-agent.ts';
import { madeUpAttempt, madeUpRig, madeUpWork } from '../work-samples.ts';
import { type AgentBench, agentContract, type Behaviour, type Work } from './agent-contract.ts';

const scripts: Readonly<Record<Behaviour, string>> = {
  succeed: 'echo ok',
  fail: 'echo no; exit 3',
  'blame-surroundings': 'exit 75',
  wait: 'while ! [ -e "$GASTOWN_ATTEMPT_DIR/go" ]; do sleep 0.01; done',
};

/** A bench of real processes; `makeAgent` gets the pool of one driver. */
function realBench(makeAgent: (pool: ShellPool, root: string) => Agent): AgentBench {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'gastown-agents-')));
  const pools: ShellPool[] = [];
  const rig: PreparedRig = {
    settings: madeUpRig(),
    directory: root,
    env: { PATH: process.env['PATH'] ?? '' },
    secretValues: [],
  };
  const begunFile = (work: Work): string => join(work.attempt.folder, 'begun');
  const timesBegun = (work: Work): number =>
    existsSync(begunFile(work)) ? readFileSync(begunFile(work), 'utf8').length : 0;
  let count = 0;
  return {
    agent: () => {
      const pool = new ShellPool();
      pools.push(pool);
      return makeAgent(pool, root);
    },
    work: (behaviour) => {
      count += 1;
      const folder = join(root, `attempt-${count}`);
      mkdirSync(folder);
      const bead = madeUpWork(`bead-${count}`, {
        run: `printf x >>"$GASTOWN_ATTEMPT_DIR/begun"; ${scripts[behaviour]}`,
      });
      const attempt = madeUpAttempt(bead, folder);
      return { attempt, rig, key: effectKey(attempt.run, bead.id, 1, 'work') };
    },
    begun: async (work) => {
      while (timesBegun(work) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    release: (work) => writeFileSync(join(work.attempt.folder, 'go'), ''),
    pass: (promise) => promise,
    timesBegun,
    alive: (work) =>
      listPids().filter(
        (pid) => processFacts(pid) && environmentOf(pid)?.includes(`GASTOWN_MARKER=${root} ${work.key}`),
      ).length,
    dispose: async () => {
      await Promise.all(pools.map((pool) => pool[Symbol.asyncDispose]()));
      rmSync(root, { recursive: true });
    },
  };
}

agentContract('the shell agent', () =>
  realBench(
    (pool, root) =>
      new ShellAgent({ pool, projectRoot: root, marker: (key) => `${root} ${key}`, graceMs: 1000 }),
  ),
);

agentContract('the headless agent', () =>
  realBench(
    (pool, root) =>
      new HeadlessAgent({
        pool,
        projectRoot: root,
        marker: (key) => `${root} ${key}`,
        graceMs: 1000,
        // A stand-in that does what it is told.
        agent: { name: 'reader', command: ['sh'], env: {}, capabilities: [], parallel: undefined },
        prompt: (attempt) => attempt.bead.run ?? '',
      }),
  ),
);

/** Time that passes only when told to. */
class TestClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly call: () => void }>();

  now(): number {
    return this.#now;
  }

  soon(call: () => void): void {
    this.after(0, call);
  }

  after(ms: number, call: () => void): Disposable {
    const timer = { at: this.#now + ms, call };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => this.#timers.delete(timer) };
  }

  /** Lets everything happen that is due until nothing is left to happen. */
  run(): void {
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
      if (next === undefined) return;
      this.#timers.delete(next);
      this.#now = next.at;
      next.call();
    }
  }
}

agentContract('the fake agent', () => {
  const clock = new TestClock();
  const failed = (failureClass: 'task' | 'infrastructure'): StepEnd<WorkReport> => ({
    type: 'failed',
    failure: { class: failureClass, code: 'exit', message: 'scripted' },
  });
  const success: StepEnd<WorkReport> = { type: 'succeeded', report: { exit: 0 } };
  const outcomes: Readonly<Record<Behaviour, FakeWork>> = {
    succeed: { afterMs: 10, end: success },
    fail: { afterMs: 10, end: failed('task') },
    'blame-surroundings': { afterMs: 10, end: failed('infrastructure') },
    wait: { afterMs: 1_000_000, end: success, stopMs: 5 },
  };
  const behaviours = new Map<string, Behaviour>();
  const world = new FakeWorld(clock, (attempt) => outcomes[behaviours.get(attempt.bead.id) ?? 'succeed']);
  return {
    agent: () => new FakeAgent(world),
    work: (behaviour) => {
      const bead = madeUpWork(`bead-${behaviours.size}`);
      behaviours.set(bead.id, behaviour);
      const rig = { settings: madeUpRig(), directory: '/', env: {}, secretValues: [] };
      const attempt = madeUpAttempt(bead, '/attempt');
      return { attempt, rig, key: effectKey(attempt.run, bead.id, 1, 'work') };
    },
    begun: () => Promise.resolve(),
    release: () => undefined,
    pass: (promise) => {
      clock.run();
      return promise;
    },
    timesBegun: (work) => world.begun.filter((key) => key === work.key).length,
    alive: (work) => world.alive.filter((key) => key === work.key).length,
    dispose: () => Promise.resolve(),
  };
});
