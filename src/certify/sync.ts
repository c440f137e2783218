import { isHttpFailure } from '../http/failure.ts';
import { isSuccess } from '../http/status.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import type { Evidence } from '../sandbox/audit/evidence.ts';
import { filled, type Hooks } from './hooks.ts';
import type { Integration } from './integration.ts';
import { isPaced } from './pacing.ts';
import type { SyncEnd } from './stage.ts';

/** The longest time that a sync may take more, to stay below the rate limit. */
const mostPacedMs = 75_000;

interface SyncParts {
  readonly hooks: Hooks;
  readonly integration: Integration;
  readonly http: Exchange;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The longest sync: backoff after three failures takes some seconds. */
  readonly syncMs: number;
  readonly evidence: () => Evidence;
  /** Called when a sync gets more time, because it may have paused to stay below the rate limit. */
  readonly onPaced: () => void;
}

/** Makes the integration read the API for an event, by the hook that was given. */
export function syncBy(parts: SyncParts, eventId: string): Promise<SyncEnd> {
  const { sync, syncCommand } = parts.hooks;
  return syncCommand === null ? byRequest(sync ?? '', parts, eventId) : byCommand(syncCommand, parts, eventId);
}

async function byCommand(command: readonly string[], parts: SyncParts, eventId: string): Promise<SyncEnd> {
  const words = command.map((word) => filled(word, eventId, false));
  const status = await parts.integration.runCommand(words, (over) => late(parts, over));
  return status === null ? 'no answer' : status === 0 ? 'done' : 'failed';
}

async function byRequest(url: string, parts: SyncParts, eventId: string): Promise<SyncEnd> {
  const { http, signal, syncMs } = parts;
  const over = new AbortController();
  const answer = http({
    method: 'POST',
    url: filled(url, eventId),
    headers: [],
    body: new Uint8Array(),
    timeoutMs: syncMs + mostPacedMs,
    signal: AbortSignal.any([signal, over.signal]),
  });
  try {
    const ended = await Promise.race([answer, late(parts, over.signal)]);
    if (ended === 'late') return 'no answer';
    return isSuccess(ended.status) ? 'done' : 'failed';
  } catch (error) {
    signal.throwIfAborted();
    if (isHttpFailure(error)) return 'no answer';
    throw error;
  } finally {
    over.abort();
    await answer.catch(() => undefined);
  }
}

/** Resolves once a sync has taken too long, without the time that it may have paused to stay below the rate limit. */
async function late({ clock, syncMs, evidence, onPaced }: SyncParts, signal: AbortSignal): Promise<'late'> {
  const most = clock.monotonic() + mostPacedMs;
  for (;;) {
    await clock.sleep(syncMs, signal).catch(() => undefined);
    const isLast = signal.aborted || clock.monotonic() >= most;
    if (isLast || !isPaced(evidence().apis, clock.monotonic())) return 'late';
    onPaced();
  }
}
