import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deps } from '../../../command-kit/deps.ts';

/** Attempts to remove the directory, and the wait between two of them: a second in all. */
const tries = 20;
const pauseMs = 50;

/** A directory for one run. */
interface Scratch {
  readonly path: string;
  /** Never rejects: warns the user of what is left behind, and leaves the outcome of the run alone. */
  remove(): Promise<void>;
}

/**
 * A directory that is removed when this process ends, also when a second Ctrl-C ends it without a `finally`.
 *
 * @throws what `mkdtemp` throws
 */
export async function makeScratch({ clock, terminal }: Pick<Deps, 'clock' | 'terminal'>): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), 'revento-sandbox-'));
  const onExit = () => {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // `remove` has warned of it, or the user pressed Ctrl-C twice: the process is ending either way.
    }
  };
  process.once('exit', onExit);
  return {
    path,
    remove: async () => {
      // Processes that the command left running may still write here. Each attempt lists the directory again, which
      // `maxRetries` of `rm` does not.
      for (let left = tries; ; left--) {
        const error = await rm(path, { recursive: true, force: true }).then(() => null, asErrno);
        if (error === null) {
          process.off('exit', onExit);
          return;
        }
        if (left === 1) {
          terminal.notice(
            `warning: ${path} could not be removed (${error.code ?? error.message}); a process that the command started may still be writing there`,
          );
          return;
        }
        await clock.sleep(pauseMs);
      }
    },
  };
}

function asErrno(error: NodeJS.ErrnoException): NodeJS.ErrnoException {
  return error;
}
