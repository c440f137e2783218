import { isUtf8 } from 'node:buffer';
import type { Admit, Clock, Exchange, HeaderList, HttpRequest, HttpResponse } from '../platform/ports.ts';
import type { Duplicates } from './duplicates.ts';
import { deliveryHeaders, judgeHead, type VerifyFailure, verify } from './signature.ts';

/** Header every forwarded request carries: the ids of the listeners it has come through, comma separated. */
export const forwardedByHeader = 'x-revento-cli-forwarded-by';

/** Deliveries worked on at once; more are told to come again. */
const maxInFlight = 100;

/** A request to the receiver's path that claims to be a delivery. */
export interface Delivery {
  /** Milliseconds since the Unix epoch, when the body was whole. */
  readonly receivedAt: number;
  /** Null when the header is missing or repeated. */
  readonly deliveryId: string | null;
  /** Null when the header is missing or repeated. Not covered by the signature, unlike the body's `type`. */
  readonly claimedEvent: string | null;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** Why it is not believed; null for a verified one. */
  readonly reason: VerifyFailure | null;
  readonly standing: 'first' | 'retry' | 'duplicate';
  /** The body parsed, when it is verified JSON; `isJson` tells a parsed null from none. */
  readonly json: unknown;
  readonly isJson: boolean;
}

export interface ReceiverOptions {
  readonly path: string;
  readonly secrets: readonly string[];
  readonly clock: Clock;
  readonly duplicates: Duplicates;
  readonly maxBodyBytes: number;
  readonly toleranceSeconds?: number | undefined;
  /** This listener's id in `forwardedByHeader`. */
  readonly listenerId: string;
  /**
   * Works on a delivery and gives the status to answer; duplicates and unbelieved ones come here too, with the
   * status they get. Must not reject.
   */
  readonly work: (delivery: Delivery, preset: Promise<number> | number | null) => Promise<number>;
  /** Told of each request that was turned away without being a delivery, such as a GET. */
  readonly onRefused: (status: number, head: Pick<HttpRequest, 'method' | 'url'>) => void;
}

export interface Receiver {
  readonly admit: Admit;
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
  let inFlight = 0;

  const refuse = (head: Omit<HttpRequest, 'body'>, response: HttpResponse): HttpResponse => {
    onRefused(response.status, head);
    return response;
  };
  const nowSeconds = () => Math.floor(clock.now() / 1000);

  const admit: Admit = (head) => {
    const refused = refusalOf(head, options);
    if (refused !== null) return refuse(head, refused);
    if (inFlight >= maxInFlight) return refuse(head, busy);
    if (one(head.headers, 'expect') === null) return null;
    const reason = judge(head.headers, nowSeconds(), options.toleranceSeconds);
    if (reason === null) return null;
    void options.work(asDelivery(head.headers, new Uint8Array(), clock.now(), reason), 401);
    return answerOf(401);
  };

  const answer: Exchange = async (request) => {
    // Many can have been admitted while their bodies were still on the way.
    if (inFlight >= maxInFlight) return refuse(request, busy);
    inFlight++;
    try {
      return answerOf(await receive(request));
    } finally {
      inFlight--;
    }
  };

  const receive = async ({ headers, body }: HttpRequest): Promise<number> => {
    const receivedAt = clock.now();
    const reason = judge(headers, Math.floor(receivedAt / 1000), options.toleranceSeconds) ?? judgeBody(headers, body);
    const delivery = asDelivery(headers, body, receivedAt, reason);
    if (reason !== null) return options.work(delivery, null);
    const parsed = parseJson(body);
    const verified = { ...delivery, ...parsed };
    const standing = duplicates.admit(
      { id: delivery.deliveryId as string, signature: one(headers, deliveryHeaders.signature) as string },
      () => options.work({ ...verified, standing: standing.kind }, parsed.isJson ? null : 400),
    );
    if (standing.kind !== 'duplicate') return standing.status;
    return options.work({ ...verified, standing: 'duplicate' }, acknowledged(standing.status));
  };

  const judgeBody = (headers: HeaderList, body: Uint8Array): VerifyFailure | null => {
    const verdict = verify({
      secrets: options.secrets,
      timestamp: one(headers, deliveryHeaders.timestamp),
      signature: one(headers, deliveryHeaders.signature),
      body,
      nowSeconds: nowSeconds(),
      toleranceSeconds: options.toleranceSeconds,
    });
    return verdict.ok ? null : verdict.reason;
  };

  return { admit, answer };
}

/** What is wrong with a request before it counts as a delivery, or null. */
function refusalOf(
  { method, url, headers }: Omit<HttpRequest, 'body'>,
  { path, maxBodyBytes, listenerId }: ReceiverOptions,
): HttpResponse | null {
  if (!url.startsWith('/') || url.startsWith('//')) return answerOf(400);
  if (url.split('?', 1)[0] !== path) return answerOf(404);
  if (method !== 'POST') return { ...answerOf(405), headers: [...plainText, ['Allow', 'POST']] };
  if (all(headers, 'host').length > 1) return answerOf(400);
  const coding = all(headers, 'content-encoding').join(',').trim().toLowerCase();
  if (coding !== '' && coding !== 'identity') return answerOf(415);
  if (Number(one(headers, 'content-length') ?? 0) > maxBodyBytes) return answerOf(413);
  const passedBy = all(headers, forwardedByHeader).flatMap((value) => value.split(','));
  if (passedBy.some((id) => id.trim() === listenerId)) return answerOf(508);
  return null;
}

/** The first thing wrong with the head of a delivery: each of its four headers must be there, exactly once. */
function judge(headers: HeaderList, nowSeconds: number, toleranceSeconds: number | undefined): VerifyFailure | null {
  if (!one(headers, deliveryHeaders.event) || !one(headers, deliveryHeaders.deliveryId)) return 'missing_header';
  return judgeHead({
    timestamp: joined(headers, deliveryHeaders.timestamp),
    signature: joined(headers, deliveryHeaders.signature),
    nowSeconds,
    toleranceSeconds,
  });
}

/** A duplicate of something acknowledged gets a plain 200; of something that fails, the same failure. */
async function acknowledged(earlier: Promise<number>): Promise<number> {
  const status = await earlier;
  return status >= 200 && status < 300 ? 200 : status;
}

function asDelivery(headers: HeaderList, body: Uint8Array, receivedAt: number, reason: VerifyFailure | null): Delivery {
  return {
    receivedAt,
    deliveryId: one(headers, deliveryHeaders.deliveryId),
    claimedEvent: one(headers, deliveryHeaders.event),
    headers,
    body,
    reason,
    standing: 'first',
    json: undefined,
    isJson: false,
  };
}

function parseJson(body: Uint8Array): { json: unknown; isJson: boolean } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes)) return { json: undefined, isJson: false };
  const text = bytes.toString('utf8');
  try {
    return { json: JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text), isJson: true };
  } catch {
    // Not an error of ours: the sender signed something that is not JSON, and is told so with a 400.
    return { json: undefined, isJson: false };
  }
}

/** All values of a header, in wire order. */
export function all(headers: HeaderList, lowerCaseName: string): string[] {
  const values: string[] = [];
  for (const [name, value] of headers) {
    // The length first: lower-casing every header's name is most of the cost of this loop.
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) values.push(value);
  }
  return values;
}

/** The value of a header that was sent exactly once, else null. */
export function one(headers: HeaderList, lowerCaseName: string): string | null {
  const values = all(headers, lowerCaseName);
  return values.length === 1 ? (values[0] as string) : null;
}

/** Repeated values in one string, which no form check lets pass; null when there is none. */
function joined(headers: HeaderList, lowerCaseName: string): string | null {
  const values = all(headers, lowerCaseName);
  return values.length === 0 ? null : values.join(', ');
}

const plainText: HeaderList = [['Content-Type', 'text/plain; charset=utf-8']];

const texts: Readonly<Record<number, string>> = {
  400: 'bad request\n',
  401: 'not a valid delivery\n',
  404: 'not found\n',
  405: 'only POST\n',
  413: 'too large\n',
  415: 'send the body as it is, without a content encoding\n',
  502: 'the handler could not be reached\n',
  503: 'busy, come again\n',
  504: 'the handler did not answer in time\n',
  508: 'this request has been here before\n',
};

const busy: HttpResponse = { status: 503, headers: [['Retry-After', '1']], body: new Uint8Array() };

/** Fixed text by status: nothing of the request is echoed, and nothing of a secret can be. */
function answerOf(status: number): HttpResponse {
  const text = texts[status] ?? '';
  return { status, headers: text === '' ? [] : plainText, body: Buffer.from(text) };
}
