import type { Deps } from '../../../command-kit/deps.ts';
import { isHttpFailure } from '../../../http/failure.ts';
import { formatDuration } from '../../../text/time.ts';
import { clockSkewMs } from '../../shared/clock-skew.ts';

/** A clock this far off is close to the 300 s at which every delivery is refused. */
const noticeableMs = 60_000;
const timeoutMs = 3_000;

/**
 * Compares this machine's clock with the `Date` header of the API and warns when they differ by more than a minute.
 * Sends one request, and only if an API host is set. Without an answer it stays silent: deliveries do not depend on it,
 * and `revento doctor` shows more.
 *
 * Never rejects.
 */
export async function warnOfWrongClock(
  deps: Pick<Deps, 'settings' | 'http' | 'clock' | 'terminal' | 'isVerbose'>,
  signal: AbortSignal,
): Promise<void> {
  const base = deps.settings.get('api_base');
  if (base === null || base.source === 'default') return;
  try {
    const exchange = await deps.http();
    const startedAt = deps.clock.now();
    const answer = await exchange({
      method: 'GET',
      url: base.value,
      headers: [],
      body: new Uint8Array(),
      timeoutMs,
      signal,
    });
    const offMs = clockSkewMs(answer, (startedAt + deps.clock.now()) / 2);
    if (offMs === null || Math.abs(offMs) <= noticeableMs) return;
    const way = offMs > 0 ? 'ahead of' : 'behind';
    deps.terminal.notice(
      `warning: this machine's clock is ${formatDuration(Math.abs(offMs))} ${way} the API's; deliveries more than 5m off are refused`,
    );
  } catch (error) {
    const why = isHttpFailure(error) ? error.message : String(error);
    if (deps.isVerbose && !signal.aborted) deps.terminal.notice(`could not compare the clock with the API's: ${why}`);
  }
}
