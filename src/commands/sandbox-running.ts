import type { Deps } from '../deps.ts';
import { isLoopback } from '../loopback-address.ts';
import { isHttpFailure, networkError } from '../platform/failure.ts';
import { sandboxProfile } from './sandbox-profile.ts';

const timeoutMs = 3_000;

/**
 * Fails at once when the sandbox that the profile `sandbox` names has ended: a browser could not load its consent
 * page, and nobody would tell the login, which would wait for minutes. Asks nothing in any other profile, and takes
 * every answer and every other trouble for a running sandbox.
 *
 * @throws ReventoError `network`
 */
export async function requireRunningSandbox(deps: Deps, authBase: string): Promise<void> {
  if (deps.profile !== sandboxProfile || !isLoopback(new URL(authBase).hostname)) return;
  const http = await deps.http();
  try {
    await http({ method: 'GET', url: authBase, headers: [], body: new Uint8Array(), timeoutMs, signal: deps.signal });
  } catch (error) {
    if (isHttpFailure(error) && error.kind === 'refused') throw networkError(error, `The sandbox at ${authBase}`);
  }
}
