import type { Clock } from '../../ports/clock.ts';

/** How often a heartbeat is sent: a page that receives nothing for longer reconnects. */
const heartbeatMs = 15_000;

/**
 * Server-sent events as bytes, with an empty comment as a heartbeat when none came for a while. Ends with its source.
 */
export async function* withHeartbeat(
  source: AsyncIterable<string>,
  clock: Pick<Clock, 'sleep'>,
): AsyncGenerator<Uint8Array, void, void> {
  const pieces = source[Symbol.asyncIterator]();
  let next = pieces.next();
  for (;;) {
    const rest = new AbortController();
    // The sleep is aborted on purpose, which rejects it.
    const beat = clock.sleep(heartbeatMs, rest.signal).then(
      () => null,
      () => null,
    );
    const step = await Promise.race([next, beat]);
    rest.abort();
    if (step === null) {
      yield encode(':\n\n');
      continue;
    }
    if (step.done) return;
    yield encode(step.value);
    next = pieces.next();
  }
}

const encode = (text: string): Uint8Array => Buffer.from(text);
