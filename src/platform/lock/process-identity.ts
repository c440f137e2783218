import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';

/** Identifies a process, also among later ones with the same number. Empty where the system does not say. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the kernel's own units. */
  readonly start: string;
  readonly host: string;
  /** Changes with every start of the machine. */
  readonly boot: string;
  /** Process numbers mean something only within one of these: containers have their own. */
  readonly pidns: string;
}

/** `unknown`: it may run on another machine or in another container. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    start: statusOf('self')?.start ?? '',
    host: hostname(),
    boot: bootId(),
    pidns: orEmpty(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/**
 * Whether the process that wrote a record still runs.
 *
 * @param writtenAtMs  when the record's file was last touched, Unix milliseconds: its owner does that regularly
 * @param nowMs        Unix milliseconds
 */
export function livenessOf(
  owner: ProcessIdentity,
  writtenAtMs: number,
  self: ProcessIdentity,
  nowMs: number,
): Liveness {
  if (owner.host !== self.host || owner.pidns !== self.pidns) return 'unknown';
  if (owner.boot !== self.boot) {
    // Two machines may share a name and a directory: only what was last touched before this one started is of the past.
    return writtenAtMs < nowMs - uptime() * 1000 ? 'dead' : 'unknown';
  }
  if (!isRunning(owner.pid)) return 'dead';
  const status = statusOf(owner.pid);
  // A zombie, which is common in containers without an init.
  if (status !== null && (status.state === 'Z' || status.state === 'X')) return 'dead';
  if (status !== null && owner.start !== '') return status.start === owner.start ? 'alive' : 'dead';
  // No start times on this system: the number alone may belong to another process now, which does not touch the file.
  return owner.start === '' && nowMs - writtenAtMs > 600_000 ? 'dead' : 'alive';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** State letter and start time (field 22) of a process, or null where the system does not say. */
function statusOf(pid: number | 'self'): { readonly state: string; readonly start: string } | null {
  const line = orEmpty(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The second field is the program's name in brackets and may hold anything, brackets and spaces too.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  return line === '' || !state || !start ? null : { state, start };
}

function bootId(): string {
  const linux = orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  if (linux !== '' || process.platform !== 'darwin') return linux;
  const { stdout } = spawnSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'latin1', timeout: 2_000 });
  return /sec = (\d+)/.exec(stdout ?? '')?.[1] ?? '';
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    // Not Linux, or hidden from us: unknown fields stay empty.
    return '';
  }
}
