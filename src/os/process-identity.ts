/**
 * Who a process is. A pid alone names nobody: pids are reused, and mean nothing on another host or boot or in another
 * pid namespace.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { hasProcessTable, processFacts } from './process-table.ts';

/** Only systems without /proc start programs here: the others need not load what starts them. */
function outputOf(program: string, args: readonly string[]): string {
  const { execFileSync } = process.getBuiltinModule('node:child_process');
  return execFileSync(program, args, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Tells one process from every other one, on every host and also after a reboot. No part holds a space. */
export interface ProcessIdentity {
  readonly host: string;
  readonly bootId: string;
  readonly pidNamespace: string;
  readonly pid: number;
  /** Clock ticks since boot (Linux) or the start date as `ps` prints it. */
  readonly startTime: string;
}

/**
 * What can be said about an identity from here. `other-boot`: it died with its boot. `elsewhere`: it belongs to
 * another host or pid namespace, where its pid means nothing to us; nothing is known.
 */
export type IdentityVerdict = 'alive' | 'dead' | 'other-boot' | 'elsewhere';

interface Place {
  readonly host: string;
  readonly bootId: string;
  readonly pidNamespace: string;
}

let place: Place | undefined;

/** Identities are written as words, so no word may hold a space. */
const ownHost = (): string => hostname().replaceAll(/\s/g, '_') || 'localhost';

/** The boot and pid namespace this process lives in; they cannot change during its life. */
function herePlace(): Place {
  place ??= hasProcessTable
    ? {
        host: ownHost(),
        bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
        pidNamespace: readlinkSync('/proc/self/ns/pid'),
      }
    : {
        host: ownHost(),
        bootId: outputOf('sysctl', ['-n', 'kern.bootsessionuuid']).trim(),
        pidNamespace: 'none',
      };
  return place;
}

function startTimeOf(pid: number): string | undefined {
  if (hasProcessTable) return processFacts(pid)?.startTime;
  try {
    return (
      outputOf('ps', ['-o', 'lstart=', '-p', String(pid)])
        .trim()
        .replaceAll(/\s+/g, '_') || undefined
    );
  } catch {
    // `ps` exits 1 when there is no such process.
    return undefined;
  }
}

/** The identity of a living process; undefined when there is none with this pid. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? undefined : { ...herePlace(), pid, startTime };
}

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  const identity = identityOf(process.pid);
  if (identity === undefined) throw new Error('cannot read the start time of this process');
  return identity;
}

/** Judges an identity that was written down earlier. */
export function judge(identity: ProcessIdentity): IdentityVerdict {
  const here = herePlace();
  if (identity.host !== here.host) return 'elsewhere';
  if (identity.bootId !== here.bootId) return 'other-boot';
  if (identity.pidNamespace !== here.pidNamespace) return 'elsewhere';
  return startTimeOf(identity.pid) === identity.startTime ? 'alive' : 'dead';
}

/** Whether this very process is alive here, now; ask again just before every signal. */
export function isSame(identity: ProcessIdentity): boolean {
  return judge(identity) === 'alive';
}

/** The identity as one line of five words. */
export function formatIdentity(identity: ProcessIdentity): string {
  return `${identity.host} ${identity.bootId} ${identity.pidNamespace} ${identity.pid} ${identity.startTime}`;
}

/** Reads {@link formatIdentity} back; undefined when it is not such a line. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  const [host, bootId, pidNamespace, pidText, startTime, ...rest] = text.split(' ');
  const pid = Number(pidText);
  if (
    !host ||
    !bootId ||
    !pidNamespace ||
    !startTime ||
    rest.length > 0 ||
    !Number.isSafeInteger(pid) ||
    pid < 2
  )
    return undefined;
  return { host, bootId, pidNamespace, pid, startTime };
}
