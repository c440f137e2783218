import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { isRecord, parseJson } from '../../json/parse.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Exchange, HeaderList } from '../../ports/exchange.ts';
import { decodeText } from '../../text/input.ts';
import { readHead } from '../../webhook/head.ts';
import { again } from '../../webhook/sending/again.ts';
import { deliveryFaults } from '../../webhook/sending/delivery-faults.ts';
import type { Outgoing } from '../../webhook/sending/outgoing.ts';
import { answerLimitMs, type Posted, post } from '../../webhook/sending/post.ts';
import { deliveryHeaders } from '../../webhook/signature.ts';
import type { Inspected } from '../inspected.ts';
import type { SendRequest } from '../model/wire.ts';
import type { NamedSecret } from '../signature-view.ts';

/** Twice Revento's timeout, so that a late answer is still shown. */
const timeoutMs = 2 * answerLimitMs;

interface SendContext {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly secrets: readonly NamedSecret[];
  readonly url: string;
}

/** Why a well-formed request cannot be carried out, or null. */
export function whyNotSent(inspected: Inspected, { fault, body_base64: base64 }: SendRequest): string | null {
  if (fault === undefined) return null;
  const text = decodeText(bodyOf(inspected, base64));
  const isEnvelope = text !== null && isRecord(parseJson(text));
  return isEnvelope ? null : 'Faults need a body that is a JSON object.';
}

/**
 * Sends a delivery to a handler again, one or more times: with the same bytes and headers (without those of the
 * connection), or with another body, a new timestamp and signature, a new delivery ID, or a fault.
 *
 * @returns the outcomes in the order of sending; a fault may send more than one request
 */
export async function send(inspected: Inspected, request: SendRequest, context: SendContext): Promise<Posted[]> {
  const { exchange, clock, signal, url } = context;
  // A hundred concurrent requests listen to one signal; Node would report a leak.
  setMaxListeners(0, signal);
  const once = async () => {
    const posted: Posted[] = [];
    for (const one of outgoings(inspected, request, context)) {
      posted.push(await post({ url, ...one, signal }, { exchange, clock, timeoutMs }));
    }
    return posted;
  };
  const times = Array.from({ length: request.times });
  if (request.at_once) return (await Promise.all(times.map(once))).flat();
  const posted: Posted[] = [];
  for (const _ of times) {
    if (signal.aborted) break;
    posted.push(...(await once()));
  }
  return posted;
}

function outgoings(inspected: Inspected, request: SendRequest, context: SendContext): readonly Outgoing[] {
  const { secrets, clock } = context;
  const body = bodyOf(inspected, request.body_base64);
  const { resign, fault, new_id: isIdNew } = request;
  const [current] = secrets;
  const received = { headers: withId(inspected.headers, isIdNew), body };
  if (current === undefined || (!resign && fault === undefined)) return [again(received, null)];
  const nowSeconds = Math.floor(clock.now() / 1000);
  const row = deliveryFaults.find(({ name }) => name === fault);
  if (row === undefined) return [again(received, { secret: current.value, nowSeconds })];
  const { event, deliveryId } = readHead(received.headers);
  const head = { secret: current.value, type: event ?? '', deliveryId: deliveryId ?? randomUUID(), nowSeconds };
  return row.deliveries({ ...head, json: decodeText(body) ?? '' });
}

/** The headers as received, with a new delivery ID if requested. */
function withId(headers: HeaderList, isIdNew: boolean): HeaderList {
  if (!isIdNew) return headers;
  const others = headers.filter(([name]) => name.toLowerCase() !== deliveryHeaders.deliveryId);
  return [...others, [deliveryHeaders.deliveryId, randomUUID()]];
}

function bodyOf({ body }: Inspected, base64: string | undefined): Uint8Array {
  return base64 === undefined ? body : Buffer.from(base64, 'base64');
}
