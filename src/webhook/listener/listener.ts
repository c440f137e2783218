import { randomBytes } from 'node:crypto';
import { ReventoError } from '../../errors/revento-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Forwarder, HeaderList, Listening, Serve, ServerRefusal } from '../../ports/exchange.ts';
import type { Delivery } from '../delivery.ts';
import type { Posted } from '../sending/post.ts';
import { defaultToleranceSeconds } from '../signature.ts';
import { isSelf, isTypeMatch, type Route, routesFor } from '../targets.ts';
import { eventOf } from './delivery-line.ts';
import { Duplicates } from './duplicates.ts';
import { createForward, replyStatus } from './forward.ts';
import type { ListenEvent } from './listen-event.ts';
import { OrderedFeed } from './ordered-feed.ts';
import { createReceiver, type Work } from './receiver.ts';
import { StrangerFeed } from './stranger-feed.ts';

const maxBodyBytes = 1024 * 1024;
const headersTimeoutMs = 5_000;
const requestTimeoutMs = 8_000;
const maxConnections = 100;
/** The limit of deliveries waiting to be printed, before senders are slowed down. */
const feedCapacityBytes = 32 * 1024 * 1024;
/** Invalid deliveries that are forwarded at once, if at all: more get a 503, and leave the handler to valid ones. */
const maxStrangersForwarded = 50;
const graceMs = 2_000;
/** Of these, the time for answering deliveries whose handlers did not. */
const lastAnswersMs = 250;

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly secrets: readonly string[];
  /** See `ReceiverOptions`. */
  readonly renewSecrets?: (() => Promise<readonly string[] | null>) | undefined;
  readonly routes: readonly Route[];
  /** Types that are shown and forwarded; null for all. Others are acknowledged. */
  readonly types: readonly string[] | null;
  readonly isInvalidForwarded: boolean;
  readonly areDuplicatesForwarded: boolean;
  readonly extraHeaders: HeaderList;
  readonly forwardTimeoutMs: number;
  /** See `ForwardOptions`. */
  readonly keptAnswerBytes?: number | undefined;
  /**
   * Report verified deliveries in the order they came: a slow one holds back those after it. Otherwise each is reported
   * as soon as it is answered.
   */
  readonly isOrderKept: boolean;
}

interface ListenPorts {
  readonly serve: Serve;
  readonly forwarder: Forwarder;
  readonly clock: Clock;
}

/** A listener that accepts deliveries. */
export interface Listener {
  /** Its URL on this machine. */
  readonly url: string;
  readonly addresses: readonly string[];
  /** Events, in the batches in which they came. */
  readonly events: AsyncIterable<readonly ListenEvent[]>;
  /** Stops accepting, gives requests in flight 2 s, and ends `events`. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts receiving, verifying and forwarding. Resolves once the sockets accept.
 *
 * @throws ReventoError `port_busy`, `bind_failed`; `usage` when a route leads back here
 */
export async function startListener(options: ListenOptions, ports: ListenPorts): Promise<Listener> {
  const { clock, forwarder } = ports;
  const listenerId = randomBytes(8).toString('hex');
  const feed = new OrderedFeed<ListenEvent>(feedCapacityBytes);
  const events = new StrangerFeed(feed);
  const underWay = new Set<Promise<number>>();
  const forward = createForward({
    exchange: forwarder.exchange,
    clock,
    timeoutMs: options.forwardTimeoutMs,
    extraHeaders: options.extraHeaders,
    listenerId,
    keptAnswerBytes: options.keptAnswerBytes,
  });

  const deliver = async (delivery: Delivery, preset: Promise<number> | number | null): Promise<number> => {
    const type = eventOf(delivery);
    if (!isWanted(options.types, type)) return 200;
    const bytes = weigh(delivery);
    if (!feed.reserve(bytes)) await feed.room(bytes);
    const place = options.isOrderKept ? feed.open() : null;
    const given = preset instanceof Promise ? await preset : preset;
    const isForwarded = delivery.standing === 'duplicate' ? options.areDuplicatesForwarded : given === null;
    const results = isForwarded ? await forward(delivery, routesFor(options.routes, type)) : [];
    const status = results.length > 0 ? replyStatus(results) : (given ?? 200);
    const answered: ListenEvent = { kind: 'answered', delivery, evidence: null, results, status };
    if (place === null) feed.add(answered, bytes);
    else place.fill(answered, bytes);
    return status;
  };
  let strangersForwarded = 0;
  const refuse = async (delivery: Delivery, preset: Promise<number> | number | null): Promise<number> => {
    let results: readonly Posted[] = [];
    let status = (await preset) ?? 401;
    if (options.isInvalidForwarded && preset === null) {
      if (strangersForwarded >= maxStrangersForwarded) status = 503;
      else {
        strangersForwarded++;
        results = await forward(delivery, routesFor(options.routes, eventOf(delivery)));
        strangersForwarded--;
        if (results.length > 0) status = replyStatus(results);
      }
    }
    events.addUnverified(delivery, { results, status });
    return status;
  };
  const work: Work = (delivery, preset) => {
    const status = delivery.reason === null ? deliver(delivery, preset) : refuse(delivery, preset);
    underWay.add(status);
    void status.then(() => underWay.delete(status));
    return status;
  };
  const onRefused = ({ status, request, reason }: ServerRefusal) => {
    const line = request === null ? null : `${request.method} ${request.url.slice(0, 200)}`;
    events.addTurnedAway({ kind: 'refused', at: clock.now(), status, request: line, reason });
  };

  const receiver = createReceiver({
    path: options.path,
    secrets: options.secrets,
    renewSecrets: options.renewSecrets,
    clock,
    duplicates: new Duplicates({ clock, toleranceSeconds: defaultToleranceSeconds }),
    isInvalidForwarded: options.isInvalidForwarded,
    listenerId,
    work,
    onRefused,
  });
  const listening = await ports.serve({
    host: options.host,
    port: options.port,
    ...receiver,
    maxBodyBytes,
    headersTimeoutMs,
    requestTimeoutMs,
    maxConnections,
    onRefused,
  });
  await refuseLoop(options, listening);

  let closing: Promise<void> | null = null;
  const close = async () => {
    // Requests to slow handlers are ended before the connections are, so that senders get an answer.
    const timer = setTimeout(() => void forwarder.close(), graceMs - lastAnswersMs);
    await listening.close(graceMs);
    clearTimeout(timer);
    await forwarder.close();
    await Promise.all(underWay);
    feed.end();
  };
  const host = options.host.replace(/^\[|\]$/g, '');
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}${options.path}`,
    addresses: listening.addresses,
    events,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Checked after binding, because port 0 picks a free one. */
async function refuseLoop({ routes, host }: ListenOptions, listening: Listening): Promise<void> {
  const loop = routes.find(({ url }) => isSelf(url, { host, port: listening.port }));
  if (loop === undefined) return;
  await listening.close(0);
  throw new ReventoError('usage', `--forward ${loop.url} is this listener itself: every delivery would come back.`, {
    hint: 'forward to the port your own server listens on, or move the listener with --port',
  });
}

function isWanted(types: readonly string[] | null, type: string | null): boolean {
  return types === null || (type !== null && types.some((pattern) => isTypeMatch(pattern, type)));
}

/** Estimates the memory of a delivery until it is printed: its bytes, text, and parsed form. */
function weigh({ body, headers }: Delivery): number {
  let bytes = 2_048 + 3 * body.length;
  for (const [name, value] of headers) bytes += 64 + name.length + value.length;
  return bytes;
}
