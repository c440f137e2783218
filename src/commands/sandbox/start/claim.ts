import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import type { SealedLog } from '../../../ports/store.ts';
import { freePort } from '../../../sandbox/server/host.ts';
import { sandboxProfile, secondProfile } from '../../shared/sandbox/profile.ts';
import { isFirstRunning, type SandboxDeps } from '../../shared/sandbox/remote.ts';

/** The sealed log's name: one sandbox a profile. */
const logName = 'sandbox';

/** Where it cannot be seen whether the owner of a lock runs, it takes this long to be sure; a start takes less. */
const longestWaitMs = 65_000;
const pauseMs = 200;

/** A profile that no other process has, and what is kept in it. */
export interface Claim {
  readonly profile: string;
  /** As asked for; a free one in place of 0 where the profile is named after it. */
  readonly port: number;
  readonly log: SealedLog;
}

/**
 * Takes the profile `sandbox`, or, while another sandbox has that, one that is named after the port.
 *
 * @throws ReventoError `lock_timeout` when another process has it and is not seen to serve; `store_key`, `file`
 */
export async function claimProfile(
  deps: SandboxDeps & Pick<Deps, 'clock' | 'sealedLog' | 'serve' | 'terminal'>,
  port: number,
): Promise<Claim> {
  const startedAt = deps.clock.monotonic();
  for (let tries = 0; !(await isFirstRunning(deps)); tries++) {
    const log = await deps.sealedLog(sandboxProfile, logName);
    if (log !== null) return { profile: sandboxProfile, port, log };
    if (tries === 5) deps.terminal.notice('waiting for another sandbox that is starting, or has just ended …');
    if (deps.clock.monotonic() - startedAt > longestWaitMs) throw taken(sandboxProfile);
    await deps.clock.sleep(pauseMs, deps.signal);
  }
  const own = port === 0 ? await freePort(await deps.serve()) : port;
  const profile = secondProfile(`http://localhost:${own}`);
  const log = await deps.sealedLog(profile, logName);
  if (log === null) throw taken(profile);
  return { profile, port: own, log };
}

function taken(profile: string): ReventoError {
  return new ReventoError('lock_timeout', `Another process has the sandbox of the profile "${profile}".`, {
    hint: 'stop that sandbox, then run the same command again',
  });
}
