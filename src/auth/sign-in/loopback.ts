import type { Admit, Exchange, HttpRequest, HttpResponse, Listening, Serve } from '../../ports/exchange.ts';
import { asidePage } from '../pages/result.ts';
import type { PendingAuthorization, RedirectJudgment, Rejection } from './authorize.ts';
import type { RedirectTarget } from './redirect-uri.ts';

/** A judgment that ends the login. */
export type Answer = Extract<RedirectJudgment, { kind: 'code' | 'error' | 'foreign' }>;

/** Longest request target, bytes. A real answer has a few hundred. */
const maxTargetBytes = 8 * 1024;

/** Where a listener expects the answer, and how it reports other requests. */
interface RedirectHandlers {
  /** Called at most once; the page it resolves with is what the browser gets. Must not reject. */
  readonly onAnswer: (answer: Answer) => Promise<HttpResponse>;
  /** Called for a request that may be a broken answer. The login continues. */
  readonly onStray: (what: string) => void;
}

/**
 * The listener for the redirect, as the functions a server calls: one checks the head, one answers.
 *
 * Any other request gets a small page and changes nothing: any web page can make a browser send requests
 * to localhost, and must not be able to end the login, or to feed it a code or words to show. The answer's page is
 * the one that `onAnswer` resolves with, so the browser waits until the login is stored.
 */
export function redirectListener(
  target: RedirectTarget,
  pending: PendingAuthorization,
  { onAnswer, onStray }: RedirectHandlers,
): { readonly admit: Admit; readonly answer: Exchange } {
  const admit: Admit = (head) => refusal(head, target);
  return {
    admit,
    answer: async (request) => {
      const refused = admit(request);
      if (refused !== null) return refused;
      const judgment = pending.judge(split(request.url).query);
      switch (judgment.kind) {
        case 'over':
          return asidePage(409, 'This login already has its answer, or was canceled.');
        case 'rejected':
          if (judgment.reason === 'error_without_state') onStray('an error without a state came');
          return asidePage(400, rejections[judgment.reason]);
        default:
          return onAnswer(judgment);
      }
    },
  };
}

/**
 * Starts listening, on loopback only. The server reads no request bodies and closes each connection after its page.
 *
 * @throws ReventoError `port_busy` when either family has the port taken, `bind_failed`
 *
 * Source: RFC 8252 sections 7.3 and 8.3.
 */
export function listenForRedirect(
  serve: Serve,
  target: RedirectTarget,
  pending: PendingAuthorization,
  { onAnswer, onStray }: RedirectHandlers,
): Promise<Listening> {
  const noted = new Set<string>();
  // A web page can send any number of them, and must not flood the terminal.
  const once = (what: string): void => {
    if (!noted.has(what)) onStray(what);
    noted.add(what);
  };
  // A busy port is the end: the server compares the redirect URI byte for byte, port included.
  return serve({
    host: target.listenHost,
    port: target.listenPort,
    ...redirectListener(target, pending, { onAnswer, onStray: once }),
    maxBodyBytes: 0,
    headersTimeoutMs: 10_000,
    requestTimeoutMs: 10_000,
    maxConnections: 64,
    closeEach: true,
    onRefused: ({ status, reason }) => {
      if (isOfBrowser(status)) once(`a request could not be read (${reason})`);
    },
  });
}

/** Silent connections time out all the time: browsers open them ahead. */
function isOfBrowser(status: number): boolean {
  return status === 400 || status === 431;
}

const rejections: Readonly<Record<Rejection, string>> = {
  repeated_parameter: 'The URL has a parameter twice, so it cannot be trusted.',
  missing_state: 'The URL has no state, so it may not belong to this login.',
  error_without_state: 'The error has no state, so any web page may have sent it; its message is not shown.',
  wrong_state: 'The URL belongs to another login, maybe an earlier one.',
  no_code: 'The URL has no authorization code.',
};

/** Why a request cannot be the answer, from its head alone; null when it may be. */
function refusal({ method, url, headers }: Omit<HttpRequest, 'body'>, target: RedirectTarget): HttpResponse | null {
  if (url.length > maxTargetBytes) return asidePage(414, 'The URL is too long.');
  // Not parsed with `URL` on purpose: it reads `//evil/callback` as another host, and throws on `//:`.
  if (!url.startsWith('/') || url.startsWith('//')) return asidePage(400, 'The URL is malformed.');
  const values = (name: string) => headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  const [host, ...others] = values('host');
  if (host === undefined || others.length > 0 || !target.hosts.has(host.toLowerCase())) {
    return asidePage(421, 'The request is for another host.');
  }
  if (split(url).path !== target.path) {
    return asidePage(404, 'revento listens on this port for the callback of a login, and this is not its URL.');
  }
  if (method !== 'GET') {
    const page = asidePage(405, 'This URL is only for a browser that is redirected from the consent page.');
    return { ...page, headers: [...page.headers, ['Allow', 'GET']] };
  }
  if (
    [...values('sec-purpose'), ...values('purpose'), ...values('x-moz')].some((value) =>
      /prefetch|prerender/i.test(value),
    )
  ) {
    return asidePage(425, 'The page was prefetched; open it to continue.');
  }
  if (!isNavigation(values)) return asidePage(403, 'The URL was requested by a web page, not opened in a browser.');
  if (values('transfer-encoding').length > 0 || values('content-length').some((length) => length.trim() !== '0')) {
    return asidePage(413, 'No body is expected here.');
  }
  return null;
}

/**
 * Whether a request may be a browser opening a page; those for a picture, a frame or a script say so. Other clients
 * send none of these headers and pass, and so does Node's `fetch`, which sends `Sec-Fetch-Mode: cors` alone.
 *
 * Source: W3C Fetch Metadata Request Headers.
 */
function isNavigation(values: (name: string) => readonly string[]): boolean {
  const [modes, destinations] = [values('sec-fetch-mode'), values('sec-fetch-dest')];
  const isBrowser = destinations.length > 0 || values('sec-fetch-site').length > 0;
  const isProgram = !isBrowser && modes.length === 1 && modes[0] === 'cors';
  if (isProgram) return true;
  return modes.every((mode) => mode === 'navigate') && destinations.every((what) => what === 'document');
}

function split(url: string): { path: string; query: string } {
  const mark = url.indexOf('?');
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}
