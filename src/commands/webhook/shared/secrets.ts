import type { Deps } from '../../../command-kit/deps.ts';
import { secretVariables } from '../../../config/environment.ts';
import { program } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import type { Secret } from '../../../text/secret.ts';
import { isFileKey } from '../../../webhook/file-key.ts';

/** Shorter than this, a secret can be guessed from one signed delivery. */
const shortestBytes = 16;

/** A signing secret and a label that identifies it. */
export interface SigningSecret {
  readonly name: 'webhook_secret' | 'webhook_secret_previous';
  readonly secret: Secret;
  /** `REVENTO_WEBHOOK_SECRET (fingerprint ab12cd34)`: identifies the secret without revealing it. */
  readonly label: string;
}

/**
 * The secrets deliveries are verified with: the current one first, then the previous one during a rotation. A weak
 * one is pointed out.
 *
 * @throws ReventoError `setting_missing` when there is none; `usage` when one is the key of a scrubbed recording
 */
export async function signingSecrets(
  deps: Pick<Deps, 'profile' | 'secrets' | 'terminal'>,
): Promise<readonly [SigningSecret, ...SigningSecret[]]> {
  const secrets = await readSigningSecrets(deps);
  if (secrets !== null) {
    warnOfWeak(secrets, deps);
    return secrets;
  }
  throw new ReventoError('setting_missing', 'No webhook signing secret is configured.', {
    hint: `set ${secretVariables.webhook_secret}, or run: ${program(deps.profile)} config set webhook_secret`,
    lacks: 'webhook_secret',
  });
}

/** The same without a warning; null when there is no current one. */
export async function readSigningSecrets(
  deps: Pick<Deps, 'profile' | 'secrets'>,
): Promise<readonly [SigningSecret, ...SigningSecret[]] | null> {
  const current = await load('webhook_secret', deps);
  if (current === null) return null;
  const previous = await load('webhook_secret_previous', deps);
  return previous === null ? [current] : [current, previous];
}

export function warnOfWeak(secrets: readonly SigningSecret[], { terminal }: Pick<Deps, 'terminal'>): void {
  for (const { name, secret } of secrets) {
    if (Buffer.byteLength(secret.reveal()) >= shortestBytes) continue;
    terminal.notice(`warning: ${name} is shorter than ${shortestBytes} bytes; real signing secrets are longer`);
  }
}

async function load(
  name: SigningSecret['name'],
  deps: Pick<Deps, 'profile' | 'secrets'>,
): Promise<SigningSecret | null> {
  const found = await (await deps.secrets()).get(name);
  if (found === null || found.secret.reveal() === '') return null;
  const { secret, source } = found;
  if (isFileKey(secret.reveal())) throw fileKeyAsSecret(name);
  const origin = source === 'environment' ? secretVariables[name] : `secret of profile ${deps.profile}`;
  return { name, secret, label: `${origin} (fingerprint ${secret.fingerprint})` };
}

/** Everybody who has the file could sign deliveries then. */
function fileKeyAsSecret(name: SigningSecret['name']): ReventoError {
  return new ReventoError('usage', `${name} is the key of a scrubbed recording, which is public.`, {
    hint: `set ${secretVariables[name]} to the signing secret that Revento gave you; scrubbed recordings need none`,
  });
}

/**
 * Signing secrets of the other profiles, by profile name: a delivery may have been signed with one by mistake. A
 * profile whose store cannot be read is left out with a notice.
 */
export async function otherSecrets(
  deps: Pick<Deps, 'profile' | 'secrets' | 'storedProfiles' | 'terminal'>,
): Promise<ReadonlyMap<string, string>> {
  const others = new Map<string, string>();
  const profiles = await deps.storedProfiles();
  for (const { name, hasSecrets } of profiles) {
    if (name === deps.profile || !hasSecrets) continue;
    try {
      const found = await (await deps.secrets(name)).get('webhook_secret');
      if (found !== null && !isFileKey(found.secret.reveal())) others.set(name, found.secret.reveal());
    } catch (error) {
      if (!(error instanceof ReventoError)) throw error;
      deps.terminal.notice(`note: cannot compare the secrets of profile "${name}": ${error.message}`);
    }
  }
  return others;
}
