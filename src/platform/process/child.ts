import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { startFailure } from './start-failure.ts';
import { startProgram } from './start-program.ts';

const graceMs = 5_000;
/** How long its output must be silent after its end, where something that it started still holds the pipes. */
const silentMs = 1_000;
const lookMs = 100;

interface SpawnOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Where the child's stdout goes; `stderr` keeps a stream of our own on stdout clean. Default `stdout`. */
  readonly stdout?: 'stdout' | 'stderr';
  /** Where it runs; default: here. */
  readonly directory?: string;
  /** Sees what it writes, which passes through this process; left out, it writes to the terminal itself. */
  readonly onOutput?: OnOutput;
}

type OnOutput = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;

/**
 * Runs a program on this terminal, without a shell.
 *
 * On an interrupt the child gets the signal too (a terminal has already sent it Ctrl-C), and SIGKILL 5 s later. It
 * gets that at once when this process ends before it, as on a second Ctrl-C.
 *
 * @returns its exit status, 128 + n when signal n ended it
 * @throws ReventoError `command_not_found`, `command_not_runnable` when it cannot be started
 */
export function runChild(
  command: readonly string[],
  { env, signal, stdout = 'stdout', directory, onOutput }: SpawnOptions,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = startProgram(command, env, {
      ...(directory !== undefined && { cwd: directory }),
      stdio: onOutput ? ['inherit', 'pipe', 'pipe'] : ['inherit', stdout === 'stdout' ? 'inherit' : 2, 'inherit'],
    });
    const output = onOutput ? passOn(child, stdout, onOutput) : null;
    let timer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      const isFromTerminal = signal.reason === 'SIGINT' && process.stdin.isTTY === true;
      // Windows knows no signals but those that end a program at once; of the others `kill` throws.
      const name = typeof signal.reason === 'string' && process.platform !== 'win32' ? signal.reason : 'SIGTERM';
      if (!isFromTerminal) child.kill(name as NodeJS.Signals);
      timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const onExit = () => child.kill('SIGKILL');
    process.once('exit', onExit);
    const settle = () => {
      clearTimeout(timer);
      process.off('exit', onExit);
      signal.removeEventListener('abort', onAbort);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(startFailure(command[0] ?? '', error));
    });
    // What it leaves running may hold its pipes for hours.
    if (output !== null) child.once('exit', () => closeWhenSilent(child, output));
    child.once('close', (code, name) => {
      settle();
      resolve(code ?? 128 + (name === null ? 0 : constants.signals[name]));
    });
  });
}

interface Output {
  /** When bytes last came, or our reader last kept them waiting; on the clock of `performance.now()`. */
  activeAt(): number;
}

/** Closes our ends of its pipes, once nothing comes from them. */
function closeWhenSilent(child: ChildProcess, output: Output): void {
  const endedAt = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - Math.max(endedAt, output.activeAt()) < silentMs) return;
    for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  }, lookMs);
  child.once('close', () => clearInterval(timer));
}

/** Writes what the child writes to our own streams, at their pace. */
function passOn(child: ChildProcess, stdout: 'stdout' | 'stderr', onOutput: OnOutput): Output {
  let lastAt = performance.now();
  const targets = new Set<NodeJS.WriteStream>();
  for (const name of ['stdout', 'stderr'] as const) {
    const [from, to] = [child[name], process[name === 'stdout' ? stdout : 'stderr']];
    if (from === null) continue;
    targets.add(to);
    from.on('data', (bytes: Buffer) => {
      lastAt = performance.now();
      onOutput(name, bytes);
    });
    from.pipe(to, { end: false });
    // The reader has left: the next write of the child fails, as if it wrote there itself.
    to.once('error', () => from.destroy());
  }
  return {
    activeAt: () => {
      if ([...targets].some((to) => to.writableNeedDrain)) lastAt = performance.now();
      return lastAt;
    },
  };
}
