import { ReventoError } from '../../errors/revento-error.ts';
import { headerOf } from '../../http/headers.ts';
import { parseUrl } from '../../http/web-address.ts';
import type { Exchange, HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { plainLine } from '../../text/plain-line.ts';
import { type Form, readForm } from './form.ts';

/** How to answer the consent page. */
export interface Answer {
  readonly isDenied: boolean;
  /** The only scopes to grant; null submits the page as it is. */
  readonly onlyScopes: readonly string[] | null;
}

/** Where the visit ended. */
export interface Visit {
  /** URL of the last page, without its query, which contains the code. */
  readonly landedOn: string;
  /** When the visit was ended before it, that of the redirect to it; 0 before the first page. */
  readonly status: number;
  /** Whether a consent page was answered on the way. */
  readonly hasAnswered: boolean;
  /** The heading of that page, which says what is wrong on an error page; null without one. */
  readonly heading: string | null;
}

interface VisitOptions {
  /** The cookies of the browser; by default none. */
  readonly cookies?: Cookies;
  /** Called with every URL before it is requested; false ends the visit. */
  readonly onHop?: (url: URL) => boolean;
}

/** The redirect limit of browsers. */
const maxRedirects = 20;
const timeoutMs = 30_000;

/**
 * Visits a page as a browser would: follows redirects with cookies, answers the first form that asks for consent, and
 * follows the redirects after it. It uses only what the page says, nothing of the sandbox.
 *
 * @param isAllowed  whether a host may be visited at all
 * @throws ReventoError `usage` when a redirect leads to a host that may not be visited, `failed` when the page has no
 *   form that can be answered; rejects with `HttpFailure` when a server does not answer
 */
export async function visit(
  http: Exchange,
  url: URL,
  answer: Answer,
  isAllowed: (url: URL) => boolean,
  { cookies = new Cookies(), onHop = () => true }: VisitOptions = {},
): Promise<Visit> {
  let request: Pick<HttpRequest, 'method' | 'body'> = get;
  let at = url;
  let hasAnswered = false;
  let status = 0;
  for (let hops = 0; hops <= maxRedirects; hops++) {
    if (!isAllowed(at)) {
      throw new ReventoError('usage', `The page redirects to ${at.host}, which is not on this machine.`, {
        hint: 'open the URL in a browser instead',
      });
    }
    if (!onHop(at)) return { landedOn: `${at.origin}${at.pathname}`, status, hasAnswered, heading: null };
    const response = await send(http, at, request, cookies);
    status = response.status;
    const location = headerOf(response, 'location');
    if (isRedirect(status) && location !== null) {
      at = resolve(location, at);
      // What a browser does on 302 and 303; 307 and 308 send the form on.
      if (status !== 307 && status !== 308) request = get;
      continue;
    }
    const form = hasAnswered || !isHtml(response) ? null : readForm(Buffer.from(response.body).toString('utf8'));
    if (form === null) {
      const heading = headingOf(response);
      return { landedOn: `${at.origin}${at.pathname}`, status, hasAnswered, heading };
    }
    const body = Buffer.from(fill(form, answer).toString(), 'utf8');
    at = resolve(form.action === '' ? at.href : form.action, at);
    if (form.method !== 'POST') throw new ReventoError('failed', 'The page has a form, but it is not a consent form.');
    request = { method: 'POST', body };
    hasAnswered = true;
  }
  throw new ReventoError('failed', `The page redirects more than ${maxRedirects} times.`);
}

const get = { method: 'GET', body: new Uint8Array() } as const;

function send(
  http: Exchange,
  url: URL,
  { method, body }: Pick<HttpRequest, 'method' | 'body'>,
  cookies: Cookies,
): Promise<HttpResponse> {
  const cookie = cookies.of(url);
  return http({
    method,
    url: url.href,
    headers: [
      ['Accept', 'text/html'],
      ...(cookie === '' ? [] : [['Cookie', cookie] as const]),
      ...(method === 'POST' ? [['Content-Type', 'application/x-www-form-urlencoded'] as const] : []),
    ],
    body,
    timeoutMs,
  }).then((response) => {
    cookies.keep(url, response);
    return response;
  });
}

/**
 * What a browser would submit.
 *
 * @throws ReventoError `failed` when the button is missing, `usage` when a scope is not on the page
 */
function fill(form: Form, { isDenied, onlyScopes }: Answer): URLSearchParams {
  const wanted = isDenied ? /deny|decline|reject|refuse|cancel|no/i : /allow|approve|accept|authorize|grant|yes/i;
  const buttons = form.fields.filter(({ kind }) => kind === 'button');
  const button = buttons.find(({ name, value }) => wanted.test(value) || wanted.test(name));
  if (button === undefined && (buttons.length > 0 || isDenied)) {
    throw new ReventoError('failed', `The page has no button to ${isDenied ? 'deny' : 'allow'} the request.`);
  }
  const boxes = form.fields.filter(({ kind }) => kind === 'checkbox');
  const missing = onlyScopes?.find((scope) => !boxes.some(({ value }) => value === scope));
  if (missing !== undefined) {
    throw new ReventoError('usage', `The page does not ask for the scope ${JSON.stringify(missing)}.`, {
      hint: `it asks for: ${boxes.map(({ value }) => value).join(' ') || '(no scopes to choose from)'}`,
    });
  }
  const isSent = ({ kind, value, isOn }: Form['fields'][number]) =>
    kind === 'checkbox' ? (onlyScopes?.includes(value) ?? isOn) : kind !== 'button';
  const sent = form.fields.filter((field) => !field.isDisabled && isSent(field));
  const body = new URLSearchParams();
  for (const { name, value } of [...sent, ...(button ? [button] : [])]) body.append(name, value);
  return body;
}

/** Cookies by host name, of one browser: an app may keep its `state` in one. */
export class Cookies {
  readonly #byHost = new Map<string, Map<string, string>>();

  keep(url: URL, response: HttpResponse): void {
    for (const [header, line] of response.headers) {
      if (header.toLowerCase() !== 'set-cookie') continue;
      const [pair = '', ...attributes] = line.split(';');
      const cut = pair.indexOf('=');
      if (cut < 1) continue;
      const jar = this.#byHost.get(url.hostname) ?? new Map<string, string>();
      this.#byHost.set(url.hostname, jar);
      if (attributes.some((attribute) => /^\s*max-age=(0|-)/i.test(attribute))) jar.delete(pair.slice(0, cut).trim());
      else jar.set(pair.slice(0, cut).trim(), pair.slice(cut + 1).trim());
    }
  }

  of(url: URL): string {
    return [...(this.#byHost.get(url.hostname) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

function resolve(location: string, base: URL): URL {
  const url = parseUrl(location, base.href);
  if (url !== null) return url;
  throw new ReventoError('failed', `${base.host} redirects to an invalid URL.`);
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function isHtml(response: HttpResponse): boolean {
  return response.status === 200 && /^text\/html\b/i.test(headerOf(response, 'content-type') ?? '');
}

/** The first heading of an HTML page that is plain text. */
function headingOf(response: HttpResponse): string | null {
  if (!/^text\/html\b/i.test(headerOf(response, 'content-type') ?? '')) return null;
  const [, heading = ''] = /<h1>([^<]{1,200})<\/h1>/.exec(Buffer.from(response.body).toString('utf8')) ?? [];
  return plainLine(heading, 200) || null;
}
