import { headerOf, isOpenName } from '../../http/headers.ts';
import { parseUrl } from '../../http/web-address.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Exchange, HeaderList, HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { plainLine } from '../../text/plain-line.ts';

/** Names of headers and query parameters whose values are secret. */
const secretName = /token|secret|code|verifier|authorization|cookie|signature|password|passphrase|state|key$/i;

/** Longer than any header that servers of ours send; a cut value ends in `…`. */
const shownChars = 4_096;

interface TraceOptions {
  readonly clock: Clock;
  /** Takes one or more lines, without a final newline. */
  readonly write: (text: string) => void;
  /** Show the headers too. */
  readonly hasHeaders: boolean;
  /** Mask every value that could be about a person. */
  readonly isRedacted?: boolean;
}

/**
 * An Exchange that shows each request when it has ended: `> GET https://host/path 200 12 ms REQUEST-ID`.
 * Bodies are never shown, secret headers and query values neither; fragments and user names are not part of it.
 * Control characters in what a server sent are U+FFFD.
 */
export function traced(exchange: Exchange, options: TraceOptions): Exchange {
  const { clock, write, hasHeaders, isRedacted = false } = options;
  const isMasked = (name: string) => secretName.test(name) || (isRedacted && !isOpenName(name));
  return async (request) => {
    const startedMs = clock.monotonic();
    const show = (end: string, answer?: HttpResponse) => {
      const ms = Math.round(clock.monotonic() - startedMs);
      const id =
        headerOf({ headers: answer?.headers ?? [] }, 'x-revento-request-id') ??
        headerOf(request, 'x-revento-request-id');
      const line = `> ${request.method} ${maskUrl(request.url, isMasked)} ${end} ${ms} ms${id === null ? '' : ` ${plainLine(id, 200)}`}`;
      write([line, ...(hasHeaders ? headerLines(request, answer, isMasked) : [])].join('\n'));
    };
    try {
      const answer = await exchange(request);
      show(`${answer.status}`, answer);
      return answer;
    } catch (error) {
      show(error instanceof Error ? plainLine(error.message, 500) : 'failed');
      throw error;
    }
  };
}

function headerLines(
  request: HttpRequest,
  answer: HttpResponse | undefined,
  isMasked: (name: string) => boolean,
): string[] {
  const lines = (mark: string, headers: HeaderList) =>
    headers.map(([name, value]) => {
      const shown = isMasked(name) ? '[masked]' : plainLine(value, shownChars);
      return `  ${mark} ${plainLine(name, 200)}: ${shown}`;
    });
  return [...lines('>', request.headers), ...lines('<', answer?.headers ?? [])];
}

/** A URL with the secret values of its query masked; nothing of it when it cannot be parsed. */
export function maskUrl(text: string, isMasked = (name: string) => secretName.test(name)): string {
  const url = parseUrl(text);
  if (url === null) return '[not a URL]';
  const query = [...url.searchParams].map(
    ([name, value]) => `${encodeURIComponent(name)}=${isMasked(name) ? '[masked]' : encodeURIComponent(value)}`,
  );
  return `${url.origin}${url.pathname}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}
