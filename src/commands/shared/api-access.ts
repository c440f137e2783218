import type { ApiClient, Pause } from '../../api/client.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { loginCommand, program, userFlag } from '../../errors/next-command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { shellWord } from '../../errors/shell-word.ts';
import type { LoginKey, LoginKind } from '../../login/login.ts';
import { fileNameOf, loginInWords } from '../../login/login-name.ts';
import type { Sessions } from '../../ports/sessions.ts';
import { fingerprint } from '../../text/secret.ts';
import { candidates, chooseLogin, type Wanted } from './login-choice.ts';
import { noLoginStored, severalLogins } from './login-missing.ts';

/** What opening the read API needs. */
export type AccessDeps = Pick<
  Deps,
  'clock' | 'environmentToken' | 'event' | 'http' | 'profile' | 'sessions' | 'settings' | 'sharedLog'
>;

/** What a call needs of the login it is made with. */
interface LoginNeed {
  /** What is called, for messages: `participants list`. */
  readonly what: string;
  /** Null when any login will do. */
  readonly kind: LoginKind | null;
  /** Null when none is known to be needed. */
  readonly scope: string | null;
  /** The event the path names, where it does; otherwise the selected one is meant. */
  readonly eventId: string | null;
  /** The participant whose login is meant, where one is named. */
  readonly userId?: string | null | undefined;
}

interface AccessOptions {
  readonly maxWaitMs: number;
  readonly signal: AbortSignal;
  readonly onPause?: (pause: Pause) => void;
}

/** A client for calls with one login, and the event that login is for; null where nothing names one. */
export interface Access {
  readonly client: ApiClient;
  readonly eventId: string | null;
}

/**
 * Opens the API with the login that fits. A call that the store knows will fail is refused before any request.
 *
 * @throws ReventoError `not_logged_in`, `event_not_authorized`, `user_token_required`, `installation_token_required` or
 *   `insufficient_scope`, each with the command that fixes it; `usage` when several logins fit
 */
export async function openApi(need: LoginNeed, deps: AccessDeps, options: AccessOptions): Promise<Access> {
  const apiBase = deps.settings.require('api_base');
  const eventId = need.eventId ?? deps.event;
  const sessions = await deps.sessions();
  const login = deps.environmentToken === null ? await loginFor(need, eventId, sessions, deps) : null;
  if (login !== null) await requireScope(need, login, sessions, deps);
  const kind = login?.kind ?? need.kind ?? 'installation';
  const tokens = await sessions.source(login, apiBase);
  const [{ createApiClient }, { Budget, quotas }] = await Promise.all([
    import('../../api/client.ts'),
    import('../../api/budget.ts'),
  ]);
  const { clock } = deps;
  const log = await deps.sharedLog(
    login === null ? `token-${fingerprint(deps.environmentToken?.reveal() ?? '').slice(0, 16)}` : fileNameOf(login),
  );
  const client = createApiClient({
    apiBase,
    exchange: await deps.http(),
    tokens,
    budget: new Budget({ quota: quotas[kind], log, clock, random: Math.random }),
    clock,
    random: Math.random,
    ...options,
  });
  return { client, eventId: login?.eventId ?? eventId };
}

async function loginFor(
  need: LoginNeed,
  eventId: string | null,
  sessions: Sessions,
  deps: Pick<Deps, 'profile'>,
): Promise<LoginKey> {
  const logins = await sessions.keys();
  const wanted: Wanted = { kind: need.userId ? 'user' : need.kind, eventId, userId: need.userId };
  const choice = chooseLogin(await candidates(logins, wanted, sessions), wanted);
  switch (choice.outcome) {
    case 'found':
      return choice.login;
    case 'several':
      throw severalLogins(
        choice.logins,
        `${program(deps.profile)} ${need.what} --event ${choice.example.eventId}${userFlag(choice.example)}`,
      );
    case 'none':
      throw noLogin(need, eventId, logins, deps);
  }
}

function noLogin(
  { what, kind, userId }: LoginNeed,
  eventId: string | null,
  logins: readonly LoginKey[],
  deps: Pick<Deps, 'profile'>,
): ReventoError {
  if (logins.length === 0) return noLoginStored({ kind, eventId }, deps);
  const ofEvent = logins.filter((login) => eventId === null || login.eventId === eventId);
  const facts = { eventId: eventId ?? ofEvent[0]?.eventId };
  const others = logins.map(loginInWords).join(', ');
  if (userId && ofEvent.some((login) => login.kind === 'user')) {
    return new ReventoError('event_not_authorized', `There is no login of participant ${userId}, only ${others}.`, {
      ...facts,
      kind: 'user',
    });
  }
  if (ofEvent.length > 0 && kind !== null) {
    const code = kind === 'user' ? 'user_token_required' : 'installation_token_required';
    const whose = kind === 'user' ? "a participant's" : "an organizer's";
    return new ReventoError(code, `\`${what}\` needs ${whose} login; there is only ${others}.`, facts);
  }
  return new ReventoError('event_not_authorized', `There is no login for event ${eventId}, only for ${others}.`, facts);
}

/**
 * Opens the chosen login for its scopes, where one is needed. A server that did not say which it granted leaves
 * nothing to check.
 */
async function requireScope(
  { what, scope }: LoginNeed,
  key: LoginKey,
  sessions: Sessions,
  deps: Pick<Deps, 'profile'>,
): Promise<void> {
  if (scope === null) return;
  const granted = (await sessions.read(key))?.scope ?? [];
  if (granted.length === 0 || granted.includes(scope)) return;
  throw new ReventoError(
    'insufficient_scope',
    `\`${what}\` needs the scope ${scope}; the login has ${granted.join(' ')}.`,
    {
      scope,
      eventId: key.eventId,
      hint: `log in again with the scope: ${loginCommand(deps.profile, key)} --scope ${shellWord([...granted, scope].join(' '))}`,
    },
  );
}

/**
 * A path with the event filled in.
 *
 * @throws ReventoError `usage` when it has a place for an event and none is known
 */
export function fillEvent(path: string, eventId: string | null): string {
  if (!/\{event(_id)?\}/.test(path)) return path;
  if (eventId === null) {
    throw new ReventoError('usage', 'Which event? None is selected.', { hint: 'add --event ID, or set REVENTO_EVENT' });
  }
  return path.replace(/\{event(_id)?\}/g, () => encodeURIComponent(eventId));
}
