import { type PageFiles, respondFile } from '../pages/local/files.ts';
import { bearerOf, foreignRefusal } from '../pages/local/guard.ts';
import { PageKey } from '../pages/local/key.ts';
import { redeemTicket, respondWithPassword } from '../pages/local/key-answers.ts';
import { refuse } from '../pages/local/response.ts';
import type { Clock } from '../ports/clock.ts';
import type { Admit, Exchange, HttpRequest, HttpResponse } from '../ports/exchange.ts';

/** The path that a console has in every server. */
export const consolePath = '/console';

/** The console as a part of another server. */
interface ServedConsole {
  /** Whether a request is for the console. The path is compared as received, byte for byte. */
  isFor(url: string): boolean;
  admit(head: Parameters<Admit>[0], port: number): ReturnType<Admit>;
  readonly answer: Exchange;
}

interface ConsoleSource {
  /** Loaded with the first request. */
  readonly assets: () => Promise<PageFiles>;
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
  const file = await respondFile(request, request.url.slice(consolePath.length), assets);
  if (file !== null) return file;
  if (request.method === 'POST' && request.url === `${consolePath}/key`) return redeemTicket(request, key);
  if (request.url === `${consolePath}/list`) {
    return respondWithPassword(request, key, { realm: 'revento console', html: plain });
  }
  const bearer = bearerOf(request);
  if (bearer === null || !key.isIt(bearer)) {
    return refuse(401, 'wrong_key', 'Open the address that the command printed; each run has a new key.');
  }
  return (await routes())(request);
}
