import { isHttpFailure } from '../http/failure.ts';
import { isLoopback } from '../http/this-machine.ts';
import type { Exchange } from '../ports/exchange.ts';
import { type Answer, Cookies, visit } from '../sandbox/visitor/visitor.ts';

/** The longest wait for one page: a hanging server must not block the run. */
const timeoutMs = 10_000;

const allow: Answer = { isDenied: false, onlyScopes: null };

/** The outcome of one visit. */
export interface Landing {
  /** Status of the last page; null without an answer. */
  readonly status: number | null;
  /** The URL that brought the browser back to the integration; null when it never came back. It holds a code. */
  readonly callback: URL | null;
}

/** A user with a browser that keeps cookies. */
export class Person {
  readonly #http: Exchange;
  readonly #redirectUri: string;
  readonly #cookies = new Cookies();

  constructor(http: Exchange, redirectUri: string) {
    this.#http = (request) => http({ ...request, timeoutMs });
    this.#redirectUri = redirectUri;
  }

  /**
   * Opens a page, follows redirects and answers the consent page. A redirect of the integration to another machine after
   * that, such as to its public site, is not followed and is the last page.
   */
  async open(url: URL, answer: Partial<Answer> = {}): Promise<Landing> {
    let callback: URL | null = null;
    const onHop = (to: URL) => {
      if (`${to.origin}${to.pathname}` === this.#redirectUri) callback = to;
      return isLoopback(to.hostname);
    };
    const isAllowed = ({ hostname }: URL) => isLoopback(hostname) || callback !== null;
    const status = await this.#visit(url, { ...allow, ...answer }, { onHop, isAllowed });
    return { status, callback };
  }

  /** Opens a page and stops at the first redirect to another origin. Gives its URL, or null. */
  async leave(url: URL): Promise<URL | null> {
    let left: URL | null = null;
    const onHop = (to: URL) => {
      if (to.origin === url.origin) return true;
      left = to;
      return false;
    };
    await this.#visit(url, allow, { onHop, isAllowed: ({ hostname }) => isLoopback(hostname) });
    return left;
  }

  /**
   * Requests one page with the cookies of this browser, without following redirects. Gives its status, or null without
   * an answer.
   */
  async call(url: URL): Promise<number | null> {
    const cookie = this.#cookies.of(url);
    const headers = [['Accept', 'text/html'] as const, ...(cookie === '' ? [] : [['Cookie', cookie] as const])];
    try {
      const answer = await this.#http({ method: 'GET', url: url.href, headers, body: new Uint8Array() });
      this.#cookies.keep(url, answer);
      return answer.status;
    } catch (error) {
      if (isHttpFailure(error)) return null;
      throw error;
    }
  }

  /** Gives the status of the last page, null without an answer. */
  async #visit(
    url: URL,
    answer: Answer,
    { onHop, isAllowed }: { readonly onHop: (to: URL) => boolean; readonly isAllowed: (url: URL) => boolean },
  ): Promise<number | null> {
    const options = { cookies: this.#cookies, onHop };
    try {
      return (await visit(this.#http, url, answer, isAllowed, options)).status;
    } catch (error) {
      if (isHttpFailure(error)) return null;
      throw error;
    }
  }
}
