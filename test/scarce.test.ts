/** The real program where the machine runs out of something: open files, processes, memory. It ends with a sentence, and can go on. */
import { spawnSync } from 'node:child_process';
import { chownSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectNothingLeft } from './support/aftermath.ts';
import { linesOf } from './support/ledger.ts';
import { convoy, type Result, Sandbox } from './support/sandbox.ts';
import { status } from './support/status.ts';

const STACK = /\n\s+at /;
const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** Eight beads at once, each with a check, all of which say that they began and ended. */
const eight = (run = 'sleep 0.2'): Sandbox =>
  new Sandbox({
    ...convoy(
      Object.fromEntries(
        ids.map((id) => [
          id,
          {
            run: `echo "begin ${id}" >> log/all\n${run}\necho "end ${id}" >> log/all`,
            more: '[bead.acceptance]\nchecks = ["true"]\n',
          },
        ]),
      ),
      '[formula.execution]\nparallel_beads = 8\n',
    ),
    'log/.keep': '',
  });

/** Nothing that ended is lost or begun again, and nothing is left once there is enough of everything. */
async function expectRecovery(sandbox: Sandbox): Promise<void> {
  const before = linesOf(sandbox, 'log/all').filter((line) => line.startsWith('end'));
  const end = await sandbox.gastown(['run']);
  expect(end.code, end.stdout + end.stderr).toBe(0);
  const lines = linesOf(sandbox, 'log/all');
  for (const id of ids) {
    expect(lines.filter((line) => line === `end ${id}`)).toHaveLength(1);
    if (before.includes(`end ${id}`))
      expect(lines.lastIndexOf(`begin ${id}`), `${id} had ended`).toBeLessThan(lines.indexOf(`end ${id}`));
  }
  expect((await status(sandbox)).run).toMatchObject({ phase: 'settled', outcome: 'done', driver: 'none' });
  await expectNothingLeft(sandbox);
}

function expectSentence({ code, stdout, stderr }: Result): void {
  expect([0, 2, 3], stdout + stderr).toContain(code);
  expect(stderr).not.toMatch(STACK);
  expect(stderr).not.toContain('unexpected');
  if (code !== 0) expect(stdout + stderr).toMatch(/error: |paused: /);
}

const limited = (...limits: readonly string[]): string[] => ['prlimit', ...limits];
const hasLimits = spawnSync('prlimit', ['--nofile=64:64', 'true']).status === 0;
if (!hasLimits) console.warn('running out of files and processes is not tested: there is no prlimit');

describe.skipIf(!hasLimits)('where no more files may be opened', () => {
  /** How many are needed to load the program and a plan; what Node itself cannot do without is not ours to tell. */
  const enoughToLook = async (): Promise<number> => {
    await using sandbox = eight();
    for (let files = 16; files < 256; files += 1) {
      const { code } = await sandbox.gastown(['validate'], { under: limited(`--nofile=${files}:${files}`) });
      if (code === 0) return files;
    }
    throw new Error('gastown cannot be run here at all');
  };

  it('a run ends with a sentence however few there are, and loses nothing', async () => {
    const enough = await enoughToLook();
    const ends: (number | null)[] = [];
    for (const more of [0, 2, 6, 14]) {
      await using sandbox = eight();
      const files = enough + more;
      const end = await sandbox.gastown(['run'], { under: limited(`--nofile=${files}:${files}`) });
      expectSentence(end);
      ends.push(end.code);
      expect(sandbox.processes()).toEqual([]);
      await expectRecovery(sandbox);
    }
    expect(ends[0], 'the fewest are too few').not.toBe(0);
  }, 300_000);
});

/** Limits on processes do not bind root, so the program is run by nobody in particular, who may still read our files. */
const NOBODY = 54_321;
const RIGHTS = '-all,+dac_override,+dac_read_search';
const asNobody = (processes: number): string[] => [
  ...['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'],
  ...['--inh-caps', RIGHTS, '--ambient-caps', RIGHTS, '--bounding-set', RIGHTS],
  ...limited(`--nproc=${processes}:${processes}`),
];
const mayBeNobody = ((): boolean => {
  const [program = '', ...args] = [...asNobody(64), process.execPath, '-e', ''];
  return hasLimits && spawnSync(program, args).status === 0;
})();
if (!mayBeNobody)
  console.warn('running out of processes is not tested: only root can run a program as somebody else');

describe.skipIf(!mayBeNobody)('where no more processes can be started', () => {
  it.each([16, 22, 30])(
    '(%i, threads included) a run ends with a sentence, and loses nothing',
    async (processes) => {
      await using sandbox = eight();
      for (const path of ['.', ...readdirSync(sandbox.folder, { recursive: true, encoding: 'utf8' })])
        chownSync(sandbox.path(path), NOBODY, NOBODY);
      expectSentence(await sandbox.gastown(['run'], { under: asNobody(processes) }));
      expect(sandbox.processes()).toEqual([]);
      const end = await sandbox.gastown(['run'], { under: asNobody(200) });
      expect(end.code, end.stdout + end.stderr).toBe(0);
      for (const id of ids)
        expect(linesOf(sandbox, 'log/all').filter((line) => line === `end ${id}`)).toHaveLength(1);
      await sandbox.until('nothing is left', () => sandbox.processes().length === 0);
    },
  );
});

describe('where there is no more memory', () => {
  it('the driver dies, what works goes on, and the next driver follows it', async () => {
    await using sandbox = eight('while [ ! -e log/go ]; do sleep 0.1; done');
    const { process: driver, ended } = sandbox.start(['run']);
    await sandbox.until('all work', () => linesOf(sandbox, 'log/all').length === 8);
    // What the kernel does where memory is short; a heap that is too small ends a program in the same way, by SIGABRT.
    driver.kill('SIGABRT');
    await ended;
    const small = await sandbox.gastown(['resume'], { env: { NODE_OPTIONS: '--max-old-space-size=4' } });
    expect(small.code).not.toBe(0);
    sandbox.write({ 'log/go': '' });
    await expectRecovery(sandbox);
    const lines = linesOf(sandbox, 'log/all');
    expect(lines.filter((line) => line.startsWith('begin'))).toHaveLength(8);
  });
});
