import type { Deps } from '../../../command-kit/deps.ts';
import { isHttpFailure } from '../../../http/failure.ts';
import { isLoopback } from '../../../http/this-machine.ts';
import { parseUrl } from '../../../http/web-address.ts';
import type { SenderRecord } from '../../../inspector/model/wire.ts';
import { parseJson } from '../../../json/parse.ts';
import { isSandboxProfile } from '../../shared/sandbox-profile.ts';

/** A sandbox on this machine answers in a few milliseconds. */
const timeoutMs = 3_000;

export type RecordDeps = Pick<Deps, 'profile' | 'settings' | 'secrets' | 'http' | 'redactor' | 'signal'>;

/** What the sender knows of a delivery, by its id; null where it does not know it. */
export type FindRecord = (deliveryId: string) => Promise<SenderRecord | null>;

/**
 * Asks the sandbox of the profile, with the key of its control API; null for a profile without a sandbox. The key stays
 * in this process.
 */
export function sandboxRecords(deps: RecordDeps): FindRecord | null {
  return isSandboxProfile(deps.profile) ? (deliveryId) => find(deliveryId, deps) : null;
}

async function find(deliveryId: string, deps: RecordDeps): Promise<SenderRecord | null> {
  const url = parseUrl(deps.settings.get('auth_base')?.value ?? '');
  const clientId = deps.settings.get('client_id')?.value;
  const secret = await (await deps.secrets()).get('client_secret');
  if (url === null || !isLoopback(url.hostname) || clientId === undefined || secret === null) return null;
  const [{ controlKeyOf, controlPrefix }, { operations, readResult }] = await Promise.all([
    import('../../../sandbox/control/key.ts'),
    import('../../../sandbox/control/operations.ts'),
  ]);
  const key = controlKeyOf(clientId, secret.secret.reveal());
  deps.redactor.add(key);
  try {
    const exchange = await deps.http();
    const answer = await exchange({
      method: 'GET',
      url: `${url.origin}${controlPrefix}${operations.deliveries.path}`,
      headers: [['Authorization', `Bearer ${key}`]],
      body: new Uint8Array(),
      timeoutMs,
      signal: deps.signal,
    });
    const result = readResult('deliveries', parseJson(Buffer.from(answer.body).toString('utf8')) ?? null);
    const found = result?.deliveries.find(({ delivery_id: id }) => id === deliveryId);
    return found === undefined
      ? null
      : { state: found.state, next_attempt_at: found.next_attempt_at, attempts: found.attempts };
  } catch (error) {
    // It is not running: the page shows what arrived, as it does without a sandbox.
    if (isHttpFailure(error)) return null;
    throw error;
  }
}
