import type { ApiClient, Pause } from '../api/client.ts';
import type { Deps, Login, LoginKey, LoginKind, Sessions } from '../deps.ts';
import { ReventoError } from '../errors.ts';
import { program } from '../next-command.ts';
import { fingerprint } from '../secret.ts';
import { loginInWords } from './login-choice.ts';

/** What a call needs of the login it is made with. */
export interface Need {
  /** What is called, for messages: `participants list`. */
  readonly what: string;
  /** Null when any login will do. */
  readonly kind: LoginKind | null;
  /** Null when none is known to be needed. */
  readonly scope: string | null;
  /** The event the path names, where it does; otherwise the selected one is meant. */
  readonly eventId: string | null;
}

export interface AccessOptions {
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
 * Opens the API with the login that fits. What the store knows to be in vain is refused here, before any request.
 *
 * @throws ReventoError `not_logged_in`, `event_not_authorized`, `user_token_required`, `installation_token_required`
 *   or `insufficient_scope`, each with the command that mends it; `usage` when several logins fit
 */
export async function openApi(need: Need, deps: Deps, options: AccessOptions): Promise<Access> {
  const apiBase = deps.settings.require('api_base');
  const eventId = need.eventId ?? deps.event;
  const sessions = await deps.sessions();
  const login =
    deps.environmentToken === null
      ? await chooseLogin(need, eventId, await readable(need, eventId, sessions), deps)
      : null;
  const kind = login?.kind ?? need.kind ?? 'installation';
  const tokens = await sessions.source(
    login !== null
      ? { kind: login.kind, eventId: login.eventId }
      : need.kind === null
        ? { eventId }
        : { kind, eventId },
  );
  const [{ createApiClient }, { Budget, quotas }] = await Promise.all([
    import('../api/client.ts'),
    import('../api/budget.ts'),
  ]);
  const { clock } = deps;
  const log = await deps.sharedLog(
    login === null
      ? `token-${fingerprint(deps.environmentToken?.reveal() ?? '').slice(0, 16)}`
      : `${kind}-${login.eventId}`,
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

/**
 * The logins to choose from. One that cannot be opened stops only the calls that might have been made with it.
 *
 * @throws ReventoError why that one cannot be opened
 */
async function readable(need: Need, eventId: string | null, sessions: Sessions): Promise<readonly Login[]> {
  const { logins, unreadable } = await sessions.survey();
  const isMeant = (key: LoginKey) =>
    (eventId === null || key.eventId === eventId) && (need.kind === null || key.kind === need.kind);
  const blocking = unreadable.find(isMeant);
  if (blocking !== undefined) throw blocking.failure;
  return logins;
}

/** Where an organizer's and a participant's login fit alike, the organizer's is meant. */
async function chooseLogin(need: Need, eventId: string | null, logins: readonly Login[], deps: Deps): Promise<Login> {
  const ofEvent = logins.filter((login) => eventId === null || login.eventId === eventId);
  const fitting = ofEvent.filter((login) => need.kind === null || login.kind === need.kind);
  const organizers = fitting.filter((login) => login.kind === 'installation');
  const [login, another] = organizers.length > 0 ? organizers : fitting;
  if (login === undefined) throw await noLogin(need, eventId, logins, ofEvent, deps);
  if (another === undefined) return withScope(need, login, deps);
  throw new ReventoError('usage', `Which event? There are several logins: ${fitting.map(loginInWords).join(', ')}.`, {
    hint: `name one: ${program(deps.profile)} ${need.what} --event ${login.eventId}`,
  });
}

async function noLogin(
  { what, kind }: Need,
  eventId: string | null,
  logins: readonly Login[],
  ofEvent: readonly Login[],
  deps: Deps,
): Promise<ReventoError> {
  const facts = { eventId: eventId ?? ofEvent[0]?.eventId };
  const others = logins.map(loginInWords).join(', ');
  if (ofEvent.length > 0 && kind !== null) {
    const code = kind === 'user' ? 'user_token_required' : 'installation_token_required';
    const whose = kind === 'user' ? "a participant's" : "an organizer's";
    return new ReventoError(code, `\`${what}\` needs ${whose} login; there is only ${others}.`, facts);
  }
  if (logins.length > 0) {
    return new ReventoError(
      'event_not_authorized',
      `There is no login for event ${eventId}, only for ${others}.`,
      facts,
    );
  }
  const user = kind === 'user' ? ' --user' : '';
  const login = `${program(deps.profile)} login${eventId === null ? '' : ` --event ${eventId}`}${user}`;
  const { otherProfileWith } = await import('./other-profile.ts');
  const other = await otherProfileWith(kind, deps);
  return new ReventoError('not_logged_in', `Profile "${deps.profile}" has no login.`, {
    hint: other === null ? `run: ${login}` : `profile "${other}" has one: ${program(other)} ${what}; or run: ${login}`,
  });
}

/** A server that did not say which scopes it granted leaves nothing to check. */
function withScope({ what, scope }: Need, login: Login, deps: Deps): Login {
  if (scope === null || login.scope.length === 0 || login.scope.includes(scope)) return login;
  const wanted = [...login.scope, scope].join(' ');
  const user = login.kind === 'user' ? ' --user' : '';
  throw new ReventoError(
    'insufficient_scope',
    `\`${what}\` needs the scope ${scope}; the login has ${login.scope.join(' ')}.`,
    {
      scope,
      eventId: login.eventId,
      hint: `log in again with the scope: ${program(deps.profile)} login --event ${login.eventId}${user} --scope "${wanted}"`,
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
