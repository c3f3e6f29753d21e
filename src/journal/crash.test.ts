/** What crashes, full disks and other processes do to a journal: with real files and real processes. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runId } from '../core/ids.ts';
import { JournalProblem } from '../ports/journal.ts';
import { openJournal, openReader } from './open.ts';

let folder: string;
let program: string;
const children: ChildProcess[] = [];

/** A program of its own that drives a journal; its first argument says how. */
const PROGRAM = `
import { writeFileSync, readdirSync, existsSync } from 'node:fs';
import { openJournal, openReader } from './open.ts';
import { saveStatus } from './status-snapshot.ts';
const [mode, state, more] = process.argv.slice(2);
const self = { host: 'h', bootId: 'b', pidNamespace: 'p', pid: process.pid, startTime: '1' };
const say = (value) => console.log(JSON.stringify(value));
const header = (run) => ({ run, formula: 'f', formulaFile: 'f.toml', planHash: 'h', createdAt: 1 });
const row = (run, note) => ({ ...header(run), phase: 'active', outcome: undefined, note, updatedAt: 1, workedMs: 0, parallel: 1, counts: {} });
const begin = (journal) => {
  const { epoch } = journal.acquire(self, 1, () => true);
  journal.createRun(epoch, header('r1'));
  journal.append(epoch, 'r1', [], { run: row('r1', '0'), beads: [] });
  return epoch;
};
const event = (attempt, padding = '') =>
  ({ type: 'step-succeeded', node: 'a', attempt, step: 'work', at: attempt, report: padding });
const commit = (journal, epoch, number, padding) =>
  journal.append(epoch, 'r1', [event(number, padding)], { run: row('r1', String(number)), beads: [] });
const attempt = (work) => {
  try { return work() ?? 'done'; } catch (error) { return { name: error.name, reason: error.reason, message: error.message }; }
};

if (mode === 'race') {
  process.stdin.once('data', () => {
    const won = openJournal(state).acquire(self, 1, () => false);
    say('heldBy' in won ? { lost: won.heldBy.holder.pid } : { won: process.pid });
    process.exit();
  });
  say('ready');
} else if (mode === 'commits') {
  const journal = openJournal(state);
  const epoch = begin(journal);
  for (let number = 1; number <= Number(more); number += 1) commit(journal, epoch, number);
  process.kill(process.pid, 'SIGKILL');
} else if (mode === 'for-ever') {
  const journal = openJournal(state);
  const epoch = begin(journal);
  for (let number = 1; ; number += 1) { commit(journal, epoch, number); process.stdout.write(number + '\\n'); }
} else if (mode === 'full') {
  const journal = openJournal(state);
  const epoch = begin(journal);
  const reserved = existsSync(state + '/ballast');
  let committed = 0, releasedAt;
  const problem = attempt(() => {
    for (let number = 1; ; number += 1) {
      commit(journal, epoch, number, 'x'.repeat(500));
      committed = number;
      if (releasedAt === undefined && !existsSync(state + '/ballast')) releasedAt = number;
    }
  });
  const status = attempt(() => saveStatus(state, journal, []));
  say({ reserved, committed, releasedAt, problem, status, events: [...journal.events('r1')].length, note: journal.latestRun().note, retry: attempt(() => journal.setSetting('k', 'x'.repeat(100_000))) });
} else if (mode === 'read-only') {
  say({
    writing: attempt(() => openJournal(state).acquire(self, 1, () => true)),
    reading: attempt(() => openReader(state)?.latestRun()?.note),
    beads: attempt(() => openReader(state)?.beads('r1').length),
    history: attempt(() => [...openReader(state).events('r1')].length),
  });
} else if (mode === 'warnings') {
  openJournal(state);
  process.emitWarning('something else', 'ExperimentalWarning');
}
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gastown-crash-'));
  program = join(folder, 'program.mjs');
  await build({
    stdin: { contents: PROGRAM, resolveDir: import.meta.dirname, loader: 'js' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
  });
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

// The package is found beside the bundle in an installation; here the bundle is elsewhere.
const env = { ...process.env, NODE_PATH: resolve('node_modules') };
const stateFolder = (name: string): string => join(folder, name, 'state');

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((found, lost) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) found(text.slice(0, text.indexOf('\n')));
    });
    child.once('exit', () => lost(new Error('it ended before it said anything')));
  });
}

describe('two processes', () => {
  it('make and race for one journal: exactly one holds the lease, the others see who', async () => {
    const state = stateFolder('race');
    const racers = Array.from({ length: 4 }, () => start('race', state));
    await Promise.all(racers.map(firstLine));
    const answers = racers.map(firstLine);
    for (const racer of racers) racer.stdin?.write('go\n');
    const ends = (await Promise.all(answers)).map((line): { won?: number; lost?: number } =>
      JSON.parse(line),
    );
    const winners = ends.flatMap(({ won }) => won ?? []);
    expect(winners).toHaveLength(1);
    expect(ends.flatMap(({ lost }) => lost ?? [])).toEqual(Array(3).fill(winners[0]));
    using reader = openReader(state);
    expect(reader?.lease()).toMatchObject({ epoch: 1, holder: { pid: winners[0] } });
  });
});

describe('a driver killed in the middle of writing', () => {
  it('has recorded everything it was told was recorded', async () => {
    const state = stateFolder('killed');
    const child = start('for-ever', state);
    let text = '';
    await new Promise<void>((enough) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.split('\n').length > 50) enough();
      });
    });
    const ended = new Promise((end) => child.once('close', end));
    child.kill('SIGKILL');
    await ended;
    const said = text.split('\n').slice(0, -1).map(Number).at(-1) ?? 0;
    using journal = openJournal(state);
    const kept = [...journal.events(runId('r1'))].length;
    // One commit may have been made and not said.
    expect([said, said + 1]).toContain(kept);
    expect(journal.latestRun()?.note).toBe(String(kept));
  });
});

describe('a log with a torn tail', () => {
  const COMMITS = 12;
  const FRAME = 24 + 4096;
  let whole: string;

  beforeAll(() => {
    whole = stateFolder('whole');
    spawnSync(process.execPath, [program, 'commits', whole, String(COMMITS)], { env });
  });

  /** The state folder with another log; says how many commits can be read, after checking that they hang together. */
  function readBack(name: string, spoil: (log: Buffer) => Buffer): number {
    const state = stateFolder(name);
    mkdirSync(state, { recursive: true, mode: 0o700 });
    copyFileSync(join(whole, 'journal.db'), join(state, 'journal.db'));
    writeFileSync(join(state, 'journal.db-wal'), spoil(readFileSync(join(whole, 'journal.db-wal'))), {
      mode: 0o600,
    });
    using journal = openJournal(state);
    const run = journal.latestRun();
    const dates = [...journal.events(runId('r1'))].map(({ at }) => at);
    expect(dates).toEqual(dates.map((_, index) => index + 1));
    // The row was written by the same commit as the last event.
    if (run !== undefined) expect(run.note).toBe(String(dates.length));
    return dates.length;
  }

  it('is whole when nothing is torn', () => {
    expect(readBack('untouched', (log) => log)).toBe(COMMITS);
  });

  it('keeps every commit before the tear, wherever it is cut', () => {
    const size = readFileSync(join(whole, 'journal.db-wal')).length;
    const frames = Math.floor((size - 32) / FRAME);
    const kept: number[] = [];
    for (let frame = 0; frame <= frames; frame += 1) {
      for (const offset of frame % 5 === 0 ? [-1, 0, 1, 23, 24, 2_000] : [0]) {
        const at = Math.min(size, Math.max(0, 32 + frame * FRAME + offset));
        kept.push(readBack(`cut-${at}`, (log) => log.subarray(0, at)));
      }
    }
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
    expect([kept[0], kept.at(-1)]).toEqual([0, COMMITS]);
  });

  it('keeps every commit before a garbled frame', () => {
    const size = readFileSync(join(whole, 'journal.db-wal')).length;
    const kept: number[] = [];
    for (let at = 32; at < size; at += FRAME) {
      kept.push(
        readBack(`garbled-${at}`, (log) => {
          log.fill(0x5a, at + 100, at + 140);
          return log;
        }),
      );
    }
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
    expect([kept[0], kept.at(-1)]).toEqual([0, COMMITS - 1]);
  });

  it('begins anew when its header is garbled, and stays quiet about zeros behind the end', () => {
    expect(readBack('header', (log) => Buffer.concat([Buffer.alloc(32, 7), log.subarray(32)]))).toBe(0);
    expect(readBack('zeros', (log) => Buffer.concat([log, Buffer.alloc(3 * FRAME)]))).toBe(COMMITS);
  });
});

/** Runs the program where a small or read-only file system is mounted, in a mount name space of its own. */
function inMount(script: string, ...args: string[]): Record<string, unknown> {
  const text = execFileSync(
    'unshare',
    ['-rm', 'sh', '-c', script, 'sh', process.execPath, program, ...args],
    {
      env,
      encoding: 'utf8',
    },
  );
  return JSON.parse(text);
}
const canMount =
  spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt && mount -o remount,ro /mnt']).status ===
  0;

describe.runIf(canMount)('a full disk', () => {
  it('gives up its reserve so that results are recorded, then stops with a sentence, losing nothing', () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const result = inMount(
      'mount -t tmpfs -o size=3m,mode=700 none "$4" && exec "$1" "$2" "$3" "$4/state"',
      'full',
      disk,
    );
    expect(result).toMatchObject({
      reserved: true,
      problem: { name: 'JournalProblem', reason: 'full', message: expect.stringContaining('is full') },
      status: { reason: 'full' },
      events: result['committed'],
      note: String(result['committed']),
      retry: { name: 'JournalProblem', reason: 'full' },
    });
    // The space kept back was worth more than the commit that needed it.
    expect(Number(result['committed'])).toBeGreaterThan(Number(result['releasedAt']) + 5);
  });
});

describe.runIf(canMount)('a read-only folder', () => {
  const REMOUNT = 'mount --bind "$4" "$4" && mount -o remount,ro,bind "$4" && exec "$1" "$2" "$3" "$4"';

  it('cannot be driven and says so; what was recorded can be read, by way of the log if it is there', () => {
    const state = stateFolder('log-there');
    spawnSync(process.execPath, [program, 'commits', state, '3'], { env });
    expect(inMount(REMOUNT, 'read-only', state)).toMatchObject({
      writing: { name: 'JournalProblem', reason: 'read-only', message: expect.stringContaining('read-only') },
      reading: '3',
      history: 3,
    });
  });

  it('answers from status.json where SQLite cannot open the log, and has a sentence where there is none', () => {
    const state = stateFolder('log-gone');
    spawnSync(process.execPath, [program, 'commits', state, '3'], { env });
    {
      using journal = openJournal(state);
      expect([...journal.events(runId('r1'))]).toHaveLength(3);
    }
    const bare = stateFolder('bare');
    mkdirSync(bare, { recursive: true, mode: 0o700 });
    foldInto(state, bare);
    expect(inMount(REMOUNT, 'read-only', bare)).toMatchObject({
      reading: { name: 'JournalProblem' },
      beads: { name: 'JournalProblem' },
    });
    writeFileSync(
      join(bare, 'status.json'),
      JSON.stringify({
        format: 1,
        runs: [
          {
            ...{
              run: 'r1',
              formula: 'f',
              formulaFile: 'f.toml',
              planHash: 'h',
              createdAt: 1,
              phase: 'active',
            },
            ...{ note: 'kept', updatedAt: 1, workedMs: 0, parallel: 1, counts: {} },
          },
        ],
        beads: { r1: [{ id: 'a', name: 'a', level: 0, requires: [], status: 'ready', attempts: 0 }] },
        settings: {},
      }),
      { mode: 0o600 },
    );
    expect(inMount(REMOUNT, 'read-only', bare)).toMatchObject({
      reading: 'kept',
      beads: 1,
      history: { name: 'JournalProblem', reason: 'read-only', message: expect.stringContaining('history') },
    });
  });
});

/** The journal as a clean end leaves it: one file, no log. */
function foldInto(from: string, to: string): void {
  const script = `
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite') ?? require('@photostructure/sqlite');
    const database = new DatabaseSync(process.argv[1]);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');`;
  execFileSync(process.execPath, ['--no-warnings', '-e', script, join(from, 'journal.db')], { env });
  copyFileSync(join(from, 'journal.db'), join(to, 'journal.db'));
}

describe('loading SQLite', () => {
  it('drops its own experimental warning and no other', () => {
    const { stderr } = spawnSync(process.execPath, [program, 'warnings', stateFolder('warnings')], {
      env,
      encoding: 'utf8',
    });
    expect(stderr).toContain('ExperimentalWarning: something else');
    expect(stderr).not.toContain('SQLite');
  });
});

describe('a journal taken away under its driver', () => {
  it('is noticed before anything is written into a file that nobody can find', () => {
    const state = stateFolder('removed');
    using journal = openJournal(state);
    journal.setSetting('a', '1');
    rmSync(state, { recursive: true });
    using successor = openJournal(state);
    successor.setSetting('a', '2');
    expect(() => journal.setSetting('a', '3')).toThrow(JournalProblem);
    expect(() => journal.setSetting('a', '3')).toThrow(/moved or removed while it was in use/);
    expect(successor.setting('a')).toBe('2');
  });
});
