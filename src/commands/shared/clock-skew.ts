import { dateOf } from '../../http/headers.ts';
import type { HttpResponse } from '../../ports/exchange.ts';

/**
 * How far this machine's clock is ahead of a server's, milliseconds; null when the answer has no date.
 *
 * @param askedAtMs  this machine's clock half-way between question and answer
 */
export function clockSkewMs(answer: HttpResponse, askedAtMs: number): number | null {
  const serverTime = dateOf(answer);
  // Half a second: the header has whole seconds, cut off.
  return serverTime === null ? null : askedAtMs - (serverTime + 500);
}
