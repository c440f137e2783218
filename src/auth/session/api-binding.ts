import type { ConfirmHost } from '../../config/host-change.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { parseUrl } from '../../http/web-address.ts';
import type { LoginKey } from '../../login/login.ts';
import { loginInWords } from '../../login/login-name.ts';
import type { SealedFile } from '../../ports/store.ts';
import type { Redactor } from '../../text/secret.ts';
import { toContent, toStoredLogin } from './login-record.ts';

interface ApiBindingOptions {
  readonly redactor: Redactor;
  readonly confirmHost: ConfirmHost;
  /** Runs work on the file of a login with its lock held. */
  readonly whileLocked: <T>(key: LoginKey, work: (file: SealedFile) => Promise<T>) => Promise<T>;
}

/** The API origin of each login: the only one its tokens are sent to until the user says otherwise. */
export function apiBindings({ redactor, confirmHost, whileLocked }: ApiBindingOptions) {
  /** Writes the origin into the login; `isOnlyFirst` leaves one that is there already. */
  const bind = (key: LoginKey, origin: string, isOnlyFirst = false): Promise<void> =>
    whileLocked(key, async (file) => {
      const record = await file.settle();
      if (record === null) return;
      const login = toStoredLogin(record, key, redactor);
      if (login.apiOrigin === origin || (isOnlyFirst && login.apiOrigin !== null)) return;
      file.rewrite(record, toContent({ ...login, apiOrigin: origin }));
    });

  return {
    bind,

    /**
     * Finds out whether the tokens of a login may go to this API.
     *
     * @throws ReventoError `host_changed`
     */
    async require(key: LoginKey, file: SealedFile, apiBase: string): Promise<void> {
      const record = await file.read();
      const origin = originOf(apiBase);
      if (record === null || origin === null) return;
      const { apiOrigin } = toStoredLogin(record, key, redactor);
      if (apiOrigin === origin) return;
      if (apiOrigin === null) return bindFirst(() => bind(key, origin, true));
      await confirmHost({ what: `The login ${loginInWords(key)}`, setting: 'api_base', from: apiOrigin, to: apiBase });
      await bind(key, origin);
    },
  };
}

/** Origin of an API base; null for one that is malformed, to which nothing is sent. */
export function originOf(apiBase: string): string | null {
  return parseUrl(apiBase)?.origin ?? null;
}

/** A login of an earlier version is bound when it is first used; where nothing can be written it stays usable. */
async function bindFirst(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof ReventoError) || !unwritable.has(error.code)) throw error;
  }
}

const unwritable: ReadonlySet<string> = new Set(['file', 'disk_full', 'lock_timeout']);
