/**
 * The towers of Hanoi, durably: every move is a bead that requires the one before, made by an agent inside the driver's
 * process; real session, real journal. The driver is killed at random moves and goes on. Beside it, in the same minutes, the
 * floor: one commit of SQLite for each move. Prints JSON; bundled and run by `bench/run.mjs`.
 *
 * `--disks N` (20), `--kills N` (20), `--life FOLDER`: be the driver.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Bug } from '../src/core/invariant.ts';
import { runSession } from '../src/engine/session.ts';
import { openDatabase } from '../src/journal/database.ts';
import { openJournal, openReader } from '../src/journal/open.ts';
import { systemClock } from '../src/os/clock.ts';
import { listen, ring } from '../src/os/doorbell.ts';
import { isSame, ownIdentity } from '../src/os/process-identity.ts';
import { madeUpRig } from '../src/testing/work-samples.ts';
import { Towers, towersPlan } from './towers.ts';

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}
const disks = option('--disks', 20);
const kills = option('--kills', 20);
const moves = 2 ** disks - 1;
const lifeAt = process.argv.indexOf('--life');

/** What a life says of itself, one JSON text a line, on its descriptor 3. */
interface Sign {
  /** Moves that are durable. */
  readonly done: number;
  /** Since the process started, ms. */
  readonly ms: number;
}

/** Moves between two signs of life. */
const SIGN_EVERY = 64;

async function live(folder: string): Promise<void> {
  const towers = new Towers(disks);
  let told = -1;
  const sign = (): void => {
    told = towers.made;
    writeSync(3, `${JSON.stringify({ done: told, ms: Math.round(performance.now()) } satisfies Sign)}\n`);
  };
  const rig = madeUpRig();
  const prepared = { settings: rig, directory: folder, env: {}, secretValues: [] };
  using journal = openJournal(folder);
  const plan = towersPlan(disks);
  const end = await runSession(
    {
      journal,
      clock: systemClock,
      self: ownIdentity(),
      isAlive: isSame,
      steal: false,
      performers: () => ({
        rig: () => ({
          rig: {
            open: () => prepared,
            prepare: () => Promise.reject(new Bug('nothing is to be prepared')),
          },
          settings: rig,
        }),
        agent: () => ({
          agent: {
            // The pegs move when the journal holds the move, so this looks at nothing that could be lost.
            work: async ({ bead }) => {
              towers.look(bead.level);
              return { type: 'succeeded', report: { exit: 0 } };
            },
            // A move that was not recorded was not made.
            adopt: async () => undefined,
          },
          settings: undefined,
        }),
        verifier: { verify: () => Promise.reject(new Bug('nothing is to be verified')) },
        spawned: () => [],
        propose: () => 'nothing can be added',
        settle: async () => undefined,
        sweepRun: async () => [],
        sweep: async () => [],
      }),
      folder: () => folder,
      isStillThere: () => true,
      judge: (_, __, { spec }) => {
        throw new Bug(`${spec.id} has no condition`);
      },
      leavesPeople: false,
      onStall: (_, { node }) => {
        throw new Bug(`${node} stalled`);
      },
      listen: (onRing) => listen(join(folder, 'doorbell'), onRing),
      ring: () => ring(join(folder, 'doorbell')),
      observer: {
        opened: ({ store }) => {
          for (const { phase, spec } of store.nodes.values())
            if (phase.phase === 'done') towers.make(spec.level);
        },
        committed: (_, __, events) => {
          for (const event of events)
            if (event.type === 'bead-done') {
              towers.make(Number(event.node));
              if (told < 0 || towers.made - told >= SIGN_EVERY) sign();
            }
        },
        joined: () => undefined,
        followed: () => undefined,
        waits: () => undefined,
        swept: () => undefined,
      },
    },
    {
      plan,
      limits: { parallel: plan.formula.parallel, timeoutMs: undefined, rigs: {}, agents: {} },
      select: 'all',
      rerun: false,
      waitMs: 0,
      by: 'the benchmark',
    },
    () => undefined,
  );
  // Killed after the last move was recorded, and before it could say so; the journal is looked at in the end.
  if (end.type === 'nothing-to-do') while (towers.made < moves) towers.make(towers.made);
  sign();
  if (end.type === 'nothing-to-do') return;
  if (end.type !== 'ended' || end.phase.phase !== 'settled' || !towers.isSolved)
    throw new Error(`the run ended, and the towers are not where they should be: ${end.type}`);
}

/** One life of the driver. */
interface Life {
  /** Moves that were durable at its first and last sign, and when those came, ms after its start. */
  readonly first: Sign;
  readonly last: Sign;
  readonly wholeMs: number;
  readonly memoryMb: number;
}

/** Drives until a move is durable, and then some chance more; undefined: to the end. */
function lifeUntil(folder: string, killAt: number | undefined): Promise<Life> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const program = process.argv[1];
    if (program === undefined) throw new Error('a program has a name');
    const args = [...process.execArgv, program, '--life', folder, '--disks', String(disks)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
    const signs = child.stdio[3];
    if (signs === null || signs === undefined || !('read' in signs)) throw new Error('there is no pipe');
    let first: Sign | undefined;
    let last: Sign | undefined;
    let memoryMb = 0;
    let isDying = false;
    const measure = (): void => {
      memoryMb = Math.max(memoryMb, peakOf(child.pid) ?? 0);
    };
    const look = setInterval(measure, 50);
    createInterface({ input: signs }).on('line', (line) => {
      last = JSON.parse(line) as Sign;
      first ??= last;
      if (killAt === undefined || isDying || last.done < killAt) return;
      isDying = true;
      // Wherever in a step it is by then.
      setTimeout(() => {
        measure();
        child.kill('SIGKILL');
      }, Math.random() * 20);
    });
    child.once('close', (status) => {
      clearInterval(look);
      if (first === undefined || last === undefined || !(isDying || status === 0))
        reject(new Error(`a life ended with status ${status}`));
      else resolve({ first, last, wholeMs: performance.now() - start, memoryMb });
    });
  });
}

/** Peak memory in MB, as Linux accounts for it; undefined elsewhere. */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? undefined : Number(peak) / 1024;
  } catch {
    return undefined;
  }
}

/** What three events of a step take in the journal, about. */
const PAYLOAD = JSON.stringify({ step: 'x'.repeat(320) });

/** One commit for each step, and nothing else: no decisions, no rows for readers. */
class Floor implements Disposable {
  readonly #database;
  readonly #commit: () => void;
  steps = 0;
  ms = 0;

  constructor(folder: string) {
    this.#database = openDatabase(join(folder, 'floor.db'), 'write');
    this.#database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
       CREATE TABLE step (position INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;`,
    );
    const begin = this.#database.prepare('BEGIN IMMEDIATE');
    const insert = this.#database.prepare('INSERT INTO step (position, body) VALUES (?, ?)');
    const end = this.#database.prepare('COMMIT');
    this.#commit = () => {
      begin.run();
      insert.run(this.steps, PAYLOAD);
      end.run();
    };
  }

  run(steps: number): void {
    const start = performance.now();
    for (const until = this.steps + steps; this.steps < until; this.steps += 1) this.#commit();
    this.ms += performance.now() - start;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** What the journal holds, looked at from outside: every move done once, in order, none begun before the one it requires. */
function inspect(folder: string): { readonly events: number; readonly again: number } {
  using reader = openReader(folder);
  const run = reader?.latestRun()?.run;
  if (reader === undefined || run === undefined) throw new Error('there is no run');
  const towers = new Towers(disks);
  let events = 0;
  let again = 0;
  for (const event of reader.events(run)) {
    events += 1;
    if (event.type === 'attempt-started') {
      if (Number(event.node) !== towers.made)
        throw new Error(`move ${event.node} began after ${towers.made} moves`);
      if (event.attempt > 1) again += 1;
    } else if (event.type === 'bead-done') towers.make(Number(event.node));
  }
  if (!towers.isSolved) throw new Error('the towers are not where they should be');
  return { events, again };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

async function kill(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gastown-bench-hanoi-'));
  try {
    const state = join(folder, 'state');
    using floor = new Floor(folder);
    const slice = Math.ceil(Math.max(100, moves / 10) / (kills + 1));
    const ends = Array.from({ length: kills }, () => Math.floor(Math.random() * moves)).sort((a, b) => a - b);
    const lives: Life[] = [];
    for (const killAt of [...ends, undefined]) {
      floor.run(slice);
      const life = await lifeUntil(state, killAt);
      lives.push(life);
      process.stderr.write(
        `life ${lives.length}: first move after ${seconds(life.first.ms)}, to move ${life.last.done} after ${seconds(life.wholeMs)}, ${life.memoryMb.toFixed(0)} MB\n`,
      );
    }
    const { events, again } = inspect(state);
    const wholeMs = lives.reduce((sum, life) => sum + life.wholeMs, 0);
    const movingMs = lives.reduce((sum, { first, last }) => sum + last.ms - first.ms, 0);
    const moved = lives.reduce((sum, { first, last }) => sum + last.done - first.done, 0);
    const resumes = lives.slice(1).map(({ first }) => first.ms);
    const result = {
      moves,
      kills,
      events,
      /** Moves that were begun when the driver died, and begun again. */
      again,
      wholeMs: Math.round(wholeMs),
      floorMs: Math.round((floor.ms / floor.steps) * moves),
      ratio: wholeMs / moves / (floor.ms / floor.steps),
      /** Without what it takes to start and to go on. */
      movingRatio: movingMs / moved / (floor.ms / floor.steps),
      memoryMb: Math.round(Math.max(...lives.map(({ memoryMb }) => memoryMb))),
      resumeMs: { median: resumes.sort((a, b) => a - b)[resumes.length >> 1], most: resumes.at(-1) },
    };
    process.stderr.write(
      `${moves} moves, killed ${kills} times: ${seconds(wholeMs)}, ${result.ratio.toFixed(2)} × the floor (${result.movingRatio.toFixed(2)} × without starting), ${result.memoryMb} MB\n`,
    );
    console.log(JSON.stringify(result));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const life = lifeAt < 0 ? undefined : process.argv[lifeAt + 1];
await (life === undefined ? kill() : live(life));
