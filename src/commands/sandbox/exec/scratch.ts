import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deps } from '../../../command-kit/deps.ts';

/** Tries to remove the directory, and the wait between two of them: together a second. */
const tries = 20;
const pauseMs = 50;

/** A directory for one run. */
export interface Scratch {
  readonly path: string;
  /** Never rejects: what is left behind is told to the user, and changes nothing of how the run ends. */
  remove(): Promise<void>;
}

/**
 * A directory that does not outlive this process: a second Ctrl-C ends it without a `finally`.
 *
 * @throws what `mkdtemp` throws
 */
export async function makeScratch({ clock, terminal }: Pick<Deps, 'clock' | 'terminal'>): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), 'revento-sandbox-'));
  const onExit = () => {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Told by `remove` already, or the user is in a hurry: nothing can be done about it any more.
    }
  };
  process.once('exit', onExit);
  return {
    path,
    remove: async () => {
      // What the command left running may still write here. Each try lists the directory anew, which `maxRetries`
      // of `rm` does not.
      for (let left = tries; ; left--) {
        const error = await rm(path, { recursive: true, force: true }).then(() => null, asErrno);
        if (error === null) {
          process.off('exit', onExit);
          return;
        }
        if (left === 1) {
          terminal.notice(
            `warning: ${path} could not be removed (${error.code ?? error.message}); does something the command started still write there?`,
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
