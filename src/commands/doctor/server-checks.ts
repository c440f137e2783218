import type { Deps } from '../../command-kit/deps.ts';
import { isHttpFailure, networkError } from '../../http/failure.ts';
import { isPlaceholderHost, parseUrl } from '../../http/web-address.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import { formatDuration } from '../../text/time.ts';
import { clockSkewMs } from '../shared/clock-skew.ts';
import { type Check, type Finding, fail, failureFinding, ok, skip, warn } from './finding.ts';

const timeoutMs = 10_000;

/** Smaller differences come from the whole seconds of a `Date` header and from slow answers. */
const noticeableSkewMs = 30_000;
/** Deliveries whose timestamp is further off are refused. Source: guide, verifying signatures. */
const longestSkewMs = 300_000;

/** Whether both servers answer, and whether this machine's clock agrees with theirs. Sends no token. */
export const checkServers: Check = async (deps) => {
  const findings: Finding[] = [];
  let clock: Finding = skip('clock', 'No server reported its time.');
  for (const [check, name] of [
    ['auth server', 'auth_base'],
    ['API server', 'api_base'],
  ] as const) {
    const base = urlOf(deps, name);
    if (base === null || isPlaceholderHost(base.hostname)) {
      findings.push(skip(check, `Not asked: see ${name}.`));
      continue;
    }
    const answer = await ask(base, check, deps);
    findings.push(answer.finding);
    if (answer.skewMs !== null) clock = describeSkew(answer.skewMs, base.host);
  }
  return [...findings, clock];
};

function urlOf({ settings }: Pick<Deps, 'settings'>, name: 'auth_base' | 'api_base'): URL | null {
  const value = settings.get(name)?.value ?? '';
  return /^https?:/.test(value) ? parseUrl(value) : null;
}

async function ask(
  base: URL,
  check: string,
  deps: Pick<Deps, 'clock' | 'event' | 'http' | 'profile' | 'signal'>,
): Promise<{ finding: Finding; skewMs: number | null }> {
  const { clock, signal } = deps;
  const exchange = await deps.http();
  const startedAt = clock.now();
  const started = clock.monotonic();
  try {
    const answer = await exchange({
      method: 'GET',
      url: base.href,
      headers: [['Accept', '*/*']],
      body: new Uint8Array(),
      timeoutMs,
      maxResponseBytes: 1024 * 1024,
      signal,
    });
    const tookMs = clock.monotonic() - started;
    return {
      finding: describeAnswer(answer, base.host, check, tookMs),
      skewMs: clockSkewMs(answer, startedAt + tookMs / 2),
    };
  } catch (error) {
    if (!isHttpFailure(error)) throw error;
    return { finding: failureFinding(check, networkError(error, `A request to ${base.host}`), deps), skewMs: null };
  }
}

/** Any answer counts: without a token, the server is expected to refuse. */
function describeAnswer({ status }: HttpResponse, host: string, check: string, tookMs: number): Finding {
  if (status >= 500) return warn(check, `${host} answers with HTTP ${status}.`, 'try again later');
  return ok(check, `${host} answers in ${Math.round(tookMs)} ms.`);
}

function describeSkew(skewMs: number, host: string): Finding {
  const distance = Math.abs(skewMs);
  if (distance < noticeableSkewMs) return ok('clock', `The clock agrees with ${host}'s.`);
  const message = `The clock is ${formatDuration(distance)} ${skewMs > 0 ? 'ahead of' : 'behind'} ${host}'s`;
  const remedy = 'turn on network time: timedatectl set-ntp true (Linux), or in the date and time settings';
  return distance <= longestSkewMs
    ? warn('clock', `${message}.`, remedy)
    : fail(
        'clock',
        `${message}: tokens seem expired or fresh when they are not, and deliveries are refused as stale.`,
        remedy,
      );
}
