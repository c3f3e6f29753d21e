/**
 * A doorbell: touching a file tells another process to look. Notifications of the file system can be lost (network
 * file systems, full queues), so the listener also looks slowly on its own; ringing twice quickly may be heard once.
 */
import { type FSWatcher, statSync, utimesSync, watch, writeFileSync } from 'node:fs';

/** Rings: everybody who listens at this path is called soon. */
export function ring(path: string): void {
  writeFileSync(path, '', { mode: 0o600, flag: 'a' });
  const now = new Date();
  utimesSync(path, now, now);
}

/**
 * Calls back after each ring until disposed, and keeps the process alive as long: somebody may ring. Creates the file when
 * it is missing. `pollMs`: the slow look.
 */
export function listen(path: string, onRing: () => void, pollMs = 1000): Disposable {
  writeFileSync(path, '', { mode: 0o600, flag: 'a' });
  const lastChange = (): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  let heardUpTo = lastChange();
  const look = (): void => {
    const change = lastChange();
    if (change === heardUpTo) return;
    heardUpTo = change;
    onRing();
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(path, { persistent: false }, look);
    // The slow look goes on without the watcher.
    watcher.on('error', () => watcher?.close());
  } catch {
    // No watcher left to be had (ENOSPC: inotify's limit): the slow look has to do.
    watcher = undefined;
  }
  const timer = setInterval(look, pollMs);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      watcher?.close();
    },
  };
}
