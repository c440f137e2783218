import type { Deps } from '../../../command-kit/deps.ts';
import { controlVariable } from '../../../sandbox/control/key.ts';
import type { Sandbox } from '../../../sandbox/server/app.ts';
import { type Credentials, variablesOf } from '../../../sandbox/server/env-file.ts';
import { freePort } from '../../../sandbox/server/host.ts';
import { type Opening, openSandbox, type SandboxPlan } from './open.ts';
import { makeScratch } from './scratch.ts';
import { surroundings } from './surroundings.ts';

/** A sandbox for one run, and what a command beside it needs. */
interface TemporarySandbox {
  readonly sandbox: Sandbox;
  readonly credentials: Credentials;
  /** The environment of the command, without any trace of a real login. */
  env(credentials: Credentials): Record<string, string>;
  /** Closes it, and removes the files of the run. */
  close(): Promise<void>;
}

/**
 * Opens a sandbox on a free port of this machine, with a home of its own for the command. Without a redirect URI in the
 * plan, one with a free port is registered.
 *
 * @throws ReventoError `bind_failed`
 */
export async function openTemporary(
  deps: Pick<Deps, 'childEnv' | 'clock' | 'forwarder' | 'program' | 'redactor' | 'serve' | 'terminal'>,
  plan: SandboxPlan,
  { onArrival, onEvent }: Pick<Opening, 'onArrival' | 'onEvent'>,
): Promise<TemporarySandbox> {
  const free = async () => `http://localhost:${await freePort(await deps.serve())}/callback`;
  const redirectUris = plan.redirectUris.length > 0 ? plan.redirectUris : [await free()];
  const scratch = await makeScratch(deps);
  try {
    const around = await surroundings(deps, scratch.path);
    const { hosted, sandbox, credentials, controlKey } = await openSandbox(deps, plan, {
      ...{ hostName: '127.0.0.1', port: 0, stored: null, redirectUris },
      ...(onArrival === undefined ? {} : { onArrival }),
      ...(onEvent === undefined ? {} : { onEvent }),
    });
    return {
      sandbox,
      credentials,
      env: (given) => ({ ...around, ...variablesOf(given), [controlVariable]: controlKey }),
      close: async () => {
        try {
          await hosted.close();
        } finally {
          await scratch.remove();
        }
      },
    };
  } catch (error) {
    await scratch.remove();
    throw error;
  }
}
