import { withHeartbeat } from '../pages/local/heartbeat.ts';
import type { Clock } from '../ports/clock.ts';
import type { Hub } from '../webhook/listener/hub.ts';
import type { Inspected } from './inspected.ts';

/**
 * Deliveries that arrive within this time reach a page together. Each piece wakes the browser, which has it share the
 * processors with forwarding.
 */
const gatherMs = 250;

/**
 * Deliveries as server-sent events, as they arrive. The data of a `delivery` event is its line as in `listen -o
 * ndjson`, its id the number to resume after; `gap` says how many are no longer kept.
 *
 * Ends when the hub closes or the signal aborts.
 */
export function eventStream(
  hub: Hub<Inspected>,
  after: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncIterable<Uint8Array> {
  return withHeartbeat(events(hub, after, { clock, signal }), clock);
}

async function* events(
  hub: Hub<Inspected>,
  after: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<string, void, void> {
  const end = AbortSignal.any([signal, hub.over]);
  yield `event: hello\ndata: {"last":${hub.last}}\n\n`;
  for await (const { missed, entries } of hub.read(after, signal)) {
    let text = missed > 0 ? `event: gap\ndata: {"missed":${missed}}\n\n` : '';
    for (const { id, value } of entries) text += `id: ${id}\nevent: delivery\ndata: ${value.line}\n\n`;
    if (text !== '') yield text;
    const hasAll = entries.at(-1)?.id === hub.last;
    if (hasAll) await clock.sleep(gatherMs, end).catch(() => undefined);
  }
}
