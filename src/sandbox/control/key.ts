import { createHmac } from 'node:crypto';

/** The path of the control API. */
export const controlPrefix = '/_sandbox/v1';

/**
 * The variable in which `sandbox exec` passes the key of its sandbox. A separate one, because a command that
 * `webhook listen` runs does not get the client secret that the key is derived from.
 */
export const controlVariable = 'REVENTO_SANDBOX_KEY';

/**
 * The bearer key of the control API. It is derived from the client secret, so that a client with the sandbox's
 * credentials (its profile, or the environment that `sandbox exec` sets) needs nothing else. Web pages cannot get it.
 */
export function controlKeyOf(clientId: string, clientSecret: string): string {
  return createHmac('sha256', clientSecret).update(`revento sandbox control\0${clientId}`).digest('base64url');
}
