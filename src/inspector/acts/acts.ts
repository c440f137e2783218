import { isRecord, parseJson } from '../../json/parse.ts';
import { refuse, respondJson, respondStream } from '../../pages/local/response.ts';
import type { HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { deliveryFaults } from '../../webhook/sending/delivery-faults.ts';
import { answerView, deliveryView } from '../delivery-view.ts';
import type { Inspected } from '../inspected.ts';
import type { SendView } from '../model/wire.ts';
import type { InspectorParts } from '../parts.ts';
import { checkStream } from './check.ts';
import { send, whyNotSent } from './send.ts';
import { readSendRequest } from './send-request.ts';

/** Limit for all answers to one request together. */
const shownBytes = 256 * 1024;

/** Sends a delivery on request of the page, only to handlers that this process was started with. */
export async function sendAct(
  request: HttpRequest,
  inspected: Inspected,
  parts: InspectorParts,
): Promise<HttpResponse> {
  const asked = readSendRequest(Buffer.from(request.body).toString('utf8'));
  const url = asked === null ? undefined : parts.targets[asked.target];
  if (asked === null || url === undefined) return refuse(400, 'bad_request', 'Invalid request body.');
  const view = await deliveryView(0, inspected, parts);
  const isSigned = asked.resign || asked.fault !== undefined;
  const reason = (isSigned ? view.cannot_resign : view.cannot_replay) ?? whyNotSent(inspected, asked);
  if (reason !== null) return refuse(409, 'not_allowed', reason);
  const { exchange, clock } = parts;
  const posted = await send(inspected, asked, {
    exchange,
    clock,
    signal: signalOf(request),
    secrets: parts.secrets(),
    url,
  });
  const most = Math.floor(shownBytes / posted.length);
  const sent: SendView = {
    answers: posted.map((one) => answerView(one, parts, most)),
    expected: deliveryFaults.find(({ name }) => name === asked.fault)?.expected ?? 'acknowledge',
  };
  return respondJson(200, sent);
}

/** Runs the conformance cases against a handler; one check at a time. */
export function createCheckAct(parts: InspectorParts): (request: HttpRequest) => HttpResponse {
  let isRunning = false;
  return (request) => {
    const asked = parseJson(Buffer.from(request.body).toString('utf8'));
    const target = isRecord(asked) ? asked['target'] : undefined;
    const url = typeof target === 'number' ? parts.targets[target] : undefined;
    const secrets = parts.secrets();
    if (url === undefined) return refuse(400, 'bad_request', 'Invalid request body.');
    if (secrets.length === 0) return refuse(409, 'no_secret', 'A check needs a signing secret: set webhook_secret.');
    if (isRunning) return refuse(409, 'busy', 'Another check is running.');
    const { exchange, clock } = parts;
    return respondStream(alone(checkStream({ url, secrets, exchange, clock, signal: signalOf(request) })));
  };

  async function* alone(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    isRunning = true;
    try {
      yield* stream;
    } finally {
      isRunning = false;
    }
  }
}

function signalOf({ signal }: HttpRequest): AbortSignal {
  return signal ?? new AbortController().signal;
}
