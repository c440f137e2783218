import { isHttpFailure } from '../http/failure.ts';
import { isLoopback } from '../http/this-machine.ts';
import type { Exchange } from '../ports/exchange.ts';
import { type Answer, Cookies, type Visit, visit } from '../sandbox/visitor/visitor.ts';

/** Longest wait for one page: whoever hangs must not hold up the run. */
const timeoutMs = 10_000;

const allow: Answer = { isDenied: false, onlyScopes: null };

/** How one visit went. */
export interface Landing {
  /** Status of the last page; null when it did not come. */
  readonly status: number | null;
  /** The URL that brought the browser back to the integration; null when it never came back. It holds a code. */
  readonly callback: URL | null;
}

/** Somebody with a browser of their own, which keeps its cookies. */
export class Person {
  readonly #http: Exchange;
  readonly #redirectUri: string;
  readonly #cookies = new Cookies();

  constructor(http: Exchange, redirectUri: string) {
    this.#http = (request) => http({ ...request, timeoutMs });
    this.#redirectUri = redirectUri;
  }

  /** Opens a page and goes where it leads, answering the consent page. */
  async open(url: URL, answer: Partial<Answer> = {}): Promise<Landing> {
    let callback: URL | null = null;
    const onHop = (to: URL) => {
      if (`${to.origin}${to.pathname}` === this.#redirectUri) callback = to;
      return true;
    };
    return { status: await this.#visit(url, { ...allow, ...answer }, onHop), callback };
  }

  /** Opens a page, and stops at the first page of somebody else; the URL of that, or null. */
  async leave(url: URL): Promise<URL | null> {
    let left: URL | null = null;
    await this.#visit(url, allow, (to) => {
      if (to.origin === url.origin) return true;
      left = to;
      return false;
    });
    return left;
  }

  /** Asks for one page, with the cookies of this browser, and follows nothing; its status, null when it did not come. */
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

  async #visit(url: URL, answer: Answer, onHop: (to: URL) => boolean): Promise<number | null> {
    const options = { cookies: this.#cookies, onHop };
    const landed: Visit | null = await visit(
      this.#http,
      url,
      answer,
      ({ hostname }) => isLoopback(hostname),
      options,
    ).catch((error: unknown) => {
      if (isHttpFailure(error)) return null;
      throw error;
    });
    return landed === null ? null : landed.status;
  }
}
