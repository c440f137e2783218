import type { Deps } from '../../../command-kit/deps.ts';
import { program, startSandbox } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { type HttpFailure, isHttpFailure, networkError, portOf } from '../../../http/failure.ts';
import { isLoopback } from '../../../http/this-machine.ts';
import { isPlaceholderHost } from '../../../http/web-address.ts';

/** Longer than a distant server takes, and short enough for a user who waits for the browser. */
const timeoutMs = 2_000;

/**
 * Checks that the auth server answers before asking the user for consent: the code has to be exchanged there, and a
 * browser does not report a host that does not exist, so a login would wait for minutes and then fail.
 *
 * Sends HEAD to the base URL, without headers, with the proxy settings of the exchange. Only a failure that cannot be
 * temporary ends the login; any answer counts.
 *
 * @returns null when an answer came or may still come, else a sentence about the failure
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

/** A server that is slow, or does not speak HTTP at this URL. */
const mayStillAnswer: ReadonlySet<HttpFailure['kind']> = new Set([
  'timeout',
  'closed',
  'reset',
  'malformed',
  'too_large',
]);

/** The same failures of the proxy are as final: nothing can be reached without it. */
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
  if (kind === 'proxy') return 'check HTTPS_PROXY and HTTP_PROXY; hosts in NO_PROXY are reached without a proxy';
  if (!isLoopback(hostname)) return undefined;
  return `nothing is listening there; to start the sandbox, run: ${startSandbox(portOf(peer))}`;
}
