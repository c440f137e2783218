import { headerOf, retryAfterMs } from '../../../http/headers.ts';
import { parseRecord } from '../../../json/parse.ts';
import type { HttpResponse } from '../../../ports/exchange.ts';
import type { ApiSeen } from '../evidence.ts';
import { hashOf } from './fingerprint.ts';
import { base } from './line.ts';
import type { Answered } from './request.ts';

/** A UUID of any version, with or without its hyphens. */
const uuidForm = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
/** Parameters of a query that are looked at. */
const mostNames = 20;
/** The end of a page holds what says whether there are more; reading all rows of it would cost as much as sending them. */
const tailBytes = 400;
const tailForm = /"next_cursor":(?:null|"([^"]*)"),"has_more":(true|false)/;

/** @param path  below the API base */
export function readApi(answered: Answered, path: string): ApiSeen {
  const { request, incoming, answer, logins, span } = answered;
  const { query } = incoming;
  const bearer = /^Bearer ([\x21-\x7e]+)$/i.exec(incoming.header('authorization') ?? '')?.[1];
  const token = bearer === undefined ? null : hashOf(bearer);
  const sentId = headerOf(request, 'x-revento-request-id');
  const names = query.names().slice(0, mostNames);
  const known = names.find((name) => isToken(query.get(name), answered));
  const plain = base(answered, errorOf(answer), query);
  // `code` may be the name of a filter: it is a secret only where it is a code that was given out.
  const isSecret = (name: string) => name !== 'code' || logins.code(hashOf(query.get('code') ?? '')) !== null;
  const common = { ...plain, secretsInUrl: plain.secretsInUrl.filter(isSecret) };
  return {
    kind: 'api',
    ...common,
    secretsInUrl: known === undefined ? common.secretsInUrl : [...new Set([...common.secretsInUrl, 'access_token'])],
    // As it was sent: the sandbox answers HEAD as if it were GET.
    method: request.method,
    path,
    target: hashOf(`${incoming.method} ${request.url}`),
    token,
    login: token === null ? null : logins.ofAccess(token),
    accept: incoming.header('accept'),
    requestId: sentId === null ? null : { text: hashOf(sentId), isUuid: uuidForm.test(sentId) },
    cursor: query.get('cursor'),
    limit: query.get('limit'),
    others: Object.fromEntries(
      names
        .filter((name) => name !== 'cursor' && name !== 'limit' && name !== known)
        .map((name) => [name, hashOf(query.get(name) ?? '')]),
    ),
    retryAfterMs: retryAfterMs(answer, span.endedAt),
    page: pageOf(answer),
  };
}

function pageOf({ status, body }: HttpResponse): ApiSeen['page'] {
  if (status !== 200) return null;
  const tail = Buffer.from(body.subarray(Math.max(0, body.length - tailBytes))).toString('utf8');
  const [, nextCursor, hasMore] = tailForm.exec(tail) ?? [];
  if (hasMore === undefined) return null;
  const head = Buffer.from(body.subarray(0, 10)).toString('utf8');
  return { isEmpty: head === '{"data":[]', hasMore: hasMore === 'true', nextCursor: nextCursor ?? null };
}

function errorOf({ status, body }: HttpResponse): string | null {
  if (status < 400) return null;
  const error = parseRecord(Buffer.from(body).toString('utf8'))?.['error'];
  return typeof error === 'string' ? error : null;
}

/** Whether a parameter is an access token that was given out. */
function isToken(value: string | null, { logins }: Answered): boolean {
  return value !== null && value.length > 20 && logins.ofAccess(hashOf(value)) !== null;
}
