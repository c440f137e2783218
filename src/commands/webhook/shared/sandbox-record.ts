import type { Deps } from '../../../command-kit/deps.ts';
import { isHttpFailure } from '../../../http/failure.ts';
import type { FindRecord, SentRecord } from '../../../inspector/parts.ts';
import type { ControlAddress } from '../../shared/sandbox/control-client.ts';
import { isSandboxProfile } from '../../shared/sandbox-profile.ts';

/** A sandbox on this machine answers in a few milliseconds. */
const timeoutMs = 3_000;

export type RecordDeps = Pick<Deps, 'profile' | 'settings' | 'secrets' | 'http' | 'redactor' | 'signal'>;

/**
 * Asks the sandbox of the profile, with the key of its control API; null for a profile without a sandbox. The key stays
 * in this process.
 */
export function sandboxRecords(deps: RecordDeps): FindRecord | null {
  return isSandboxProfile(deps.profile) ? (deliveryId) => find(deliveryId, deps) : null;
}

async function find(deliveryId: string, deps: RecordDeps): Promise<SentRecord | null> {
  const address = await profileControl(deps);
  if (address === null) return null;
  const { askControl } = await import('../../shared/sandbox/control-client.ts');
  try {
    const asking = { http: await deps.http(), signal: deps.signal, timeoutMs };
    const { result } = await askControl(address, ['deliveries', {}], asking);
    const found = result?.deliveries.find(({ delivery_id: id }) => id === deliveryId);
    if (found === undefined) return null;
    const { result: sent } = await askControl(address, ['delivery_body', { delivery_id: deliveryId }], asking);
    const { state, next_attempt_at, attempts } = found;
    return { state, next_attempt_at, attempts, body: sent === null ? null : Buffer.from(sent.body, 'utf8') };
  } catch (error) {
    // It is not running: the page shows what arrived, as it does without a sandbox.
    if (isHttpFailure(error)) return null;
    throw error;
  }
}

/** The sandbox of the profile; null when its settings name none on this machine. */
export async function profileControl(deps: RecordDeps): Promise<ControlAddress | null> {
  const { controlAddress } = await import('../../shared/sandbox/control-client.ts');
  const found = controlAddress({
    authBase: deps.settings.get('auth_base')?.value,
    clientId: deps.settings.get('client_id')?.value,
    clientSecret: (await (await deps.secrets()).get('client_secret'))?.secret.reveal(),
  });
  if (found !== null) deps.redactor.add(found.key);
  return found;
}
