import type { Clock } from '../../ports/clock.ts';

/** A sign of life this often: a page that hears nothing for longer connects again. */
const heartbeatMs = 15_000;

/** Server-sent events as bytes, with an empty comment wherever none came for a while. Ends with its source. */
export async function* withHeartbeat(
  source: AsyncIterable<string>,
  clock: Pick<Clock, 'sleep'>,
): AsyncGenerator<Uint8Array, void, void> {
  const pieces = source[Symbol.asyncIterator]();
  let next = pieces.next();
  for (;;) {
    const rest = new AbortController();
    // The sleep is broken off on purpose, and rejects then.
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
