import type { Deps } from '../../../command-kit/deps.ts';
import { exitOf, exitStatus, ReventoError } from '../../../errors/revento-error.ts';
import type { LoginKey } from '../../../login/login.ts';
import { userOf } from '../../../login/login-name.ts';
import { openApi } from '../../shared/api-access.ts';

/** What the API makes of a token. */
export interface Verdict {
  /** Null when it could not be asked. */
  readonly isAccepted: boolean | null;
  /** For people, without a final full stop. */
  readonly reason: string;
  /** What kept it from being accepted. */
  readonly failure: ReventoError | null;
}

/** Refusals of what was asked, by a server that took the token. */
const acceptedNevertheless: ReadonlySet<string> = new Set([
  'insufficient_scope',
  'user_token_required',
  'installation_token_required',
  'not_found',
]);

/** How long the check waits for a place under the rate limits. */
const maxWaitMs = 10_000;

/**
 * Asks the API once with a login's token, refreshed if it must be; with null, with REVENTO_ACCESS_TOKEN.
 *
 * Throws no ReventoError but `interrupted`: why the API could not be asked is part of the answer.
 */
export async function askWhetherAccepted(deps: Deps, login: LoginKey | null): Promise<Verdict> {
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

/** The least the API can be asked: one document, and none that lists people. */
function targetFor(login: LoginKey | null, eventId: string | null): string {
  if (login?.kind === 'user' || eventId === null) return '/me/profile';
  return `/events/${encodeURIComponent(eventId)}`;
}

function judge(failure: ReventoError, login: LoginKey | null, { redactor }: Pick<Deps, 'redactor'>): Verdict {
  // On its way to stdout, where nothing else takes out what a server quotes.
  const reason = redactor.clean(failure.message).replace(/\.$/, '');
  // Nothing is known of the kind of a token from the environment, so asking it the wrong thing proves it good.
  const isTaken = acceptedNevertheless.has(failure.code) && (login === null || failure.code === 'insufficient_scope');
  if (isTaken) return { isAccepted: true, reason: `accepted, though ${reason}`, failure: null };
  const isRefused = exitOf(failure.code) === exitStatus.login;
  return {
    isAccepted: isRefused ? false : null,
    reason: isRefused ? reason : `could not be asked: ${reason}`,
    failure,
  };
}
