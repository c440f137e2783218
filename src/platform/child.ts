import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ReventoError } from '../errors.ts';

const graceMs = 5_000;

export interface SpawnOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Where the child's stdout goes; `stderr` keeps a stream of our own on stdout clean. Default `stdout`. */
  readonly stdout?: 'stdout' | 'stderr';
}

/**
 * Runs a program on this terminal, without a shell.
 *
 * On an interrupt the child gets the signal too (a terminal has already sent it Ctrl-C), and SIGKILL 5 s later.
 *
 * @returns its exit status, 128 + n when signal n ended it
 * @throws ReventoError `failed` when it cannot be started
 */
export function runChild(
  command: readonly string[],
  { env, signal, stdout = 'stdout' }: SpawnOptions,
): Promise<number> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...env },
      stdio: ['inherit', stdout === 'stdout' ? 'inherit' : 2, 'inherit'],
    });
    let timer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      const isFromTerminal = signal.reason === 'SIGINT' && process.stdin.isTTY === true;
      if (!isFromTerminal)
        child.kill(typeof signal.reason === 'string' ? (signal.reason as NodeJS.Signals) : 'SIGTERM');
      timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle();
      const why =
        error.code === 'ENOENT' ? 'no such program' : error.code === 'EACCES' ? 'not executable' : error.message;
      reject(new ReventoError('failed', `Cannot run ${program}: ${why}.`, {}, { cause: error }));
    });
    child.once('close', (code, name) => {
      settle();
      resolve(code ?? 128 + (name === null ? 0 : constants.signals[name]));
    });
  });
}
