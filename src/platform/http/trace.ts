import { headerOf } from '../../http/headers.ts';
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
  /** Masks what could be about a person, in a header or a query parameter. */
  readonly mask?: Mask | undefined;
}

/** A name and its value as they are shown. */
export type Mask = (member: readonly [name: string, value: string]) => readonly [name: string, value: string];

const asItIs: Mask = (member) => member;

/**
 * An Exchange that shows each request when it has ended: `> GET https://host/path 200 12 ms REQUEST-ID`.
 * Bodies are never shown, secret headers and query values neither; fragments and user names are not part of it.
 * Control characters in what a server sent are U+FFFD.
 */
export function traced(exchange: Exchange, options: TraceOptions): Exchange {
  const { clock, write, hasHeaders, mask = asItIs } = options;
  return async (request) => {
    const startedMs = clock.monotonic();
    const show = (end: string, answer?: HttpResponse) => {
      const ms = Math.round(clock.monotonic() - startedMs);
      const id =
        headerOf({ headers: answer?.headers ?? [] }, 'x-revento-request-id') ??
        headerOf(request, 'x-revento-request-id');
      const shownId = id === null ? '' : ` ${plainLine(mask(['x-revento-request-id', id])[1], 200)}`;
      const line = `> ${request.method} ${maskUrl(request.url, mask)} ${end} ${ms} ms${shownId}`;
      write([line, ...(hasHeaders ? headerLines(request, answer, mask) : [])].join('\n'));
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

function headerLines(request: HttpRequest, answer: HttpResponse | undefined, mask: Mask): string[] {
  const lines = (mark: string, headers: HeaderList) =>
    headers.map((header) => {
      const [name, value] = mask(header);
      const shown = secretName.test(header[0]) ? '[masked]' : plainLine(value, shownChars);
      return `  ${mark} ${plainLine(name, 200)}: ${shown}`;
    });
  return [...lines('>', request.headers), ...lines('<', answer?.headers ?? [])];
}

/** A URL with the secret values of its query masked; nothing of it when it cannot be parsed. */
export function maskUrl(text: string, mask = asItIs): string {
  const url = parseUrl(text);
  if (url === null) return '[not a URL]';
  const query = [...url.searchParams].map((parameter) => {
    const [name, value] = mask(parameter);
    const isSecret = secretName.test(parameter[0]) || value === '[masked]';
    return `${encodeURIComponent(name)}=${isSecret ? '[masked]' : encodeURIComponent(value)}`;
  });
  return `${url.origin}${url.pathname}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}
