import type { HeaderList } from '../ports/exchange.ts';

/** A request or an answer, as far as its headers go. */
interface Message {
  readonly headers: HeaderList;
}

/** First value of a header, or null. Names are case-insensitive. */
export function headerOf({ headers }: Message, name: string): string | null {
  const wanted = name.toLowerCase();
  return headers.find(([key]) => key.toLowerCase() === wanted)?.[1] ?? null;
}

/** What an answer's `Date` says, milliseconds since the Unix epoch; null when it is not a date. */
export function dateOf(answer: Message): number | null {
  const at = Date.parse(headerOf(answer, 'date') ?? '');
  return Number.isNaN(at) ? null : at;
}

/** A longer Retry-After is a mistake, and later runs remember the wait. */
const longestWaitMs = 86_400_000;

/**
 * What `Retry-After` asks for, milliseconds; null when it is absent or not a time. At most a day.
 *
 * @param now  for the date form where the answer has no date of its own, milliseconds since the Unix epoch
 *
 * Source: RFC 9110 section 10.2.3.
 */
export function retryAfterMs(answer: Message, now: number): number | null {
  const text = headerOf(answer, 'retry-after')?.trim();
  if (text === undefined) return null;
  // RFC 9110 has whole seconds only; a fraction is rounded up, so that no retry comes too early.
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), longestWaitMs);
  // `Date.parse` alone accepts nearly anything, such as `-5`.
  const at = /^[A-Z][a-z]{2,8}, .+ GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  // The date is the server's, so its own clock is the one to measure from.
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - (dateOf(answer) ?? now)), longestWaitMs);
}
