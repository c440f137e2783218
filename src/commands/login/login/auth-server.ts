import type { Deps } from '../../../command-kit/deps.ts';
import { program, startSandbox } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { type HttpFailure, isHttpFailure, networkError, portOf } from '../../../http/failure.ts';
import { isLoopback } from '../../../http/this-machine.ts';
import { isPlaceholderHost } from '../../../http/web-address.ts';

/** Longer than a far-off server takes, and not long for a person who waits for a browser to open. */
const timeoutMs = 2_000;

/**
 * Checks that the auth server answers before the user is asked for consent: the code has to be exchanged there,
 * and a browser in front of a host that does not exist tells nobody, so a login would wait in vain for minutes.
 *
 * The request is a HEAD of the base without headers, by the proxy settings that the exchange will use. Only what
 * cannot be a passing trouble ends the login; any answer at all is one.
 *
 * @returns null when an answer came or may still come, else a sentence about what stood in the way
 * @throws ReventoError `host_placeholder`, `network` (no such host, nobody listens, or the same of the proxy),
 *   `interrupted`, `usage` for a malformed proxy variable
 */
export async function requireAuthServer(
  authBase: string,
  deps: Pick<Deps, 'http' | 'signal' | 'profile'>,
): Promise<string | null> {
  const { hostname } = new URL(authBase);
  if (isPlaceholderHost(hostname)) {
    throw new ReventoError('host_placeholder', `${hostname} is a placeholder, not a real host.`);
  }
  const http = await deps.http();
  try {
    await http({ method: 'HEAD', url: authBase, headers: [], body: new Uint8Array(), timeoutMs, signal: deps.signal });
    return null;
  } catch (error) {
    if (!isHttpFailure(error)) throw error;
    if (error.kind === 'aborted') throw networkError(error, 'The login');
    if (isFinal(error)) throw outOfReach(error, hostname, deps.profile);
    return mayStillAnswer.has(error.kind) ? null : `${hostname} could not be reached just now: ${error.message}`;
  }
}

/** A server is there, only slow, or not speaking HTTP at this URL. */
const mayStillAnswer: ReadonlySet<HttpFailure['kind']> = new Set([
  'timeout',
  'closed',
  'reset',
  'malformed',
  'too_large',
]);

/** The same failure of the proxy is as final: nothing is reached without it. */
function isFinal({ kind, cause }: HttpFailure): boolean {
  if (kind === 'proxy') return isHttpFailure(cause) && isFinal(cause);
  return kind === 'dns' || kind === 'refused';
}

function outOfReach(failure: HttpFailure, hostname: string, profile: string): ReventoError {
  const settings = `is this the right host? See: ${program(profile)} config list`;
  const message = `Can't reach ${hostname}, so login can't complete: ${failure.message}.`;
  return new ReventoError('network', message, { hint: hintOf(failure, hostname) ?? settings }, { cause: failure });
}

function hintOf({ kind, peer }: HttpFailure, hostname: string): string | undefined {
  if (kind === 'proxy') return 'check HTTPS_PROXY and HTTP_PROXY; what NO_PROXY names is reached without a proxy';
  if (!isLoopback(hostname)) return undefined;
  return `nothing is listening there; to start the sandbox, run: ${startSandbox(portOf(peer))}`;
}
