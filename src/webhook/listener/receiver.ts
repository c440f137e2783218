import { isUtf8 } from 'node:buffer';
import { isSuccess } from '../../http/status.ts';
import { parseJson } from '../../json/parse.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Admit, Exchange, HeaderList, HttpRequest, HttpResponse, ServerRefusal } from '../../ports/exchange.ts';
import { asBuffer } from '../../text/bytes.ts';
import type { Delivery } from '../delivery.ts';
import { type Head, judge, readHead } from '../head.ts';
import { type Verdict, verify } from '../signature.ts';
import type { Duplicates } from './duplicates.ts';
import { keptBodyBytes } from './stranger.ts';

/** Deliveries handled at once; more get a 503 and may retry. */
const maxInFlight = 100;

/**
 * Handles a delivery and returns the status to answer. Also called for duplicates and unverified deliveries; the
 * preset is the status they get. Must not reject.
 */
export type Work = (delivery: Delivery, preset: Promise<number> | number | null) => Promise<number>;

interface ReceiverOptions {
  readonly path: string;
  readonly secrets: readonly string[];
  /**
   * Resolves with the new secrets, or null when they are unchanged. Called before a delivery
   * signed with none of them is refused, and before one not signed with the first is accepted. Must not reject.
   */
  readonly renewSecrets?: (() => Promise<readonly string[] | null>) | undefined;
  readonly clock: Clock;
  readonly duplicates: Duplicates;
  readonly toleranceSeconds?: number | undefined;
  /** This listener's id in `forwardedByHeader`. */
  readonly listenerId: string;
  /** Invalid deliveries are forwarded: their bodies are read whole. */
  readonly isInvalidForwarded?: boolean;
  readonly work: Work;
  /** Called for each request that is refused without being a delivery, such as a GET. */
  readonly onRefused: (refusal: ServerRefusal) => void;
}

interface Receiver {
  readonly admit: Admit;
  /** See `ServeOptions`: the body of a head that cannot verify is not read. */
  readonly excerpt: (head: Omit<HttpRequest, 'body'>) => number | null;
  /** For requests that `admit` let through. */
  readonly answer: Exchange;
}

/**
 * The webhook endpoint: judges each request in the order target, path, method, host, encoding, length, headers,
 * age, signature, age again, duplicate, JSON.
 *
 * What is answered never depends on a secret beyond yes or no, and the text is fixed. A request is judged by its
 * head alone only when its sender waits for a `100 Continue`; otherwise the body is read first, so that a refused
 * delivery can be shown whole and explained.
 */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { clock, duplicates, onRefused } = options;
  let { secrets } = options;
  let inFlight = 0;

  const refuse = ({ method, url }: Omit<HttpRequest, 'body'>, { response, reason }: Refusal): HttpResponse => {
    onRefused({ status: response.status, request: { method, url }, reason });
    return response;
  };
  const nowSeconds = () => Math.floor(clock.now() / 1000);

  const admit: Admit = (request) => {
    const head = readHead(request.headers);
    const refused = refusalOf(request, head, options);
    if (refused !== null) return refuse(request, refused);
    if (inFlight >= maxInFlight) return refuse(request, busy);
    if (!head.isContinueExpected) return null;
    const reason = judge(head, nowSeconds(), options.toleranceSeconds);
    if (reason === null) return null;
    const unread = { ...request, body: nothing, isBodyCut: true };
    const judgment = { receivedAt: clock.now(), reason, isPreviousSecret: false, standing: 'first' } as const;
    // Its sender already has the answer; it counts until it is reported.
    inFlight++;
    void options.work(asDelivery(unread, head, judgment), 401).then(() => inFlight--);
    return answerOf(401);
  };

  const excerpt = ({ headers }: Omit<HttpRequest, 'body'>): number | null => {
    if (options.isInvalidForwarded) return null;
    const reason = judge(readHead(headers), nowSeconds(), options.toleranceSeconds);
    return reason === 'missing_header' || reason === 'bad_timestamp' ? keptBodyBytes : null;
  };

  const answer: Exchange = async (request) => {
    // Many can have been admitted while their bodies were still arriving.
    if (inFlight >= maxInFlight) return refuse(request, busy);
    inFlight++;
    try {
      return answerOf(await receive(request));
    } finally {
      inFlight--;
    }
  };

  const receive = (request: HttpRequest): Promise<number> => {
    const receivedAt = clock.now();
    const head = readHead(request.headers);
    const reason = judge(head, Math.floor(receivedAt / 1000), options.toleranceSeconds);
    const verdict: Verdict = reason === null ? judgeBody(head, request.body) : { ok: false, reason };
    const isSettled = verdict.ok ? verdict.secretIndex === 0 : verdict.reason !== 'signature_mismatch';
    if (isSettled || options.renewSecrets === undefined) return take(request, head, receivedAt, verdict);
    return options.renewSecrets().then((renewed) => {
      secrets = renewed ?? secrets;
      return take(request, head, receivedAt, judgeBody(head, request.body));
    });
  };

  /** Synchronous from the lookup of duplicates to the note about this one, so that only one of two is the first. */
  const take = (request: HttpRequest, head: Head, receivedAt: number, verdict: Verdict): Promise<number> => {
    if (!verdict.ok) {
      const judgment = { receivedAt, reason: verdict.reason, isPreviousSecret: false, standing: 'first' } as const;
      return options.work(asDelivery(request, head, judgment), null);
    }
    // The judgment above found both.
    const keys = { id: head.deliveryId as string, signature: head.signature as string };
    const standing = duplicates.standingOf(keys);
    const isPreviousSecret = verdict.secretIndex > 0;
    const judgment = { receivedAt, reason: null, isPreviousSecret, standing: standing.kind };
    const delivery = asDelivery(request, head, judgment);
    if (standing.kind === 'duplicate') return options.work(delivery, acknowledged(standing.status));
    const status = options.work(delivery, delivery.isJson ? null : 400);
    duplicates.remember(keys, status);
    return status;
  };

  const judgeBody = ({ timestamp, signature }: Head, body: Uint8Array): Verdict => {
    const { toleranceSeconds } = options;
    return verify({ secrets, timestamp, signature, body, nowSeconds: nowSeconds(), toleranceSeconds });
  };

  return { admit, excerpt, answer };
}

/** A response and, for the user of the listener, its reason. */
interface Refusal {
  readonly response: HttpResponse;
  readonly reason: string;
}

/** Why a request is not a delivery, or null. */
function refusalOf(
  { method, url }: Omit<HttpRequest, 'body'>,
  { hostCount, contentEncoding, forwardedBy }: Head,
  { path, listenerId }: ReceiverOptions,
): Refusal | null {
  const refusal = (status: number, reason: string): Refusal => ({ response: answerOf(status), reason });
  if (!url.startsWith('/') || url.startsWith('//')) return refusal(400, 'not a path: is this port used as a proxy?');
  if (url !== path && url.split('?', 1)[0] !== path) {
    return refusal(404, method === 'POST' ? `deliveries go to ${path}` : 'not a webhook delivery');
  }
  if (method !== 'POST') {
    const response = { ...answerOf(405), headers: [...plainText, ['Allow', 'POST'] as const] };
    return { response, reason: 'a delivery is a POST' };
  }
  if (hostCount > 1) return refusal(400, 'more than one Host header');
  if (contentEncoding !== '' && contentEncoding.trim().toLowerCase() !== 'identity') {
    return refusal(415, 'a Content-Encoding: the signature is of the plain body');
  }
  if (forwardedBy !== '' && forwardedBy.split(',').some((id) => id.trim() === listenerId)) {
    return refusal(508, 'forwarded by this listener: the handler sends deliveries back');
  }
  return null;
}

/** A duplicate of an acknowledged delivery gets a plain 200; of a failing one, the same failure. */
async function acknowledged(earlier: Promise<number> | number): Promise<number> {
  const status = await earlier;
  return isSuccess(status) ? 200 : status;
}

/** Only a verified body is decoded and parsed. */
function asDelivery(
  { headers, body, isBodyCut }: HttpRequest,
  { deliveryId, event, contentLength }: Head,
  judgment: Pick<Delivery, 'receivedAt' | 'reason' | 'isPreviousSecret' | 'standing'>,
): Delivery {
  const bytes = asBuffer(body);
  const text = judgment.reason === null && isUtf8(bytes) ? bytes.toString('utf8') : null;
  const json = text === null ? undefined : parseJson(text.replace(/^\ufeff/, ''));
  return {
    receivedAt: judgment.receivedAt,
    deliveryId,
    claimedEvent: event,
    headers,
    body,
    bodyBytes: isBodyCut ? contentLength || null : body.length,
    text,
    reason: judgment.reason,
    isPreviousSecret: judgment.isPreviousSecret,
    standing: judgment.standing,
    json,
    isJson: json !== undefined,
  };
}

const nothing = new Uint8Array();

const plainText: HeaderList = [['Content-Type', 'text/plain; charset=utf-8']];

const texts: Readonly<Record<number, string>> = {
  400: 'bad request\n',
  401: 'not a valid delivery\n',
  404: 'not found\n',
  405: 'only POST\n',
  415: 'send the body without a content encoding\n',
  502: 'the handler could not be reached\n',
  503: 'busy, try again\n',
  504: 'the handler did not answer in time\n',
  508: 'this request was already forwarded by this listener\n',
};

const busy: Refusal = {
  response: { status: 503, headers: [['Retry-After', '1']], body: new Uint8Array() },
  reason: `${maxInFlight} deliveries are being handled`,
};

/** Fixed text by status: nothing of the request is echoed, and nothing of a secret can be. */
function answerOf(status: number): HttpResponse {
  const text = texts[status] ?? '';
  return text === '' ? { status, headers: [], body: nothing } : { status, headers: plainText, body: Buffer.from(text) };
}
