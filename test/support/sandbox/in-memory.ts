import { HttpFailure } from '../../../src/http/failure.ts';
import type { Exchange } from '../../../src/ports/exchange.ts';

/**
 * A served Exchange as a client would see it through a socket: an answer that a fault cuts off becomes the
 * `HttpFailure` of a connection that closed too early.
 */
export function inMemory(served: Exchange): Exchange {
  return async (request) => {
    const answer = await served(request);
    if (answer.cut === undefined) return answer;
    throw new HttpFailure('reset', new URL(request.url).host, false);
  };
}
