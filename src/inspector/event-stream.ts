import type { Clock } from '../ports/clock.ts';
import type { Hub } from '../webhook/listener/hub.ts';
import type { Inspected } from './inspected.ts';

/** A sign of life this often: a page that hears nothing for longer connects again. */
const heartbeatMs = 15_000;

/**
 * Deliveries as server-sent events, as they come. The data of a `delivery` event is its line as `listen -o ndjson`
 * writes it, its id the number to resume after; `gap` tells how many came and are no longer kept.
 *
 * Ends when the hub closes or the signal aborts.
 */
export async function* eventStream(
  hub: Hub<Inspected>,
  after: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array, void, void> {
  const entries = hub.read(after, signal);
  yield encode(`event: hello\ndata: {"last":${hub.last}}\n\n`);
  let next = entries.next();
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
    const { missed, entries: batch } = step.value;
    let text = missed > 0 ? `event: gap\ndata: {"missed":${missed}}\n\n` : '';
    for (const { id, value } of batch) text += `id: ${id}\nevent: delivery\ndata: ${value.line}\n\n`;
    if (text !== '') yield encode(text);
    next = entries.next();
  }
}

const encode = (text: string): Uint8Array => Buffer.from(text);
