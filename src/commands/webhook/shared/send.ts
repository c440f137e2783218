import type { Command } from 'commander';
import type { Deps } from '../../../command-kit/deps.ts';
import { program } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { failureWords } from '../../../http/failure.ts';
import { headerOf } from '../../../http/headers.ts';
import { isSuccess } from '../../../http/status.ts';
import { type Item, valueItem } from '../../../output/item.ts';
import type { Forwarder, ForwarderOptions } from '../../../ports/exchange.ts';
import { plainLine } from '../../../text/plain-line.ts';
import type { Style } from '../../../text/style.ts';
import { parseDuration } from '../../../text/time.ts';
import { defaultListenUrl, listenerVariable } from '../../../webhook/defaults.ts';
import type { Outgoing } from '../../../webhook/sending/outgoing.ts';
import { answerLimitMs, type Posted, post } from '../../../webhook/sending/post.ts';
import { targetUrl } from '../../../webhook/sending/target-url.ts';
import { handlerHint } from './handler-hint.ts';

/** Twice Revento's timeout, so that a late answer is still shown. */
const timeoutMs = 2 * answerLimitMs;

/** The outcome of one delivery we sent. */
export interface Sent extends Posted {
  readonly deliveryId: string;
  readonly event: string;
}

/** Options of the commands that send to a handler. */
export interface SendOptions {
  readonly to?: string;
  readonly insecure?: boolean;
  /** Longest wait for an answer, such as `20s`; default: twice Revento's timeout. */
  readonly answerTimeout?: string;
}

/** Declares the options that `trigger` and `replay` share. */
export function declareSend(command: Command): Command {
  return command
    .option('--to <url>', `handler to send to, or its port (default: ${listenerVariable}, else ${defaultListenUrl})`)
    .option(...insecureOption);
}

export const insecureOption = ['--insecure', 'accept self-signed certificates from a local https handler'] as const;

/**
 * Where to send: the target of `--to`, else the listener that runs this command, else the default URL of a listener.
 *
 * @throws ReventoError `usage`
 */
export function targetOf({ to, insecure = false }: SendOptions, { childEnv }: Pick<Deps, 'childEnv'>): string {
  const isRemoteAllowed = !insecure;
  if (to !== undefined) return targetUrl(to, { source: '--to', isRemoteAllowed }).href;
  const listener = childEnv[listenerVariable]?.trim();
  return listener ? targetUrl(listener, { source: listenerVariable, isRemoteAllowed }).href : defaultListenUrl;
}

/** A forwarder for test deliveries: to any host, because the user named it. Skips certificates only on this machine. */
export function senderOptions({ insecure = false }: SendOptions): ForwarderOptions {
  return { isRemoteAllowed: !insecure, isCertificateIgnored: insecure, isEachAlone: true };
}

/** Sends deliveries one by one. */
export class Sender {
  readonly #deps: Pick<Deps, 'clock' | 'signal' | 'forwarder'>;
  readonly #options: SendOptions;
  readonly #timeoutMs: number;
  #forwarder: Forwarder | null = null;

  /** @throws ReventoError `usage` when the timeout is not a duration */
  constructor(deps: Pick<Deps, 'clock' | 'signal' | 'forwarder'>, options: SendOptions) {
    this.#deps = deps;
    this.#options = options;
    const { answerTimeout } = options;
    this.#timeoutMs = answerTimeout === undefined ? timeoutMs : parseDuration(answerTimeout);
    if (this.#timeoutMs === 0) throw new ReventoError('usage', '--answer-timeout must be longer than 0.');
  }

  async send(url: string, delivery: Outgoing): Promise<Sent> {
    const { clock, signal } = this.#deps;
    this.#forwarder ??= await this.#deps.forwarder(senderOptions(this.#options));
    const { exchange } = this.#forwarder;
    const posted = await post({ url, ...delivery, signal }, { exchange, clock, timeoutMs: this.#timeoutMs });
    if (posted.error === 'aborted') {
      throw new ReventoError('interrupted', 'Interrupted.', {}, { cause: posted.failure });
    }
    return {
      ...posted,
      deliveryId: headerOf(delivery, 'x-revento-delivery-id') ?? '',
      event: headerOf(delivery, 'x-revento-event') ?? '',
    };
  }

  async close(): Promise<void> {
    await this.#forwarder?.close();
  }
}

/**
 * The outcome of a delivery, as an item.
 *
 * @param isFine  whether the answer is the expected one
 */
export function sentItem(sent: Sent, isFine = isSuccess(sent.status)): Item {
  const { deliveryId, event, url, status, latencyMs, error } = sent;
  return valueItem({ delivery_id: deliveryId, event, url, status, latency_ms: latencyMs, error }, (style) =>
    sentText(sent, isFine, style),
  );
}

function sentText(sent: Sent, isFine: boolean, style: Style): string {
  const { deliveryId, event, url, status, latencyMs, error, excerpt } = sent;
  const outcome = status === null ? failureWords[error ?? 'unexpected'] : `${status}`;
  const line = `${isFine ? style.green(outcome) : style.red(outcome)} ${style.bold(event)} POST ${url} ${style.dim(`${Math.round(latencyMs)} ms [${deliveryId}]`)}`;
  const answer = plainLine(excerpt, 500);
  return isFine || answer === '' ? line : `${line}\n  ${style.dim('|')} ${answer}`;
}

/** Why a delivery was not acknowledged, starting with a colon; empty when the status says it. */
export function reasonOf({ failure }: Sent): string {
  return failure === null ? '' : `: ${failure.message}`;
}

/** The hint for a delivery that was not acknowledged, or undefined. */
export function hintFor(sent: Sent, profile: string): string | undefined {
  if (sent.error === 'refused' && sent.url === defaultListenUrl) {
    return `start a listener first: ${program(profile)} webhook listen; or name your handler: --to PORT`;
  }
  return handlerHint(sent) ?? undefined;
}
