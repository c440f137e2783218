import type { Settings } from '../../config/types.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import type { LoginKey } from '../../login/login.ts';
import type { Binding } from '../../ports/store.ts';

/**
 * Refuses to use a login under settings that point elsewhere: its tokens belong to the server and the client they
 * were issued by, and must reach no other. Without settings, the login's own values count.
 *
 * @throws ReventoError `login_mismatch`, naming both sides
 */
export function checkBinding(binding: Binding, { kind, eventId }: LoginKey, settings: Pick<Settings, 'get'>): void {
  const differing: string[] = [];
  const compare = (name: 'auth_base' | 'client_id', own: string, what: string): void => {
    const setting = settings.get(name);
    if (setting === null || setting.source === 'default' || plain(setting.value) === plain(own)) return;
    differing.push(`${what} ${own}, but the settings (${setting.source}) say ${setting.value}`);
  };
  compare('auth_base', binding.authBase, 'auth base');
  compare('client_id', binding.clientId, 'client id');
  if (differing.length === 0) return;
  throw new ReventoError(
    'login_mismatch',
    `The login for event ${eventId} was made with ${differing.join('; and with ')}.`,
    { kind, eventId },
  );
}

function plain(value: string): string {
  return value.replace(/\/+$/, '');
}
