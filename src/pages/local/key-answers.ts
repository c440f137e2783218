import type { HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { isJsonRequest, passwordOf } from './guard.ts';
import type { PageKey } from './key.ts';
import { refuse, respond, respondJson } from './response.ts';

/** The key in exchange for a ticket, which the page posts as JSON. */
export function redeemTicket(request: HttpRequest, key: PageKey): HttpResponse {
  if (!isJsonRequest(request)) return refuse(415, 'not_json', 'Send Content-Type: application/json.');
  const [, ticket] = /^\{"ticket":"([\w-]{1,64})"\}$/.exec(Buffer.from(request.body).toString('utf8')) ?? [];
  const value = ticket === undefined ? null : key.redeem(ticket);
  if (value !== null) return respondJson(200, { key: value });
  return refuse(
    401,
    'wrong_ticket',
    'This link was already used or has expired. Open the address that the command printed.',
  );
}

/**
 * Answers a request for a page that works without script. Without script the key in the fragment cannot be read, so the
 * browser asks for it as a password. The browser keeps it for this origin only, including the port, unlike a cookie; and
 * it gives access to such pages only.
 *
 * @param realm  the name that the browser shows when it asks
 */
export async function respondWithPassword(
  request: HttpRequest,
  key: PageKey,
  { realm, html }: { readonly realm: string; readonly html: () => string | Promise<string> },
): Promise<HttpResponse> {
  if (request.method !== 'GET') return refuse(405, 'wrong_method', 'Use GET.', [['Allow', 'GET']]);
  const password = passwordOf(request);
  if (password !== null && key.isIt(password)) return respond(200, 'text/html; charset=utf-8', await html());
  return respond(401, 'text/plain; charset=utf-8', 'The password is the text after #key= in the printed address.\n', [
    ['WWW-Authenticate', `Basic realm="${realm}", charset="UTF-8"`],
  ]);
}
