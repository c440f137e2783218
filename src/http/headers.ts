import type { HeaderList } from '../ports/exchange.ts';

/** A request or an answer, as far as its headers go. */
interface Message {
  readonly headers: HeaderList;
}

/** First value of a header, or null. Names are compared without case. Never throws. */
export function headerOf({ headers }: Message, name: string): string | null {
  const wanted = name.toLowerCase();
  return headers.find(([key]) => key.toLowerCase() === wanted)?.[1] ?? null;
}

/** What an answer's `Date` says, milliseconds since the Unix epoch; null when that is no date. Never throws. */
export function dateOf(answer: Message): number | null {
  const at = Date.parse(headerOf(answer, 'date') ?? '');
  return Number.isNaN(at) ? null : at;
}

/** Nobody means more by a Retry-After, and a wait is remembered for the runs to come. */
const longestWaitMs = 86_400_000;

/**
 * What `Retry-After` asks for, milliseconds; null when it is absent or no time. At most a day. Never throws.
 *
 * @param now  for the date form where the answer has no date of its own, milliseconds since the Unix epoch
 *
 * Source: RFC 9110 section 10.2.3.
 */
export function retryAfterMs(answer: Message, now: number): number | null {
  const text = headerOf(answer, 'retry-after')?.trim();
  if (text === undefined) return null;
  // RFC 9110 has whole seconds only; a server that means parts of one is not to be asked again sooner for it.
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), longestWaitMs);
  // `Date.parse` alone takes nearly anything, `-5` for instance.
  const at = /^[A-Z][a-z]{2,8}, .+ GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  // The date is the server's, so its own clock is the one to measure from.
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - (dateOf(answer) ?? now)), longestWaitMs);
}
