import { decoded } from '../../http/encoding.ts';
import type { Exchange, HttpResponse } from '../../ports/exchange.ts';
import type { Secret } from '../../text/secret.ts';
import type { CheckedRedirect } from '../sign-in/authorize.ts';
import { authEndpoint } from './endpoint.ts';

/** Whole exchange with the token endpoint, milliseconds: a browser tab waits on the other side. */
const defaultTimeoutMs = 15_000;

/** A token answer is under 4 KiB; what is longer than this is not one. */
const maxAnswerBytes = 1024 * 1024;

/** The client, and the server to ask. */
interface TokenClient {
  readonly authBase: string;
  readonly clientId: string;
  /** Null for a public client: the field is then left out, not sent empty. */
  readonly clientSecret: Secret | null;
  /** Sent as `X-Revento-Request-Id`; a UUID. */
  readonly requestId: string;
  readonly timeoutMs?: number;
}

/**
 * Sends an authorization code for tokens: one POST, no redirect followed, no retry.
 *
 * @throws HttpFailure when no complete answer came; the code may be spent then and must not be sent again
 * @throws ReventoError `usage` when the auth base is not https, `bad_answer` for an answer in an encoding that cannot be
 *   decoded: as above
 *
 * Source: RFC 6749 section 4.1.3, RFC 7636 section 4.5.
 */
export function requestCodeExchange(
  exchange: Exchange,
  client: TokenClient & { readonly redirect: CheckedRedirect; readonly signal?: AbortSignal },
): Promise<HttpResponse> {
  const { code, verifier, redirectUri } = client.redirect;
  const fields = {
    grant_type: 'authorization_code',
    code: code.reveal(),
    redirect_uri: redirectUri,
    code_verifier: verifier.reveal(),
  };
  return post(exchange, client, fields, client.signal);
}

/**
 * Sends a refresh token for a new pair: one POST, no redirect followed, no retry, no scope asked.
 *
 * It takes no abort signal on purpose: what was sent is spent, so the answer must be waited for.
 *
 * @throws HttpFailure when no complete answer came; unless `isUnsent`, the token may be spent
 * @throws ReventoError `usage` when the auth base is not https, `bad_answer` for an answer in an encoding that cannot be
 *   decoded: as above
 *
 * Source: RFC 6749 section 6.
 */
export function requestRefresh(
  exchange: Exchange,
  client: TokenClient & { readonly refreshToken: Secret },
): Promise<HttpResponse> {
  return post(exchange, client, { grant_type: 'refresh_token', refresh_token: client.refreshToken.reveal() });
}

async function post(
  exchange: Exchange,
  { authBase, clientId, clientSecret, requestId, timeoutMs = defaultTimeoutMs }: TokenClient,
  fields: Record<string, string>,
  signal?: AbortSignal,
): Promise<HttpResponse> {
  const form = new URLSearchParams({ ...fields, client_id: clientId });
  if (clientSecret !== null) form.append('client_secret', clientSecret.reveal());
  const answer = await exchange({
    method: 'POST',
    url: authEndpoint(authBase, '/oauth/token'),
    headers: [
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ['Accept', 'application/json'],
      // Without the header any encoding is allowed (RFC 9110 section 12.5.3), and a proxy may compress anyway.
      ['Accept-Encoding', 'identity'],
      ['X-Revento-Request-Id', requestId],
    ],
    body: new TextEncoder().encode(form.toString()),
    timeoutMs,
    maxResponseBytes: maxAnswerBytes,
    ...(signal && { signal }),
  });
  return decoded(answer, 'Token request');
}
