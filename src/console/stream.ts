import { withHeartbeat } from '../pages/local/heartbeat.ts';
import type { Clock } from '../ports/clock.ts';
import type { ResultOf } from '../sandbox/control/operations.ts';
import type { ControlPort } from './control-port.ts';
import type { Pulse } from './model/wire.ts';

/** The polling interval, the same as that of `sandbox log --follow`. */
const lookMs = 250;
/** Polls of the timeline for each poll of what is not in it. */
const pulseLooks = 4;
/** Requests that a page gets when it opens. */
const latest = 500;

interface StreamParts {
  readonly control: ControlPort;
  readonly clock: Clock;
}

/**
 * The timeline of the sandbox as server-sent events: `entry` has a line of `sandbox log --follow -o ndjson`, its id the
 * cursor to resume after; `pulse` has what is not in the timeline, whenever it has changed; `away` says that the
 * sandbox cannot be reached, and `begin` that everything before it belongs to an earlier run.
 *
 * Ends when the signal aborts.
 */
export function timelineStream(after: number, parts: StreamParts, signal: AbortSignal): AsyncIterable<Uint8Array> {
  return withHeartbeat(events(after, parts, signal), parts.clock);
}

async function* events(after: number, { control, clock }: StreamParts, signal: AbortSignal) {
  let cursor: number | null = after === 0 ? null : after;
  let startedAt: string | null = null;
  let before = '';
  let isAway = false;
  for (let look = 0; !signal.aborted; look++) {
    let text = '';
    try {
      if (look % pulseLooks === 0 || isAway) {
        const status = await control.ask('status', {});
        if (isAway || (startedAt !== null && startedAt !== status.started_at)) cursor = null;
        if (cursor === null) text += eventOf('begin', { started_at: status.started_at });
        startedAt = status.started_at;
        const pulse = eventOf('pulse', await pulseOf(control, status));
        // The clock runs: that does not count as a change.
        const lasting = pulse.replace(/"(?:now|real)":"[^"]*"|"ahead_ms":\d+/g, '');
        if (lasting !== before || look % (pulseLooks * 5) === 0) text += pulse;
        before = lasting;
      }
      const page: Awaited<ReturnType<typeof control.ask<'log'>>> = await control.ask(
        'log',
        cursor === null ? { kind: 'request', latest } : { after: cursor },
      );
      for (const entry of page.entries) text += eventOf('entry', entry);
      if (cursor !== page.cursor) text += `id: ${page.cursor}\nevent: cursor\ndata: {}\n\n`;
      cursor = page.cursor;
      isAway = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!isAway) text += eventOf('away', { reason: error instanceof Error ? error.message : 'unknown' });
      isAway = true;
      before = '';
    }
    if (text !== '') yield text;
    await clock.sleep(lookMs, signal).catch(() => undefined);
  }
}

async function pulseOf(control: ControlPort, { suspended, deliveries }: ResultOf<'status'>): Promise<Pulse> {
  const [clock, { faults }] = await Promise.all([control.ask('clock', {}), control.ask('faults', {})]);
  return { clock, faults, suspended, deliveries };
}

function eventOf(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
