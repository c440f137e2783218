import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { startedAtMs } from './process-start.ts';

/** How often a process touches the file with its identity, which shows others that it runs; milliseconds. */
export const heartbeatMs = 10_000;

/** A file that was not touched for so long makes us ask the system about its process, where that takes long. */
const doubtMs = 2 * heartbeatMs;

/** Identifies a process, also among later ones with the same number. Empty where the system does not say. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started: on Linux in the kernel's own units, elsewhere `@` and Unix milliseconds by its own clock. */
  readonly start: string;
  readonly host: string;
  /** Changes with every start of the machine. */
  readonly boot: string;
  /** Process numbers mean something only within one of these: containers have their own. */
  readonly pidns: string;
}

/** `unknown`: it may run on another machine or in another container. */
export type Liveness = 'alive' | 'dead' | 'unknown';

export function ownIdentity(platform: NodeJS.Platform = process.platform): ProcessIdentity {
  const isLinux = hasProc(platform);
  return {
    pid: process.pid,
    start: isLinux ? ownStartInProc() : `@${Math.ceil(performance.timeOrigin)}`,
    host: hostname(),
    boot: bootId(platform),
    pidns: isLinux ? orEmpty(() => readlinkSync('/proc/self/ns/pid')) : '',
  };
}

/** Empty where `/proc` is that of another process namespace: there our number belongs to another process. */
function ownStartInProc(): string {
  const number = orEmpty(() => readlinkSync('/proc/self'));
  return number === `${process.pid}` ? (statusOf(process.pid)?.start ?? '') : '';
}

/** Elsewhere `/proc` is missing or different; on Windows it is a directory of the current drive, which others may make. */
function hasProc(platform: NodeJS.Platform): boolean {
  return platform === 'linux' || platform === 'android';
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
  platform: NodeJS.Platform = process.platform,
): Liveness {
  if (owner.host !== self.host || owner.pidns !== self.pidns) return 'unknown';
  // Without `/proc` nothing but the name tells two Linux machines or containers apart.
  if (hasProc(platform) && `${self.boot}${self.pidns}${owner.boot}` === '') return 'unknown';
  if (owner.boot !== self.boot) {
    // Two machines may share a name and a directory: only what was last touched before this one started is of the past.
    return writtenAtMs < nowMs - uptime() * 1000 ? 'dead' : 'unknown';
  }
  if (!isRunning(owner.pid)) return 'dead';
  if (hasProc(platform) && !owner.start.startsWith('@')) return livenessInProc(owner, self);
  const silentMs = nowMs - writtenAtMs;
  if (silentMs < doubtMs) return 'alive';
  const startedMs = startedAtMs(owner.pid, platform);
  if (startedMs === 'ended') return 'dead';
  // An earlier version of revento wrote no start here.
  const began = /^@(\d+)$/.exec(owner.start)?.[1];
  // Its own clock starts a moment after the process, and another process with this number starts after it has ended.
  if (startedMs !== null && began !== undefined) return startedMs > Number(began) ? 'dead' : 'alive';
  // The number alone may belong to another process now, which does not touch the file.
  return silentMs > 600_000 ? 'dead' : 'alive';
}

function livenessInProc({ pid, start }: ProcessIdentity, self: ProcessIdentity): Liveness {
  // One of the two sees the `/proc` of another process namespace, where this number belongs to another process.
  if (start === '' || self.start === '') return 'alive';
  const status = statusOf(pid);
  if (status === null) return 'alive';
  // A zombie, which is common in containers without an init.
  if (status.state === 'Z' || status.state === 'X') return 'dead';
  return status.start === start ? 'alive' : 'dead';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // For every other reason, such as a process of another user, it may run.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/**
 * State letter and start time (field 22) of a process, or null where the system does not say.
 *
 * Read of its main thread: in place of its own `/proc/PID/stat` QEMU, as in a container of another architecture, gives a
 * process one whose start is not what other processes read.
 */
function statusOf(pid: number): { readonly state: string; readonly start: string } | null {
  const line = orEmpty(() => readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1'));
  // The second field is the program's name in brackets and may hold anything, brackets and spaces too.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  return line === '' || !state || !start ? null : { state, start };
}

function bootId(platform: NodeJS.Platform): string {
  if (hasProc(platform)) return orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  if (platform !== 'darwin') return '';
  const { stdout } = spawnSync('/usr/sbin/sysctl', ['-n', 'kern.boottime'], { encoding: 'latin1', timeout: 2_000 });
  return /sec = (\d+)/.exec(stdout ?? '')?.[1] ?? '';
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    // Hidden from us: unknown fields stay empty.
    return '';
  }
}
