/**
 * What a test run that was killed could not clean up. A folder's name says whose it is, so that nothing of a run that still
 * lives is touched, nor anything that no test made.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf, ownIdentity, type ProcessIdentity } from '../../src/os/process-identity.ts';

const PREFIX = 'gastown-test-';

const word = (text: string): string => text.replaceAll(/\W+/g, '_');
const ownerName = ({ pidNamespace, pid, startTime }: ProcessIdentity): string =>
  `${word(pidNamespace)}-${pid}-${word(startTime)}`;
const self = ownIdentity();

/** The beginning of a new folder's path. */
export const newFolderName = (): string => join(tmpdir(), `${PREFIX}${ownerName(self)}-`);

/** Ends, unmounts and removes what dead test runs left. */
export function clearLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!isLeftover(name)) continue;
    const folder = join(tmpdir(), name);
    for (const pid of processesIn(folder)) killIfAlive(pid);
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs in other pid namespaces cannot be judged from here. */
function isLeftover(name: string): boolean {
  if (!name.startsWith(`${PREFIX}${word(self.pidNamespace)}-`)) return false;
  const owner = identityOf(Number(/-(\d+)-\w+-\w+$/.exec(name)?.[1] ?? 0));
  return owner === undefined || !name.startsWith(`${PREFIX}${ownerName(owner)}-`);
}

/** Ends every mount on or below a folder, the latest first. */
export function unmountBelow(folder: string): void {
  if (!existsSync('/proc/self/mounts')) return;
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point === folder || point.startsWith(`${folder}/`));
  for (const point of points.reverse()) spawnSync('umount', ['-l', point]);
}

/** Ids of the processes that work in a folder, or have a variable that names it. */
export function processesIn(folder: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const cwd = readlinkSync(`/proc/${name}/cwd`);
      const isInside = cwd === folder || cwd.startsWith(`${folder}/`);
      return isInside || readFileSync(`/proc/${name}/environ`, 'utf8').includes(`=${folder}\0`)
        ? [Number(name)]
        : [];
    } catch {
      // It ended while we looked, or belongs to somebody else.
      return [];
    }
  });
}

/** Kills a process, or a group by its negative number. */
export function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended in the meantime.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
