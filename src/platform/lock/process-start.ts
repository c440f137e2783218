import { spawnSync } from 'node:child_process';
import { systemProgram } from '../process/windows-start.ts';

/** Asking starts a program, so an answer counts for so long; milliseconds. */
const freshMs = 10_000;
/** For PowerShell on a busy machine. */
const limitMs = 10_000;

type Start = number | 'ended' | null;

const answers = new Map<number, { readonly startedMs: Start; readonly atMs: number }>();

/**
 * When the process that has a number now was started, by asking a program of the system: Unix milliseconds, in whole
 * seconds on Unix; `ended` for a zombie, null where that is not known. The answer may be ten seconds old.
 */
export function startedAtMs(pid: number, platform: NodeJS.Platform): Start {
  const known = answers.get(pid);
  if (known !== undefined && performance.now() - known.atMs < freshMs) return known.startedMs;
  const startedMs = platform === 'win32' ? askPowerShell(pid) : askPs(pid);
  answers.set(pid, { startedMs, atMs: performance.now() });
  return startedMs;
}

/** Source: POSIX.1-2017 `ps`, and its formats `stat` and `lstart` of macOS, the BSDs and Linux. */
function askPs(pid: number): Start {
  const said = ask('/bin/ps', ['-o', 'stat=', '-o', 'lstart=', '-p', `${pid}`]);
  if (said.startsWith('Z')) return 'ended';
  const time = Date.parse(`${said.replace(/^\S+/, '')} UTC`);
  return Number.isNaN(time) ? null : time;
}

/**
 * Of other users' processes too, of which `Get-Process` says less.
 *
 * Source: learn.microsoft.com, `Win32_Process`; `DateTime.ToFileTimeUtc`: units of 100 ns since 1601.
 */
function askPowerShell(pid: number): number | null {
  const program = systemProgram('WindowsPowerShell\\v1.0\\powershell.exe', process.env);
  const script = `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CreationDate.ToFileTimeUtc()`;
  const said = ask(program, ['-NoProfile', '-NonInteractive', '-Command', script]);
  return /^\d{18}$/.test(said) ? Number(said) / 10_000 - 11_644_473_600_000 : null;
}

/** What a program prints on one line; empty when it fails. */
function ask(program: string, args: readonly string[]): string {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const { status, stdout } = spawnSync(program, args, {
    env,
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: limitMs,
    windowsHide: true,
  });
  return status === 0 ? stdout.trim() : '';
}
