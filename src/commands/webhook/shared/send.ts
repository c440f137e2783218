import type { Deps } from '../../../command-kit/deps.ts';
import { program } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isHttpFailure } from '../../../http/failure.ts';
import { headerOf } from '../../../http/headers.ts';
import { isSuccess } from '../../../http/status.ts';
import type { Item } from '../../../output/item.ts';
import type { Exchange, Forwarder } from '../../../ports/exchange.ts';
import { plainLine } from '../../../text/plain-line.ts';
import type { Style } from '../../../text/style.ts';
import { defaultListenUrl, listenerVariable } from '../../../webhook/defaults.ts';
import { excerptOf } from '../../../webhook/excerpt.ts';
import { locationOf } from '../../../webhook/listener/forward.ts';
import type { Outgoing } from '../../../webhook/outgoing.ts';
import { parseRoute } from '../../../webhook/targets.ts';
import { handlerHint } from './handler-hint.ts';

/** Revento's own patience, doubled, so that a late answer is still seen as the answer it is. */
const timeoutMs = 20_000;

/** What came of one delivery we sent. */
export interface Sent {
  readonly deliveryId: string;
  readonly event: string;
  readonly url: string;
  readonly status: number | null;
  readonly latencyMs: number;
  readonly error: string | null;
  /** What the answer says, its beginning, on one line. */
  readonly answer: string;
  /** Where a redirect points; null otherwise. */
  readonly location: string | null;
}

/**
 * Where `--to` points: a URL or a port. Any host will do, the user named it.
 *
 * @throws ReventoError `usage`
 */
export function parseTarget(text: string): string {
  const { url, type } = parseRoute(text, { isRemoteAllowed: true });
  if (type === null) return url;
  throw new ReventoError('usage', `--to ${text} is no URL and no port.`);
}

/** The option both senders take. */
export const toOption = [
  '--to <url>',
  `handler to send to, or its port (default: REVENTO_WEBHOOK_URL, else ${defaultListenUrl})`,
] as const;

/**
 * Where to send: what `--to` says, else where the listener is that runs this command, else where one is by default.
 *
 * @throws ReventoError `usage`
 */
export function targetOf(to: string | undefined, { childEnv }: Pick<Deps, 'childEnv'>): string {
  return parseTarget(to ?? (childEnv[listenerVariable] || defaultListenUrl));
}

/** Sends deliveries one by one; slow ones over a client that can be slow. */
export class Sender {
  readonly #deps: Deps;
  #forwarder: Forwarder | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async send(url: string, delivery: Outgoing): Promise<Sent> {
    const { clock, signal } = this.#deps;
    const exchange = await this.#exchangeFor(delivery);
    const startedAt = clock.monotonic();
    const base = {
      deliveryId: headerOf(delivery, 'x-revento-delivery-id') ?? '',
      event: headerOf(delivery, 'x-revento-event') ?? '',
      url,
    };
    const latency = () => Math.round((clock.monotonic() - startedAt) * 10) / 10;
    try {
      const response = await exchange({ method: 'POST', url, ...delivery, timeoutMs, signal });
      const latencyMs = latency();
      const answer = plainLine(excerptOf(response.body), 500);
      return { ...base, status: response.status, latencyMs, error: null, answer, location: locationOf(response) };
    } catch (error) {
      if (!isHttpFailure(error)) throw error;
      if (error.kind === 'aborted') throw new ReventoError('interrupted', 'Interrupted.', {}, { cause: error });
      return { ...base, status: null, latencyMs: latency(), error: error.kind, answer: '', location: null };
    }
  }

  async close(): Promise<void> {
    await this.#forwarder?.close();
  }

  async #exchangeFor({ drip }: Outgoing): Promise<Exchange> {
    if (drip === undefined) return this.#deps.http();
    this.#forwarder ??= await this.#deps.forwarder({ isRemoteAllowed: true });
    return this.#forwarder.exchange;
  }
}

/** What came of a delivery, as an item. */
export function sentItem(sent: Sent): Item {
  const { deliveryId, event, url, status, latencyMs, error } = sent;
  return {
    kind: 'value',
    data: { delivery_id: deliveryId, event, url, status, latency_ms: latencyMs, error },
    text: (style) => sentText(sent, style),
  };
}

function sentText(sent: Sent, style: Style): string {
  const { deliveryId, event, url, status, latencyMs, error, answer } = sent;
  const isFine = isSuccess(status);
  const outcome =
    status === null ? style.red(error ?? 'failed') : isFine ? style.green(`${status}`) : style.red(`${status}`);
  const line = `${outcome} ${style.bold(event)} POST ${url} ${style.dim(`${Math.round(latencyMs)} ms [${deliveryId}]`)}`;
  return isFine || answer === '' ? line : `${line}\n  ${style.dim('|')} ${answer}`;
}

/** What to try when a delivery was not acknowledged, or undefined. */
export function hintFor(sent: Sent, profile: string): string | undefined {
  if (sent.error === 'refused' && sent.url === defaultListenUrl) {
    return `start a listener first: ${program(profile)} webhook listen; or name your handler: --to PORT`;
  }
  return handlerHint(sent) ?? undefined;
}
