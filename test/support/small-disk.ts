/** Sandboxes on file systems of their own, which can fill up and be made read-only without harm to anybody else. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { killIfAlive, unmountBelow } from './leftovers.ts';
import { Sandbox } from './sandbox.ts';

const mount = (...args: readonly string[]): boolean => spawnSync('mount', args).status === 0;

/** Whether this machine lets us mount: root, and no sandbox that forbids it. */
export const mayMount = ((): boolean => {
  const sandbox = new Sandbox();
  const isMounted = mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', sandbox.folder);
  unmountBelow(sandbox.folder);
  rmSync(sandbox.folder, { recursive: true });
  return isMounted;
})();
if (!mayMount) console.warn('tests with small disks are skipped: mounting a file system is not allowed here');

/** A sandbox whose folder is a file system of this size. */
export class SmallDisk extends Sandbox {
  constructor(size: string, files: Readonly<Record<string, string>>) {
    super();
    if (!mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', this.folder)) throw new Error('mount failed');
    try {
      this.write(files);
    } catch (error) {
      unmountBelow(this.folder);
      throw error;
    }
  }

  /** From now on every write fails, root's too; files that are open for writing stand in the way. */
  makeReadOnly(): boolean {
    return mount('-o', 'remount,ro', this.folder);
  }

  makeWritable(): void {
    if (!mount('-o', 'remount,rw', this.folder)) throw new Error('mount failed');
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    const left = this.processes();
    for (const pid of left) killIfAlive(pid);
    unmountBelow(this.folder);
    await super[Symbol.asyncDispose]();
    if (left.length > 0) throw new Error(`processes were left behind: ${left.join(', ')}`);
  }
}
