import { bearerOf, foreignRefusal, isJsonRequest, passwordOf } from '../pages/local/guard.ts';
import { PageKey } from '../pages/local/key.ts';
import { refuse, respond, respondJson } from '../pages/local/response.ts';
import type { Clock } from '../ports/clock.ts';
import type { Admit, Exchange, HttpRequest, HttpResponse } from '../ports/exchange.ts';
import type { ConsoleAssets } from './assets.ts';

/** The path that a console has in every server. */
export const consolePath = '/console';

/** The console as a part of another server. */
export interface ServedConsole {
  /** Whether a request is for the console. The path is compared as received, byte for byte. */
  isFor(url: string): boolean;
  admit(head: Parameters<Admit>[0], port: number): ReturnType<Admit>;
  readonly answer: Exchange;
}

export interface ConsoleSource {
  /** Loaded with the first request. */
  readonly assets: () => Promise<ConsoleAssets>;
  /** Makes the handler for clients with the key; called once, on first use. */
  readonly routes: () => Promise<Exchange>;
  /** The state of the sandbox as HTML that needs no script. */
  readonly plain: () => Promise<string>;
}

/** A console with its own key, which gives access to this page only. */
export function createConsolePage(clock: Pick<Clock, 'monotonic'>): {
  readonly key: string;
  serve(source: ConsoleSource): ServedConsole;
} {
  const key = new PageKey(clock);
  return {
    key: key.value,
    serve: ({ assets, routes, plain }) => {
      let made: Promise<Exchange> | null = null;
      return {
        isFor: (url) => url === consolePath || url.startsWith(`${consolePath}/`) || url.startsWith(`${consolePath}?`),
        admit: (head, port) => foreignRefusal(head, port, consolePath),
        answer: (request) => answer(request, { key, assets, plain, routes: () => (made ??= routes()) }),
      };
    },
  };
}

async function answer(
  request: HttpRequest,
  { key, assets, routes, plain }: ConsoleSource & { readonly key: PageKey },
): Promise<HttpResponse> {
  const file = files[request.url.slice(consolePath.length)];
  if (file !== undefined) {
    if (request.method !== 'GET') return refuse(405, 'wrong_method', 'Use GET.', [['Allow', 'GET']]);
    return respond(200, file.type, (await assets())[file.name]);
  }
  if (request.method === 'POST' && request.url === `${consolePath}/key`) return redeem(request, key);
  if (request.url === `${consolePath}/list`) return listWithoutScript(request, key, plain);
  const bearer = bearerOf(request);
  if (bearer === null || !key.isIt(bearer)) {
    return refuse(401, 'wrong_key', 'Open the address that the command printed; each run has a new key.');
  }
  return (await routes())(request);
}

/** Files contain no data, and are requested before the page has its key. */
const files: Readonly<Record<string, { readonly type: string; readonly name: keyof ConsoleAssets }>> = {
  '': { type: 'text/html; charset=utf-8', name: 'html' },
  '/page.js': { type: 'text/javascript; charset=utf-8', name: 'script' },
  '/page.css': { type: 'text/css; charset=utf-8', name: 'style' },
  '/icon.svg': { type: 'image/svg+xml', name: 'icon' },
};

/**
 * Without script nothing can read the key in the fragment, so the browser asks for it as a password. The browser keeps
 * it for this origin only, including the port, unlike a cookie; and it gives access to this list only.
 */
async function listWithoutScript(
  request: HttpRequest,
  key: PageKey,
  plain: ConsoleSource['plain'],
): Promise<HttpResponse> {
  if (request.method !== 'GET') return refuse(405, 'wrong_method', 'Use GET.', [['Allow', 'GET']]);
  const password = passwordOf(request);
  if (password !== null && key.isIt(password)) return respond(200, 'text/html; charset=utf-8', await plain());
  return respond(401, 'text/plain; charset=utf-8', 'The password is the text after #key= in the printed address.\n', [
    ['WWW-Authenticate', 'Basic realm="revento console", charset="UTF-8"'],
  ]);
}

function redeem(request: HttpRequest, key: PageKey): HttpResponse {
  if (!isJsonRequest(request)) return refuse(415, 'not_json', 'Send Content-Type: application/json.');
  const [, ticket] = /^\{"ticket":"([\w-]{1,64})"\}$/.exec(Buffer.from(request.body).toString('utf8')) ?? [];
  const value = ticket === undefined ? null : key.redeem(ticket);
  if (value !== null) return respondJson(200, { key: value });
  return refuse(401, 'wrong_ticket', 'This link was already used or has expired. Open the address that was printed.');
}
