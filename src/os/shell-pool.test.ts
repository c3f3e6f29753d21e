import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isSame } from './process-identity.ts';
import { environmentOf, listPids, processFacts } from './process-table.ts';
import { sweepMarkers } from './process-tree.ts';
import type { ShellEnd } from './shell-end.ts';
import { ShellPool, type ShellRequest } from './shell-pool.ts';
import { readRecord } from './shell-record.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const never = new AbortController().signal;

let built: string;
let folder: string;
let pool: ShellPool;
let count = 0;

beforeAll(async () => {
  built = mkdtempSync(join(tmpdir(), 'gastown-built-'));
  await build({
    entryPoints: { 'redact-filter': here('redact-filter.ts'), 'shell-pool': here('shell-pool.ts') },
    outdir: built,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

const filter = (): string => join(built, 'redact-filter.mjs');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gastown-pool-'));
});
afterEach(async () => {
  await pool?.[Symbol.asyncDispose]();
  const left = marked(folder);
  // A test that failed must not leave processes to the next one.
  await sweepMarkers(new Set([`TEST_FOLDER=${folder}`]));
  rmSync(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
});

/** Living processes whose environment mentions the folder of this test. */
function marked(text: string): number[] {
  return listPids().filter(
    (pid) => pid !== process.pid && processFacts(pid) && environmentOf(pid)?.includes(text),
  );
}

interface Extra {
  readonly variables?: Record<string, string>;
  readonly input?: string;
  readonly argv?: readonly string[];
  readonly secretValues?: readonly string[];
  readonly env?: Record<string, string>;
  readonly directory?: string;
}

const path = process.env['PATH'] ?? '';

function request(command: string, extra: Extra = {}): ShellRequest {
  count += 1;
  const attempt = join(folder, `attempt-${count}`);
  mkdirSync(attempt);
  return {
    work: extra.argv ? { type: 'argv', argv: extra.argv } : { type: 'shell', command },
    directory: extra.directory ?? folder,
    base: { env: { PATH: path, TEST_FOLDER: folder, ...extra.env }, secretValues: extra.secretValues ?? [] },
    variables: { TEST_MARKER: `${folder}-${count}`, ...extra.variables },
    marker: 'TEST_MARKER',
    record: join(attempt, 'record'),
    log: join(attempt, 'log'),
    input: extra.input,
  };
}

const log = (asked: ShellRequest): string => readFileSync(asked.log, 'utf8');
const traceOf = (asked: ShellRequest) => ({
  record: asked.record,
  marker: `TEST_MARKER=${asked.variables['TEST_MARKER']}`,
});
const run = (asked: ShellRequest, signal = never, graceMs = 2000): Promise<ShellEnd> =>
  pool.run(asked, signal, graceMs);
const exited = (status: number, leftovers = 0): ShellEnd => ({ type: 'exited', status, leftovers });

/** Waits until a condition of the outside world holds; the test's own time limit bounds it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const shells = ['/bin/dash', '/bin/bash'].filter((shell) => existsSync(shell));

describe.each(shells)('commands, with %s', (shell) => {
  beforeEach(() => {
    pool = new ShellPool({ shell, filter: filter(), prefixes: [`${folder}/`] });
  });

  it('tells every exit status from 0 to 255', async () => {
    for (const status of [0, 1, 2, 3, 42, 75, 126, 127, 128, 130, 143, 200, 254, 255]) {
      const asked = request(`exit ${status}`);
      expect(await run(asked)).toEqual(exited(status));
      expect(readRecord(asked.record)).toMatchObject({ phase: 'ended', status });
    }
  });

  it.each([
    ['killed by a signal', "kill -9 $(exec sh -c 'echo $PPID')", 137],
    ['a program that is missing', 'no-such-program-here', 127],
    ['a conditional', 'false || exit 9', 9],
    ['exec', 'exec sh -c "exit 12"', 12],
    ['errexit', 'set -e; false; exit 3', 1],
    ['the group is signalled and the signal ignored', "trap '' TERM; kill -TERM 0; exit 5", 5],
  ])('%s', async (_, command, status) => {
    expect(await run(request(command))).toEqual(exited(status));
  });

  it('survives a command with a syntax error', async () => {
    const asked = request('if ; then (');
    const end = await run(asked);
    expect(end.type === 'exited' && end.status > 0).toBe(true);
    expect(log(asked)).toMatch(/syntax error/i);
    expect(await run(request('exit 4'))).toEqual(exited(4));
  });

  it('hands texts over unchanged: quotes, lines, every character, 64 KiB', async () => {
    let every = '';
    for (let code = 1; code < 0x250; code += 1) every += String.fromCharCode(code);
    const texts = [
      '',
      '-',
      '*2',
      '0',
      '/x',
      '$(touch pwned) `touch pwned` ; "\'\\',
      '\n',
      'a\n\nb\n',
      every,
      '\u{1F600}',
      ' x ',
    ];
    for (const text of texts) {
      const asked = request('printf %s "$TEST_TEXT"', { variables: { TEST_TEXT: text } });
      expect(await run(asked)).toEqual(exited(0));
      expect(log(asked)).toBe(text);
    }
    const long = `printf %s '${'x"$\n'.repeat(16 * 1024)}'`;
    const asked = request(long);
    expect(await run(asked)).toEqual(exited(0));
    expect(log(asked)).toBe('x"$\n'.repeat(16 * 1024));
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  it('hands over paths in and beside the folder of the record, with the same names as before and with others', async () => {
    const { base } = request('');
    for (const names of [['TEST_A', 'TEST_B'], ['TEST_A', 'TEST_B'], ['TEST_B'], [], ['TEST_B', 'TEST_A']]) {
      const blank = request('printf "%s|%s\\n" "$TEST_A" "$TEST_B"');
      const here = dirname(blank.record);
      const texts = [here, `${here}/`, `${here}/out.json`, `${here}0`, dirname(here), '.', './x'];
      for (const [at, text] of texts.entries()) {
        const record = join(here, `${at}.record`);
        const variables = { ...blank.variables, ...Object.fromEntries(names.map((name) => [name, text])) };
        expect(await run({ ...blank, base, record, variables })).toEqual(exited(0));
        const shown = (name: string): string => (names.includes(name) ? text : '');
        expect(log(blank).split('\n').at(-2)).toBe(`${shown('TEST_A')}|${shown('TEST_B')}`);
      }
    }
  });

  it('runs an argument vector without a shell in between', async () => {
    const asked = request('', { argv: ['printf', '%s|', 'a b', '$HOME', "it's", 'x\ny', ''] });
    expect(await run(asked)).toEqual(exited(0));
    expect(log(asked)).toBe("a b|$HOME|it's|x\ny||");
  });

  it('gives a command exactly its variables, and none of an earlier one', async () => {
    const first = request('env', { variables: { TEST_ONE: '1', TEST_TWO: '2' }, env: { TEST_TWO: 'base' } });
    const second = {
      ...request('env', { variables: { TEST_ONE: '3' }, env: { TEST_TWO: 'base' } }),
      base: first.base,
    };
    await run(first);
    await run(second);
    expect(log(first)).toContain('TEST_TWO=2\n');
    const names = (text: string): string[] =>
      [...text.matchAll(/^(TEST_\w+)=/gm)].map(([, name]) => name ?? '').sort();
    expect(log(second)).toContain('TEST_ONE=3\n');
    expect(log(second)).toContain('TEST_TWO=base\n');
    expect(names(log(second))).toEqual(['TEST_FOLDER', 'TEST_MARKER', 'TEST_ONE', 'TEST_TWO']);
    const third = { ...request('env', { variables: {}, env: { TEST_TWO: 'base' } }), base: first.base };
    await run(third);
    expect(names(log(third))).toEqual(['TEST_FOLDER', 'TEST_MARKER', 'TEST_TWO']);
    expect(log(second)).not.toContain('_gs_');
    expect(log(second)).not.toContain('VITEST');
  });

  it('gives a command an empty input, default signals, its folder, and no other open file', async () => {
    const asked = request(
      'pwd -P; cat; ls /proc/self/fd; grep -E "^Sig(Ign|Blk)" /proc/self/status; echo "args $#"',
    );
    expect(await run(asked)).toEqual(exited(0));
    const [directory, ...lines] = log(asked).trim().split('\n');
    expect(directory).toBe(folder);
    // What this process itself was given by whoever started it is passed on to every program, above the single digits.
    const inherited = execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' }).trim().split('\n');
    const open = lines.slice(0, -3).filter((name) => name.length === 1 || !inherited.includes(name));
    // The fourth is the folder that `ls` itself lists.
    expect(open.slice(0, 3)).toEqual(['0', '1', '2']);
    expect(lines.slice(0, -3).length).toBeLessThanOrEqual(inherited.length);
    expect(lines.slice(-3)).toEqual(['SigBlk:\t0000000000000000', 'SigIgn:\t0000000000000000', 'args 0']);
  });

  it('feeds a file as input', async () => {
    const input = join(folder, 'prompt');
    writeFileSync(input, 'first\nsecond');
    const asked = request('', { argv: ['cat'], input });
    expect(await run(asked)).toEqual(exited(0));
    expect(log(asked)).toBe('first\nsecond');
  });

  it('says what cannot be opened, and goes on', async () => {
    const gone = join(folder, 'gone');
    expect(await run(request('true', { directory: gone }))).toEqual({ type: 'unable', what: 'directory' });
    expect(await run(request('true', { input: gone }))).toEqual({ type: 'unable', what: 'input' });
    expect(await run({ ...request('true'), log: join(gone, 'log') })).toEqual({
      type: 'unable',
      what: 'log',
    });
    const asked = request('touch begun');
    expect(await run({ ...asked, record: join(gone, 'record') })).toEqual({ type: 'unable', what: 'record' });
    // Every write there fails as on a full disk.
    expect(await run({ ...request('touch begun'), record: '/dev/full' })).toEqual({
      type: 'unable',
      what: 'record',
    });
    expect(existsSync(join(folder, 'begun'))).toBe(false);
    expect(await run(request('exit 6'))).toEqual(exited(6));
  });

  it('keeps floods and binary output whole', async () => {
    const asked = request('head -c 3000000 /dev/zero; printf "\\377\\000end"');
    expect(await run(asked)).toEqual(exited(0));
    expect(statSync(asked.log).size).toBe(3_000_005);
  });

  it('kills what a command leaves behind in its session, before it tells the end', async () => {
    const asked = request('sleep 1000 & (while :; do sleep 1000; done) & exit 3');
    const end = await run(asked);
    expect(end).toMatchObject({ type: 'exited', status: 3 });
    expect(end.type === 'exited' && end.leftovers).toBeGreaterThanOrEqual(2);
    expect(marked(traceOf(asked).marker)).toEqual([]);
  });

  it('finds what left for a session of its own with one sweep over many commands', async () => {
    const asked = request(
      'setsid sh -c "echo up; exec sleep 1000" & while ! [ -s "$TEST_LOG" ]; do :; done',
      {},
    );
    const withLog = { ...asked, variables: { ...asked.variables, TEST_LOG: asked.log } };
    await run(withLog);
    await run(request('true'));
    const found = await pool.sweepEnded();
    const { marker } = traceOf(asked);
    // The sweep at the end of the command may have met it before it left the session.
    expect([1, undefined]).toContain(found.get(marker));
    expect(marked(marker)).toEqual([]);
  });

  it('redacts before anything reaches the disk, keeps the status, and does not wait for leftovers', async () => {
    const secret = 'hunter2-hunter2';
    const command = `printf 'a %s b' "$TEST_SECRET"; printf hunter2-; sleep 0.05; printf hunter2; sleep 1000 & exit 7`;
    const asked = request(command, { secretValues: [secret], env: { TEST_SECRET: secret } });
    expect(await run(asked)).toMatchObject({ type: 'exited', status: 7 });
    expect(log(asked)).toBe('a [redacted] b[redacted]');
  });
});

describe('stopping', () => {
  beforeEach(() => {
    pool = new ShellPool({ filter: filter() });
  });

  async function stopped(command: string, graceMs: number, extra: Extra = {}): Promise<ShellRequest> {
    const asked = request(command, extra);
    const stop = new AbortController();
    const end = run(asked, stop.signal, graceMs);
    await until(() => existsSync(asked.log) && log(asked).includes('up'));
    stop.abort();
    expect(await end).toEqual({ type: 'stopped' });
    expect(marked(traceOf(asked).marker)).toEqual([]);
    expect(readRecord(asked.record).phase).toBe('stopping');
    return asked;
  }

  it('lets a polite command clean up', async () => {
    const asked = await stopped(
      "trap 'echo cleaned; exit 0' TERM; echo up; while :; do sleep 0.02; done",
      60_000,
    );
    expect(log(asked)).toContain('cleaned');
  });

  it('kills who ignores TERM, and grandchildren in sessions of their own', async () => {
    await stopped(
      "trap '' TERM; setsid sh -c \"trap '' TERM; while :; do sleep 1; done\" & echo up; while :; do sleep 1; done",
      50,
    );
  });

  it('keeps the last words of a redacted command', async () => {
    const asked = await stopped(
      "trap 'echo bye hunter2-x; exit 0' TERM; echo up; while :; do sleep 0.02; done",
      60_000,
      {
        secretValues: ['hunter2-x'],
      },
    );
    expect(log(asked)).toContain('bye [redacted]');
  });

  it('does not start what was stopped before', async () => {
    const asked = request('touch begun');
    expect(await run(asked, AbortSignal.abort())).toEqual({ type: 'stopped' });
    const stop = new AbortController();
    const second = request('sleep 0.2; touch begun');
    const end = run(second, stop.signal);
    stop.abort();
    expect(await end).toEqual({ type: 'stopped' });
    expect(existsSync(join(folder, 'begun'))).toBe(false);
  });

  it('gives nobody time once it has to be now', async () => {
    const asked = request("trap '' TERM; echo up; while :; do sleep 1; done");
    const stop = new AbortController();
    const end = run(asked, stop.signal, 1_000_000);
    await until(() => existsSync(asked.log) && log(asked).includes('up'));
    stop.abort();
    pool.killNow();
    expect(await end).toEqual({ type: 'stopped' });
    expect(marked(traceOf(asked).marker)).toEqual([]);
  });

  it('keeps a result that was recorded before the stop was claimed', async () => {
    const { base } = request('true');
    await run({ ...request('true'), base });
    const asked = { ...request('exit 3'), base };
    const stop = new AbortController();
    // Its helper is idle, and asked before any other event of this process.
    const end = run(asked, stop.signal);
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
    // The helper tells its end through a pipe that nobody reads meanwhile.
    while (readRecord(asked.record).phase !== 'ended') {}
    stop.abort();
    expect(await end).toEqual(exited(3));
  });

  it('goes on with a new helper', async () => {
    await stopped('echo up; sleep 1000', 1000);
    expect(await run(request('exit 8'))).toEqual(exited(8));
  });
});

describe('records', () => {
  beforeEach(() => {
    pool = new ShellPool({ filter: filter() });
  });

  it('runs one record once', async () => {
    const asked = request('echo ran');
    expect(await run(asked)).toEqual(exited(0));
    expect(await run(asked)).toEqual({ type: 'refused' });
    expect(log(asked)).toBe('ran\n');
  });

  it('refuses what was given up, also when an append was torn', async () => {
    const asked = request('echo ran');
    expect(await pool.adopt(traceOf(asked), never, 100)).toBeUndefined();
    expect(await run(asked)).toEqual({ type: 'refused' });
    const torn = request('echo ran');
    writeFileSync(torn.record, 'B half');
    expect(await run(torn)).toEqual({ type: 'refused' });
    expect(await pool.adopt(traceOf(torn), never, 100)).toBeUndefined();
  });

  it('harvests a result', async () => {
    const asked = request('exit 5');
    await run(asked);
    expect(await pool.adopt(traceOf(asked), never, 100)).toEqual(exited(5));
  });

  it('says lost, proven, when the helper is killed', async () => {
    const asked = request('echo up; sleep 1000');
    const end = run(asked);
    await until(() => existsSync(asked.log) && log(asked).includes('up'));
    const state = readRecord(asked.record);
    if (state.phase !== 'begun') throw new Error(state.phase);
    process.kill(state.helper.pid, 'SIGKILL');
    expect(await end).toEqual({ type: 'lost' });
    expect(marked(traceOf(asked).marker)).toEqual([]);
    expect(await pool.adopt(traceOf(asked), never, 100)).toBeUndefined();
  });

  it('believes the record of a helper that dies before it tells the end', async () => {
    const asked = request('printf "E 7\\n" >>"$TEST_RECORD"; kill -9 $$');
    const variables = { ...asked.variables, TEST_RECORD: asked.record };
    expect(await run({ ...asked, variables })).toMatchObject({ type: 'exited', status: 7 });
  });

  it('is not fooled by a helper that another boot or a reused pid stands behind', async () => {
    const asked = request('true');
    const boot = 'B x.1\nI host 00000000-0000-0000-0000-000000000000 pid:[1] 2 3\n';
    writeFileSync(asked.record, boot);
    expect(await pool.adopt(traceOf(asked), never, 100)).toBeUndefined();
  });
});

describe('a driver that is killed', () => {
  let driver: ChildProcess | undefined;
  afterEach(() => {
    driver?.kill('SIGKILL');
  });

  /** Starts a program that runs the request through a pool of its own, and kills it once the command is up. */
  async function killedDriver(asked: ShellRequest, ready: () => boolean): Promise<void> {
    const program = join(built, 'driver.mjs');
    writeFileSync(
      program,
      `import { ShellPool } from './shell-pool.mjs';
       const { request, filter } = JSON.parse(process.argv[2]);
       await new ShellPool({ filter }).run(request, new AbortController().signal, 1000);`,
    );
    driver = spawn(process.execPath, [program, JSON.stringify({ request: asked, filter: filter() })], {
      stdio: 'inherit',
    });
    const gone = new Promise((resolve) => driver?.once('exit', resolve));
    await until(ready);
    driver.kill('SIGKILL');
    await gone;
  }
  const isUp = (asked: ShellRequest) => () => existsSync(asked.log) && log(asked).includes('up');

  beforeEach(() => {
    pool = new ShellPool();
  });

  it('leaves a command that is adopted alive and followed to its end', async () => {
    const asked = request('echo up; while ! [ -e go ]; do sleep 0.02; done; echo more; exit 9');
    await killedDriver(asked, isUp(asked));
    const end = pool.adopt(traceOf(asked), never, 1000);
    writeFileSync(join(folder, 'go'), '');
    expect(await end).toEqual(exited(9));
    expect(log(asked)).toBe('up\nmore\n');
  });

  it('leaves a result that is harvested, redacted as ever', async () => {
    const asked = request('echo up; while ! [ -e go ]; do sleep 0.02; done; echo hunter2-x; exit 9', {
      secretValues: ['hunter2-x'],
    });
    // The filter holds back what may be the beginning of a secret: a file tells that the command is up.
    await killedDriver(asked, () => readRecord(asked.record).phase === 'begun');
    const state = readRecord(asked.record);
    if (state.phase !== 'begun') throw new Error(state.phase);
    writeFileSync(join(folder, 'go'), '');
    await until(() => !isSame(state.helper));
    expect(readRecord(asked.record)).toMatchObject({ phase: 'ended', status: 9 });
    expect(await pool.adopt(traceOf(asked), never, 1000)).toMatchObject({ type: 'exited', status: 9 });
    expect(log(asked)).toBe('up\n[redacted]\n');
  });

  it('leaves a command that can be stopped whole', async () => {
    const asked = request("trap '' TERM; setsid sleep 1000 & echo up; while :; do sleep 1; done");
    await killedDriver(asked, isUp(asked));
    const stop = new AbortController();
    const end = pool.adopt(traceOf(asked), stop.signal, 50);
    stop.abort();
    expect(await end).toEqual({ type: 'stopped' });
    expect(marked(traceOf(asked).marker)).toEqual([]);
  });

  it('and its helper with it: proven lost, nothing left', async () => {
    const asked = request('setsid sleep 1000 & echo up; sleep 1000');
    await killedDriver(asked, isUp(asked));
    const state = readRecord(asked.record);
    if (state.phase !== 'begun') throw new Error(state.phase);
    process.kill(state.helper.pid, 'SIGKILL');
    expect(await pool.adopt(traceOf(asked), never, 1000)).toBeUndefined();
    expect(marked(traceOf(asked).marker)).toEqual([]);
  });
});

describe('the pool', () => {
  beforeEach(() => {
    pool = new ShellPool({ maxIdle: 2 });
  });

  it('shares helpers between commands of one base, and runs many at once', async () => {
    const base = request('true').base;
    const pids = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const asked = Array.from({ length: 4 }, () => ({ ...request('echo $PPID; [ -n "$PPID" ]'), base }));
      expect(await Promise.all(asked.map((one) => run(one)))).toEqual(asked.map(() => exited(0)));
      for (const one of asked) {
        const state = readRecord(one.record);
        if (state.phase === 'ended') pids.add(String(state.helper.pid));
      }
    }
    // Two of four helpers are kept between the rounds.
    expect(pids.size).toBeGreaterThanOrEqual(4);
    expect(pids.size).toBeLessThanOrEqual(8);
  });

  it('gives no command a helper of another base', async () => {
    for (const name of ['one', 'two', 'one']) {
      const asked = request('printf %s "$TEST_BASE"', { env: { TEST_BASE: name } });
      expect(await run(asked)).toEqual(exited(0));
      expect(log(asked)).toBe(name);
    }
  });

  it('refuses names that a shell gives a meaning, NUL, and secrets without a filter', async () => {
    await expect(run(request('true', { variables: { PATH: '/' } }))).rejects.toThrow(TypeError);
    await expect(run(request('true', { variables: { TEST_TEXT: 'a\0b' } }))).rejects.toThrow(TypeError);
    await expect(run(request('true', { secretValues: ['hunter2'] }))).rejects.toThrow('redaction filter');
    expect(await run(request('exit 2'))).toEqual(exited(2));
  });

  it('says which shell cannot be started', async () => {
    await using broken = new ShellPool({ shell: join(folder, 'no-shell') });
    await expect(broken.run(request('true'), never, 100)).rejects.toThrow('no-shell');
    const notAShell = join(folder, 'not-a-shell');
    writeFileSync(notAShell, '');
    chmodSync(notAShell, 0o644);
    await using other = new ShellPool({ shell: notAShell });
    await expect(other.run(request('true'), never, 100)).rejects.toThrow('not-a-shell');
  });
});
