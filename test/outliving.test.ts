/**
 * Who outlives whom: work its driver, a driver the helper that watches the work, the journal the machine. Beads hold until the
 * test lets them go on; what they wrote down and the process table are the judges.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isSame, type ProcessIdentity } from '../src/os/process-identity.ts';
import { processFacts } from '../src/os/process-table.ts';
import { readRecord } from '../src/os/shell-record.ts';
import { expectNothingLeft } from './support/aftermath.ts';
import { changeHolder, childrenOf, commandsOf, cutPower, recordsOf } from './support/faults.ts';
import { linesOf } from './support/ledger.ts';
import { killIfAlive } from './support/leftovers.ts';
import { convoy, Sandbox, type Started } from './support/sandbox.ts';
import { leaseOf, status } from './support/status.ts';

/** Says which process it is, waits, and says it again; whoever finds another process at the same work says so. */
const HELD = [
  'L="$GASTOWN_PROJECT/log"',
  'exec 9>> "$L/lock-$GASTOWN_BEAD"',
  'flock -n 9 || echo "twice $GASTOWN_BEAD" >> "$L/all"',
  'read -r pid _ < /proc/self/stat',
  'echo "begin $GASTOWN_BEAD $GASTOWN_ATTEMPT $pid" >> "$L/all"',
  'while [ ! -e "$L/go" ]; do sleep 0.1; done',
  'echo "end $GASTOWN_BEAD $GASTOWN_ATTEMPT $pid" >> "$L/all"',
].join('\n');

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

const held = (beads: readonly string[], more: Readonly<Record<string, { run: string }>> = {}): Sandbox =>
  new Sandbox({
    ...convoy(
      { ...Object.fromEntries(beads.map((id) => [id, { run: HELD }])), ...more },
      '[formula.execution]\nparallel_beads = 8\nretries = 0\n[formula.sync]\nmode = "none"\n',
    ),
    'log/.keep': '',
  });

const ledger = (sandbox: Sandbox): string[] => linesOf(sandbox, 'log/all');
const begun = (sandbox: Sandbox): string[] => ledger(sandbox).filter((line) => line.startsWith('begin'));
const letGo = (sandbox: Sandbox): void => sandbox.write({ 'log/go': '' });

/** Starts a run and waits until so many beads work. */
async function working(sandbox: Sandbox, count: number, under: readonly string[] = []): Promise<Started> {
  const started = sandbox.start(['run'], { under });
  await sandbox.until('all of them work', () => begun(sandbox).length === count);
  return started;
}

/** Resumes, waits until what was found is settled, looks, and ends the wait of the beads. */
async function resume(
  sandbox: Sandbox,
  isSettled: (said: string) => boolean,
  look = (): void => undefined,
): Promise<void> {
  const started = sandbox.start(['resume']);
  let said = '';
  started.process.stdout?.on('data', (text: Buffer) => {
    said += text;
  });
  await sandbox.until('what was there is settled', () => isSettled(said));
  look();
  letGo(sandbox);
  const { code, stdout, stderr } = await started.ended;
  expect(code, stdout + stderr).toBe(0);
}

async function killed({ process: driver, ended }: Started): Promise<void> {
  driver.kill('SIGKILL');
  await ended;
}

const attempts = async (sandbox: Sandbox): Promise<Record<string, number>> =>
  Object.fromEntries((await status(sandbox)).beads.map(({ id, attempts: count }) => [id, count]));

/** A process that is none of ours: it has no marker and works elsewhere. It says when it is asked to end. */
class Stranger implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcess;
  #heard = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    child.stdout?.on('data', (text: Buffer) => {
      this.#heard += text;
    });
  }

  static async start(): Promise<Stranger> {
    const script = 'trap "echo heard" TERM INT HUP; echo ready; while :; do sleep 0.1; done';
    const stranger = new Stranger(spawn('sh', ['-c', script], { cwd: '/', env: {}, detached: true }));
    while (!stranger.#heard.includes('ready')) await once(stranger.#child.stdout ?? stranger.#child, 'data');
    return stranger;
  }

  get startTime(): string {
    return processFacts(this.pid)?.startTime ?? 'gone';
  }

  /** Alive, and never asked for anything. */
  get isUnharmed(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#heard === 'ready\n';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, 'exit');
    process.kill(-this.pid, 'SIGKILL');
    await gone;
  }
}

/** Puts another process into the place of a record's helper. */
function replaceHelper(record: string, change: Partial<ProcessIdentity>): void {
  const lines = readFileSync(record, 'utf8').split('\n');
  const [host = '', boot = '', namespace = '', pid = '', start = ''] = lines[1]?.slice(2).split(' ') ?? [];
  lines[1] = `I ${host} ${change.bootId ?? boot} ${namespace} ${change.pid ?? pid} ${change.startTime ?? start}`;
  writeFileSync(record, lines.join('\n'));
}

const begunRecords = (sandbox: Sandbox): string[] =>
  recordsOf(sandbox).filter((record) => readRecord(record).phase === 'begun');

describe('eight beads whose driver is killed', () => {
  it('go on as the same processes, which the next driver follows to their end', async () => {
    await using sandbox = held(ids);
    await killed(await working(sandbox, 8));
    const startTimes = (): unknown[] =>
      begun(sandbox).map((line) => processFacts(Number(line.split(' ')[3]))?.startTime);
    const before = startTimes();
    expect(before).not.toContain(undefined);
    await resume(
      sandbox,
      (said) => ids.every((id) => said.includes(`following attempt 1 of ${id},`)),
      () => expect(startTimes()).toEqual(before),
    );
    expect(begun(sandbox)).toHaveLength(8);
    expect(ledger(sandbox).toSorted()).toEqual(
      begun(sandbox)
        .flatMap((line) => [line, line.replace('begin', 'end')])
        .toSorted(),
    );
    expect(await attempts(sandbox)).toEqual(Object.fromEntries(ids.map((id) => [id, 1])));
    await expectNothingLeft(sandbox);
  });

  it('are harvested when they end before anybody looks again', async () => {
    await using sandbox = held(ids);
    await killed(await working(sandbox, 8));
    letGo(sandbox);
    await sandbox.until('all have ended', () => sandbox.processes().length === 0);
    await resume(sandbox, () => true);
    expect(ledger(sandbox).filter((line) => /^(begin|end) . 1 /.test(line))).toHaveLength(16);
    expect(ledger(sandbox)).toHaveLength(16);
    await expectNothingLeft(sandbox);
  });
});

/** Who dies with the helper that watches the work. */
const deaths = {
  'the helper and what it runs': (helper: ProcessIdentity) => {
    const children = childrenOf(helper);
    process.kill(helper.pid, 'SIGKILL');
    for (const pid of children) killIfAlive(pid);
  },
  'the helper alone': (helper: ProcessIdentity) => {
    process.kill(helper.pid, 'SIGKILL');
  },
};

describe.each(Object.entries(deaths))('a bead that loses %s', (_, die) => {
  it.each(['lives', 'is dead, too'])(
    'is lost and runs again, and spends no retry, while its driver %s',
    async (how) => {
      await using sandbox = held(['a', 'z']);
      const driver = await working(sandbox, 2);
      const helper = commandsOf(sandbox).find(({ node }) => node === 'a')?.helper;
      if (helper === undefined) throw new Error('a has no helper');
      if (how !== 'lives') await killed(driver);
      die(helper);
      const isAgain = (): boolean => begun(sandbox).some((line) => line.startsWith('begin a 2 '));
      if (how === 'lives') {
        await sandbox.until('a works again', isAgain);
        letGo(sandbox);
        const { code, stdout, stderr } = await driver.ended;
        expect(code, stdout + stderr).toBe(0);
      } else await resume(sandbox, isAgain);
      expect(
        ledger(sandbox)
          .map((line) => line.split(' ').slice(0, 3).join(' '))
          .toSorted(),
      ).toEqual(['begin a 1', 'begin a 2', 'begin z 1', 'end a 2', 'end z 1'].toSorted());
      expect(await attempts(sandbox)).toEqual({ a: 2, z: 1 });
      expect(isSame(helper)).toBe(false);
      await expectNothingLeft(sandbox);
    },
  );
});

it('what a lost bead had started in a session of its own is dead before it runs again', async () => {
  const away =
    'setsid sh -c \'exec 8>> "$GASTOWN_PROJECT/log/away"; flock -n 8 || echo "twice away" >> "$GASTOWN_PROJECT/log/all"; sleep 300\' &';
  await using sandbox = new Sandbox({ ...convoy({ a: { run: `${away}\n${HELD}` } }), 'log/.keep': '' });
  const driver = await working(sandbox, 1);
  await sandbox.until('it has left', () => sandbox.has('log/away'));
  const helper = commandsOf(sandbox)[0]?.helper;
  if (helper === undefined) throw new Error('a has no helper');
  await killed(driver);
  process.kill(helper.pid, 'SIGKILL');
  await resume(sandbox, () => begun(sandbox).length === 2);
  expect(ledger(sandbox).filter((line) => line.startsWith('twice'))).toEqual([]);
  await expectNothingLeft(sandbox);
});

/** A mount namespace in which the kernel tells another boot id. */
const otherBoot = (file: string): string[] => [
  'unshare',
  '--mount',
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  'sh',
  '-c',
  'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"',
  file,
];
const OTHER_BOOT = '00000000-1111-2222-3333-444444444444';
const mayReboot = ((): boolean => {
  const [program = '', ...args] = [...otherBoot('/proc/version'), 'true'];
  return spawnSync(program, args).status === 0;
})();
if (!mayReboot) console.warn('a reboot is not tested: no mount namespace can be made here');

describe.skipIf(!mayReboot)('a reboot', () => {
  it('loses what ran and nothing else, and no process of the new boot is taken for an old one', async () => {
    await using stranger = await Stranger.start();
    await using sandbox = held(['a', 'b'], { first: { run: 'echo "first $GASTOWN_ATTEMPT" >> log/all' } });
    sandbox.write({ boot: `${OTHER_BOOT}\n` });
    const driver = await working(sandbox, 2, otherBoot(sandbox.path('boot')));
    await sandbox.until('first is done', async () => {
      const { beads } = await status(sandbox);
      return beads.some((bead) => bead.id === 'first' && bead.status === 'done');
    });
    cutPower(sandbox, driver.process.pid);
    await driver.ended;
    expect(leaseOf(sandbox)?.holder.bootId).toBe(OTHER_BOOT);
    // The numbers of the old boot are given out again: even the start times are the same.
    const { pid, startTime } = stranger;
    changeHolder(sandbox, { pid, startTime });
    for (const record of begunRecords(sandbox)) replaceHelper(record, { pid, startTime });
    await resume(sandbox, () => begun(sandbox).length === 4);
    expect(stranger.isUnharmed).toBe(true);
    expect(ledger(sandbox).filter((line) => line.startsWith('first'))).toEqual(['first 1']);
    expect(ledger(sandbox).filter((line) => line.startsWith('twice'))).toEqual([]);
    expect(await attempts(sandbox)).toEqual({ a: 2, b: 2, first: 1 });
    await expectNothingLeft(sandbox);
  });
});

it('a process that was given the number of a dead helper, or of a dead driver, is neither believed nor harmed', async () => {
  await using stranger = await Stranger.start();
  await using sandbox = held(['a', 'b']);
  const driver = await working(sandbox, 2);
  cutPower(sandbox, driver.process.pid);
  await driver.ended;
  changeHolder(sandbox, { pid: stranger.pid });
  for (const record of begunRecords(sandbox)) replaceHelper(record, { pid: stranger.pid });
  await resume(sandbox, () => begun(sandbox).length === 4);
  expect(stranger.isUnharmed).toBe(true);
  expect(await attempts(sandbox)).toEqual({ a: 2, b: 2 });
  await expectNothingLeft(sandbox);
});
