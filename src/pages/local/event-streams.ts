import type { HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { refuse, respondStream } from './response.ts';

/** The most pages that can be open at once: each holds a connection. */
const mostStreams = 16;

/** The event streams of the pages that are open. */
export class EventStreams {
  #open = 0;

  /** @param begin  makes the stream after the event that the request names, or after 0 */
  answer(
    { headers, signal }: HttpRequest,
    begin: (after: number, signal: AbortSignal) => AsyncIterable<Uint8Array>,
  ): HttpResponse {
    const claimed = headers.find(([name]) => name.toLowerCase() === 'last-event-id')?.[1] ?? '0';
    if (!/^\d{1,12}$/.test(claimed)) return refuse(400, 'bad_event_id', 'Last-Event-ID must be a whole number.');
    if (this.#open >= mostStreams) return refuse(503, 'busy', `Too many open pages: the limit is ${mostStreams}.`);
    return respondStream(this.#counted(begin(Number(claimed), signal ?? new AbortController().signal)));
  }

  /** Counts a stream from its first chunk to its end. */
  async *#counted(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    this.#open++;
    try {
      yield* stream;
    } finally {
      this.#open--;
    }
  }
}
