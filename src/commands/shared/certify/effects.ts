import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isHttpFailure } from '../../../http/failure.ts';
import { isSuccess } from '../../../http/status.ts';
import { parseJson } from '../../../json/parse.ts';
import type { Json } from '../../../json/value.ts';
import type { Exchange } from '../../../ports/exchange.ts';
import { plainLine } from '../../../text/plain-line.ts';
import { parseDuration } from '../../../text/time.ts';
import { Effects, Unjudged } from '../../../webhook/effects/effects.ts';
import { targetUrl } from '../../../webhook/sending/target-url.ts';
import { shell } from '../shell.ts';

export interface EffectsFlags {
  readonly effects?: string;
  readonly effectsUrl?: string;
  readonly settle?: string;
  readonly insecure?: boolean;
}

type EffectsDeps = Pick<Deps, 'childEnv' | 'clock' | 'isVerbose' | 'launch' | 'signal' | 'terminal'>;

/** How long one reading may take. */
const readLimitMs = 10_000;
/** A report of effects is small: whatever is longer is cut, and is then not valid JSON. */
const mostChars = 4 * 1024 * 1024;

/**
 * The effects as the flags say where to read them; null without such a flag.
 *
 * @throws ReventoError `usage`
 */
export function effectsOf(flags: EffectsFlags, exchange: Exchange, deps: EffectsDeps): Effects | null {
  const { effects: command, effectsUrl, settle = '10s', insecure } = flags;
  if (command !== undefined && effectsUrl !== undefined) {
    throw new ReventoError('usage', "--effects can't be combined with --effects-url.", { hint: 'use one of them' });
  }
  const limitMs = parseDuration(settle);
  if (limitMs === 0) throw new ReventoError('usage', '--settle 0s leaves no time for any effect.');
  const { clock, signal } = deps;
  if (command !== undefined) {
    if (command.trim() === '') throw new ReventoError('usage', '--effects needs a command.');
    return new Effects({ read: () => readCommand(command, deps), clock, signal, limitMs });
  }
  if (effectsUrl === undefined) return null;
  const url = targetUrl(effectsUrl, { source: '--effects-url', isRemoteAllowed: insecure !== true }).href;
  return new Effects({ read: () => readUrl(url, exchange, signal), clock, signal, limitMs });
}

async function readCommand(command: string, deps: EffectsDeps): Promise<Json> {
  const { childEnv, clock, launch, signal } = deps;
  let said = '';
  const running = await launch(shell(command), {
    env: childEnv,
    onLine: (line, stream) => {
      if (stream === 'stdout' && said.length < mostChars) said += `${line}\n`;
      // Not in the report, which others read: it may be about people, or hold a secret.
      if (stream === 'stderr' && deps.isVerbose) deps.terminal.notice(`effects: ${plainLine(line, 200)}`);
    },
  });
  const over = new AbortController();
  const stop = () => over.abort();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const isLate = await Promise.race([
      running.drained.then(() => false),
      clock.sleep(readLimitMs, over.signal).then(
        () => true,
        () => true,
      ),
    ]);
    signal.throwIfAborted();
    if (isLate) throw new Unjudged(`the command of --effects did not end within ${readLimitMs / 1000} s`);
    const status = await running.ended;
    if (status !== 0) throw new Unjudged(`the command of --effects ended with status ${status}`);
    return effectsIn(said, 'the command of --effects printed');
  } finally {
    signal.removeEventListener('abort', stop);
    over.abort();
    await running.end(0);
  }
}

async function readUrl(url: string, exchange: Exchange, signal: AbortSignal): Promise<Json> {
  try {
    const request = { method: 'GET', url, headers: [['Accept', 'application/json']], body: new Uint8Array() } as const;
    const { status, body } = await exchange({
      ...request,
      timeoutMs: readLimitMs,
      maxResponseBytes: mostChars,
      signal,
    });
    if (!isSuccess(status)) throw new Unjudged(`--effects-url answered HTTP ${status}`);
    return effectsIn(Buffer.from(body).toString('utf8'), '--effects-url answered with');
  } catch (error) {
    signal.throwIfAborted();
    if (isHttpFailure(error)) throw new Unjudged(`--effects-url cannot be read: ${error.message}`);
    throw error;
  }
}

/** Does not repeat what is not JSON: it may be about people. */
function effectsIn(text: string, said: string): Json {
  const value = parseJson(text.trim());
  if (value !== undefined) return value;
  throw new Unjudged(`${said} ${text.trim() === '' ? 'nothing' : 'neither a number nor JSON'}`);
}
