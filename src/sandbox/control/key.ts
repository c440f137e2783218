import { createHmac } from 'node:crypto';

/** The path that controls the running sandbox, beside its public ones. */
export const controlPrefix = '/_sandbox/v1';

/**
 * Where `sandbox exec` leaves the key of its sandbox. A variable of its own, because a command that `webhook listen`
 * runs does not get the client secret that the key is derived from.
 */
export const controlVariable = 'REVENTO_SANDBOX_KEY';

/**
 * The bearer key of the control path. It is derived from the client secret, so that whoever has the sandbox's
 * credentials (its profile, or the environment that `sandbox exec` sets) needs nothing else, and a web page has nothing.
 */
export function controlKeyOf(clientId: string, clientSecret: string): string {
  return createHmac('sha256', clientSecret).update(`revento sandbox control\0${clientId}`).digest('base64url');
}
