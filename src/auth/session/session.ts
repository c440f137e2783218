import { flagsOfLogin, loginCommand, program } from '../../errors/next-command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { requireFileName } from '../../files/file-name.ts';
import type { AccessToken, Grant, Login, LoginKey, UnreadableLogin } from '../../login/login.ts';
import { fileNameOf, keyOfFileName } from '../../login/login-name.ts';
import type { Sessions, TokenSource } from '../../ports/sessions.ts';
import type { Binding, SealedFile } from '../../ports/store.ts';
import { fingerprint, type Secret } from '../../text/secret.ts';
import { apiBindings, originOf } from './api-binding.ts';
import { ended, endings, fromGrant, toContent, toLogin, toStoredLogin } from './login-record.ts';
import { Renewal, type SessionOptions } from './renewal.ts';

/**
 * The logins of a profile: stored sealed, refreshed by one process at a time, never lost to a crash.
 */
export function createSessions(options: SessionOptions): Sessions {
  const { profile, settings, vault, accessToken, dropLog, clock, redactor, signal, notice, confirmHost } = options;
  const renewals = new Map<string, Renewal>();

  const fileOf = (key: LoginKey): SealedFile => {
    requireFileName('event', key.eventId);
    return vault.file(profile, fileNameOf(key), {
      replace: `to replace it, run: ${loginCommand(profile, key)}`,
      giveUp: `to give the login up, run: ${program(profile)} logout ${flagsOfLogin(key)}`,
    });
  };

  /** One per login, so that the calls of this process wait for one refresh. */
  const renewalOf = (key: LoginKey): Renewal => {
    const name = fileNameOf(key);
    const known = renewals.get(name) ?? new Renewal(key, fileOf(key), options);
    renewals.set(name, known);
    return known;
  };

  const whileLocked = async <T>(key: LoginKey, work: (file: SealedFile) => Promise<T>): Promise<T> => {
    const file = fileOf(key);
    const lock = await file.lock({ signal });
    try {
      return await work(file);
    } finally {
      lock.release();
    }
  };

  const bindings = apiBindings({ redactor, confirmHost, whileLocked });

  const sourceOf = (key: LoginKey): TokenSource => ({
    current: (minTtlMs) => renewalOf(key).token({ minTtlMs: minTtlMs ?? null, rejected: null, isForced: false }),
    renew: ({ token }) =>
      renewalOf(key).token({ minTtlMs: null, rejected: fingerprint(token.reveal()), isForced: false }),
    markRevoked: ({ token }) => endIfHolding(key, token),
  });

  const endIfHolding = async (key: LoginKey, token: Secret): Promise<void> => {
    try {
      await whileLocked(key, async (file) => {
        const record = await file.settle();
        if (record === null) return;
        const login = toStoredLogin(record, key, redactor);
        // Another process may have logged in again meanwhile; only the token that was refused ends a login.
        if (login.state !== 'active' || login.accessToken.reveal() !== token.reveal()) return;
        file.rewrite(record, toContent(ended(login, endings.revoked)));
      });
    } catch (error) {
      if (!(error instanceof ReventoError) || error.code === 'interrupted') throw error;
      // The caller reports the refusal; that it could not be stored matters less.
      notice(`warning: the login for event ${key.eventId} was revoked, and that could not be stored: ${error.message}`);
    }
  };

  /** Earlier versions stored one participant's login for each event: it is replaced when it is the same user's. */
  const supersede = async (grant: Grant): Promise<void> => {
    const earlier: LoginKey = { kind: grant.kind, eventId: grant.eventId };
    if (fileNameOf(earlier) === fileNameOf(grant) || !fileOf(earlier).hasTrace()) return;
    try {
      await whileLocked(earlier, async (file) => {
        const record = await file.settle();
        if (record === null || toStoredLogin(record, earlier, redactor).userId !== grant.userId) return;
        file.remove();
        await dropLog(fileNameOf(earlier));
      });
    } catch (error) {
      // The new login is stored; one that cannot be opened shows in `revento status`.
      if (!(error instanceof ReventoError) || error.code === 'interrupted') throw error;
    }
  };

  const read: Sessions['read'] = async (key) => {
    const record = await fileOf(key).read();
    return record && toLogin(toStoredLogin(record, key, redactor), clock.now());
  };

  const keys = (): LoginKey[] => vault.names(profile).flatMap((name) => keyOfFileName(name) ?? []);

  return {
    keys: async () => keys(),

    read,

    async survey() {
      const logins: Login[] = [];
      const unreadable: UnreadableLogin[] = [];
      for (const key of keys()) {
        try {
          const login = await read(key);
          // Null: another process forgot it since the names were read.
          if (login !== null) logins.push(login);
        } catch (failure) {
          if (!(failure instanceof ReventoError) || failure.code === 'interrupted') throw failure;
          unreadable.push({ ...key, failure });
        }
      }
      return { logins, unreadable };
    },

    prepare: (key) => whileLocked(key, (file) => file.rehearse()),

    async save(grant: Grant): Promise<Login> {
      const binding: Binding = { authBase: settings.require('auth_base'), clientId: settings.require('client_id') };
      const saved = await whileLocked(grant, async (file) => {
        const login = fromGrant(grant, originOf(settings.get('api_base')?.value ?? ''), clock.now());
        const record = await file.create(binding, toContent(login));
        if (grant.refreshToken !== null) file.noteSpent(record, null, grant.refreshToken.reveal());
        return toLogin(login, clock.now());
      });
      await supersede(grant);
      return saved;
    },

    async forget(key) {
      if (!fileOf(key).hasTrace()) return false;
      return whileLocked(key, async (file) => {
        await file.requireOwn();
        const hadAny = file.remove();
        await dropLog(fileNameOf(key));
        return hadAny;
      });
    },

    async source(key, apiBase) {
      if (accessToken !== null) return environmentSource(accessToken);
      if (key === null) throw new ReventoError('internal', 'no login was chosen');
      if (apiBase !== undefined) await bindings.require(key, fileOf(key), apiBase);
      return sourceOf(key);
    },

    async bind(apiBase) {
      const origin = originOf(apiBase);
      if (origin === null) return;
      const failures: unknown[] = [];
      for (const key of keys()) await bindings.bind(key, origin).catch((error: unknown) => failures.push(error));
      if (failures.length > 0) throw failures[0];
    },

    async move(authBase) {
      for (const key of keys()) {
        await whileLocked(key, async (file) => {
          const record = await file.settle();
          if (record === null || record.binding.authBase === authBase) return;
          file.rewrite({ ...record, binding: { ...record.binding, authBase } }, record.content);
        });
      }
    },

    async refresh(key): Promise<AccessToken> {
      if (accessToken !== null) {
        throw new ReventoError('usage', 'REVENTO_ACCESS_TOKEN is set: it is used unchanged and cannot be refreshed.', {
          hint: 'unset REVENTO_ACCESS_TOKEN to use the stored login',
        });
      }
      return renewalOf(key).token({ minTtlMs: null, rejected: null, isForced: true });
    },

    protection: async () => ({ path: vault.directory, protection: vault.protection(profile) }),
  };
}

/** A ready token from the environment: nothing about it is known or stored, and a refusal is final. */
function environmentSource(token: Secret): TokenSource {
  const refuse = (code: 'token_expired' | 'token_revoked'): Promise<never> =>
    Promise.reject(
      new ReventoError(code, 'The token in REVENTO_ACCESS_TOKEN was refused.', {
        status: 401,
        apiCode: code,
        hint: 'put a fresh token there, or unset REVENTO_ACCESS_TOKEN to use the stored login',
      }),
    );
  // As a header it would fail later, and look like an error of the server.
  const isSendable = /^[\x21-\x7e]+$/.test(token.reveal());
  return {
    current: () =>
      isSendable ? Promise.resolve({ token, expiresAt: null, key: null }) : Promise.reject(malformedToken(token)),
    renew: () => refuse('token_expired'),
    markRevoked: () => refuse('token_revoked'),
  };
}

function malformedToken(token: Secret): ReventoError {
  const text = token.reveal();
  if (text.trim() === '') {
    return new ReventoError('usage', 'REVENTO_ACCESS_TOKEN is blank.', { hint: 'set it to a token, or unset it' });
  }
  const what = /[\r\n]/.test(text) ? 'a line break' : 'a character that is not allowed in a token';
  return new ReventoError('usage', `REVENTO_ACCESS_TOKEN contains ${what}.`, {
    hint: 'set it to the token alone, without quotes, spaces or line breaks around it',
  });
}
