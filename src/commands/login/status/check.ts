import type { Deps } from '../../../command-kit/deps.ts';
import { exitOf, exitStatus, ReventoError } from '../../../errors/revento-error.ts';
import type { LoginKey } from '../../../login/login.ts';
import { userOf } from '../../../login/login-name.ts';
import { type AccessDeps, openApi } from '../../shared/api-access.ts';

/** The API's verdict on a token. */
export interface Verdict {
  /** Null when it could not be reached. */
  readonly isAccepted: boolean | null;
  /** For the user, without a final full stop. */
  readonly reason: string;
  /** Why it was not accepted. */
  readonly failure: ReventoError | null;
}

/** What asking the API for its verdict needs. */
export type VerdictDeps = AccessDeps & Pick<Deps, 'redactor' | 'signal'>;

/** Refusals of the request by a server that accepted the token. */
const acceptedNevertheless: ReadonlySet<string> = new Set([
  'insufficient_scope',
  'user_token_required',
  'installation_token_required',
  'not_found',
]);

/** How long the check waits for a place under the rate limits. */
const maxWaitMs = 10_000;

/**
 * Asks the API once with a login's token, refreshing it if needed; with null, with REVENTO_ACCESS_TOKEN.
 *
 * Throws no ReventoError but `interrupted`: the reason why the API could not be reached is part of the result.
 */
export async function askWhetherAccepted(deps: VerdictDeps, login: LoginKey | null): Promise<Verdict> {
  const { signal } = deps;
  const need = {
    what: 'status --check',
    kind: login?.kind ?? null,
    scope: null,
    eventId: login?.eventId ?? null,
    userId: login && userOf(login),
  };
  try {
    const { client, eventId } = await openApi(need, deps, { maxWaitMs, signal });
    const { failure } = await client.send({ target: targetFor(login, eventId) });
    if (failure === null) return { isAccepted: true, reason: 'accepted', failure: null };
    return judge(failure, login, deps);
  } catch (error) {
    if (!(error instanceof ReventoError) || error.code === 'interrupted') throw error;
    return judge(error, login, deps);
  }
}

/** The smallest request: one document without a list of people. */
function targetFor(login: LoginKey | null, eventId: string | null): string {
  if (login?.kind === 'user' || eventId === null) return '/me/profile';
  return `/events/${encodeURIComponent(eventId)}`;
}

function judge(failure: ReventoError, login: LoginKey | null, { redactor }: Pick<Deps, 'redactor'>): Verdict {
  // This goes to stdout, where nothing else removes what a server quotes.
  const reason = redactor.clean(failure.message).replace(/\.$/, '');
  // The kind of a token from the environment is unknown, so a refusal for its kind proves it valid.
  const isTaken = acceptedNevertheless.has(failure.code) && (login === null || failure.code === 'insufficient_scope');
  if (isTaken) return { isAccepted: true, reason: `accepted, though ${reason}`, failure: null };
  const isRefused = exitOf(failure.code) === exitStatus.login;
  return {
    isAccepted: isRefused ? false : null,
    reason: isRefused ? reason : `could not be asked: ${reason}`,
    failure,
  };
}
