import { run } from './cli/run.ts';
import { exitStatus } from './errors/revento-error.ts';
import { homeDirectory } from './platform/process/home.ts';
import { Interrupts } from './platform/process/interrupts.ts';
import { openWhenUsed } from './platform/process/output-stream.ts';

/** How long an interrupted run may take to get rid of what it has written. */
const lastWordsMs = 500;

/**
 * The process edge: streams, environment and signals in; exit status out.
 *
 * @param exit  ends the process now, also with unread output: for a second Ctrl-C only
 * @param program  the words that start this program again
 */
export function main(exit: (status: number) => never, program: readonly string[]): void {
  const interrupts = new Interrupts(() => endAtOnce(interrupts, exit));
  void run({
    argv: process.argv.slice(2),
    program,
    env: process.env,
    platform: process.platform,
    cwd: () => process.cwd(),
    // Looked up and opened when first used, because that takes time.
    get home() {
      return homeDirectory();
    },
    get stdin() {
      return process.stdin;
    },
    stdout: openWhenUsed(1, () => process.stdout),
    stderr: openWhenUsed(2, () => {
      const { stderr } = process;
      // A reader of stdout that leaves early is noticed by the writer; a closed stderr can't be reported anywhere.
      if (!stderr.listeners('error').includes(ignore)) stderr.on('error', ignore);
      return stderr;
    }),
    interrupts,
  }).then((status) => {
    interrupts.release();
    const isTold = isEndedBySignal(interrupts);
    const isInterrupted = interrupts.received !== null && !isTold && status === exitStatus.done;
    process.exitCode = isInterrupted ? exitStatus.interrupted : status;
    const end = () => interrupts.end();
    // After the cleanup. Compiled code is kept for the next run before, when nothing is left to do.
    if (isTold) process.once('beforeExit', end);
    // Unread output in a full pipe would block exit forever.
    if (isTold || process.exitCode === exitStatus.interrupted) setTimeout(end, lastWordsMs).unref();
  });
}

/** Whether it is to end by the signal that it got, SIGTERM or SIGHUP, as its parent expects. */
function isEndedBySignal({ received }: Interrupts): boolean {
  // Windows has no signals to end by: there only the status says it.
  return received !== null && received !== 'SIGINT' && process.platform !== 'win32';
}

const ignore = () => undefined;

/** Names of work in Node's thread pool: files, host names, scrypt. */
const pooled = /^(FS|FileHandle|GetAddrInfo|GetNameInfo|Scrypt)/i;

/**
 * Ends the process now: by its signal where the parent expects that. `exit` waits for the threads of the pool, which a
 * hung network share or name server may hold; then the signal ends the process as well, after the `exit` listeners
 * have run.
 */
function endAtOnce(interrupts: Interrupts, exit: (status: number) => never): void {
  const isHeld = process.platform !== 'win32' && process.getActiveResourcesInfo().some((name) => pooled.test(name));
  if (!isHeld && !isEndedBySignal(interrupts)) exit(exitStatus.interrupted);
  process.emit('exit', exitStatus.interrupted);
  interrupts.release();
  process.kill(process.pid, interrupts.received ?? 'SIGINT');
}
