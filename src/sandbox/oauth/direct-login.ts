import { challengeOf, createVerifier } from '../../auth/sign-in/pkce.ts';
import type { LoginKind } from '../../login/login.ts';
import type { SandboxEvent } from '../world/event.ts';
import type { Client } from './clients.ts';
import type { Consent, Grants } from './grants.ts';
import { declaredScopes, readScopes, undeclaredScope } from './scopes.ts';
import { type TokenAnswer, tokenAnswer } from './token.ts';

/** A consent without a consent page. */
export interface DirectLogin {
  readonly kind: LoginKind;
  readonly event: SandboxEvent;
  /** The participant of a user token: their place in the event. */
  readonly index: number;
  /** Names of scopes; null for every scope of the kind. */
  readonly scope: readonly string[] | null;
}

interface DirectLoginParts {
  /** The first one logs in. */
  readonly clients: readonly Client[];
  readonly grants: Grants;
  /** Called with the consent, as after the consent page. */
  readonly onConsent: (consent: Consent) => void;
}

/** The token answer of a login without a consent page, for tests; or what is wrong with the scopes. */
export function logInDirectly(
  { kind, event, index, scope }: DirectLogin,
  { clients, grants, onConsent }: DirectLoginParts,
): TokenAnswer | { readonly problem: string } {
  const [client] = clients;
  if (client === undefined) return { problem: 'no integration is registered' };
  const asked = scope ?? declaredScopes(kind, client);
  const read = readScopes(asked.join(' '));
  if ('problem' in read) return read;
  const undeclared = undeclaredScope(read.scopes, client);
  if (undeclared !== null) return { problem: undeclared };
  if (read.kind !== kind) return { problem: `these scopes are not those of a login of the kind ${kind}` };
  const consent: Consent = {
    kind,
    clientId: client.id,
    eventId: event.id,
    organizationId: event.organization.id,
    user: kind === 'user' ? { id: event.participant(index).user_id, index } : null,
    scope: read.scopes.map(({ name }) => name),
  };
  onConsent(consent);
  const verifier = createVerifier();
  const redirectUri = client.redirectUris[0] ?? '';
  const code = grants.issueCode(consent, { redirectUri, challenge: challengeOf(verifier) });
  const pair = grants.redeem(code, client.id, redirectUri, verifier);
  return 'refusal' in pair ? { problem: pair.problem } : tokenAnswer(pair);
}
