import { EventReader, type ServerEvent } from '../local/sse.ts';

/** Longer than two heartbeats without data: the connection is dead although it was not closed. */
const silenceMs = 40_000;

/**
 * Reads server-sent events until their stream ends.
 *
 * @param open  connects; the signal aborts when the stream has been silent for too long
 * @param take  is called with the events of each chunk, often none
 * @throws ApiError, or any error of the connection
 */
export async function readEvents(
  open: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>,
  take: (events: readonly ServerEvent[]) => void,
): Promise<void> {
  const quit = new AbortController();
  const reader = (await open(quit.signal)).getReader();
  const events = new EventReader();
  const decoder = new TextDecoder();
  for (;;) {
    const timer = setTimeout(() => quit.abort(), silenceMs);
    const { value, done } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    take(events.push(decoder.decode(value, { stream: true })));
  }
}
