import { EventStreams } from '../pages/local/event-streams.ts';
import { respondFile, scriptType } from '../pages/local/files.ts';
import { bearerOf, isJsonRequest } from '../pages/local/guard.ts';
import { redeemTicket, respondWithPassword } from '../pages/local/key-answers.ts';
import { refuse, respond, respondJson } from '../pages/local/response.ts';
import type { Exchange, HttpRequest, HttpResponse } from '../ports/exchange.ts';
import { readHead } from '../webhook/head.ts';
import { maskedUrl } from '../webhook/masked-url.ts';
import { deliveryFaults } from '../webhook/sending/delivery-faults.ts';
import { createCheckAct, sendAct } from './acts/acts.ts';
import { casesFor } from './acts/check.ts';
import { byteComparison } from './byte-comparison.ts';
import { deliveryView } from './delivery-view.ts';
import { eventStream } from './event-stream.ts';
import type { Inspected } from './inspected.ts';
import type { DeliveryLine, SenderRecord, SessionView } from './model/wire.ts';
import type { InspectorParts } from './parts.ts';
import { plainList } from './plain-list.ts';

/**
 * Answers the requests that passed the guard. Paths are compared exactly, so that no other spelling of a path can
 * bypass the guard.
 */
export function createRoutes(parts: InspectorParts): Exchange {
  const streams = new EventStreams();
  const { hub, clock, key, sandboxConsole } = parts;
  const check = createCheckAct(parts);

  return async (request) => {
    const file = await fileOf(request, parts);
    if (file !== null) return file;
    if (request.method === 'POST' && !isJsonRequest(request)) {
      return refuse(415, 'not_json', 'Send Content-Type: application/json.');
    }
    if (request.method === 'POST' && request.url === '/key') return redeemTicket(request, key);
    const list = listOf(request.url, parts);
    if (list !== null) return respondWithPassword(request, key, { realm: 'revento deliveries', html: list });
    const bearer = bearerOf(request);
    if (bearer === null || !key.isIt(bearer)) {
      return refuse(401, 'wrong_key', 'Open the address that the command printed; each run has a new key.');
    }
    if (request.url === '/events')
      return only('GET', request, () =>
        streams.answer(request, (after, signal) => eventStream(hub, after, { clock, signal })),
      );
    if (request.url === '/session') return only('GET', request, () => respondJson(200, sessionView(parts)));
    if (request.url === '/check') return only('POST', request, () => check(request));
    if (request.url.startsWith('/console/') && sandboxConsole !== null) return sandboxConsole.answer(request);
    const [, number, action] = /^\/deliveries\/([1-9]\d{0,11})(\/(?:send|sender|subject))?$/.exec(request.url) ?? [];
    if (number === undefined) return refuse(404, 'not_found', 'Not found.');
    const found = hub.find(Number(number));
    if (found === null) return refuse(404, 'gone', 'This delivery is no longer kept.');
    if (action === undefined) {
      return only('GET', request, async () => respondJson(200, await deliveryView(found.id, found.value, parts)));
    }
    if (action === '/sender')
      return only('GET', request, async () => respondJson(200, await senderOf(found.value, parts)));
    if (action === '/subject') return only('POST', request, () => subjectOf(found.value, parts));
    return only('POST', request, () => sendAct(request, found.value, parts));
  };
}

async function fileOf(request: HttpRequest, { assets }: InspectorParts): Promise<HttpResponse | null> {
  if (request.url !== '/editor.js') return respondFile(request, request.url.replace(/^\/$/, ''), assets);
  return only('GET', request, async () => respond(200, scriptType, await (await assets()).editor()));
}

function only(
  method: 'GET' | 'POST',
  request: HttpRequest,
  answer: () => HttpResponse | Promise<HttpResponse>,
): HttpResponse | Promise<HttpResponse> {
  if (request.method === method) return answer();
  return refuse(405, 'wrong_method', `Use ${method}.`, [['Allow', method]]);
}

function sessionView({ source, version, targets, secrets, hub, subject, sandboxConsole }: InspectorParts): SessionView {
  const held = secrets();
  return {
    source,
    version,
    api_types: subject.types,
    has_console: sandboxConsole !== null,
    targets: targets.map(maskedUrl),
    faults: deliveryFaults.map(({ name, summary }) => ({ name, summary })),
    cases: casesFor(held).length,
    secrets: held.map(({ name }) => name),
    last: hub.last,
  };
}

/** Null if the sender cannot be asked or does not know the delivery. */
async function senderOf({ headers, body: arrived, isWhole }: Inspected, { senderRecord }: InspectorParts) {
  const { deliveryId } = readHead(headers);
  const found = senderRecord === null || deliveryId === null ? null : await senderRecord(deliveryId);
  if (found === null) return null;
  const { body: sent, ...record } = found;
  const view: SenderRecord = { ...record, bytes: sent === null || !isWhole ? null : byteComparison(sent, arrived) };
  return view;
}

/** Of a verified delivery only: a forged delivery must not make this process use a token. */
async function subjectOf({ line, body, reason }: Inspected, { subject }: InspectorParts): Promise<HttpResponse> {
  if (reason !== null) return refuse(409, 'not_allowed', 'It failed verification, so its subject is not requested.');
  const { event } = JSON.parse(line) as DeliveryLine;
  const view = await subject.now(event ?? '', body);
  if (view !== null) return respondJson(200, view);
  return refuse(409, 'not_allowed', 'The API does not show what deliveries of this type are about.');
}

/** What a path shows without script; null for any other path. */
function listOf(path: string, { hub, sandboxConsole }: InspectorParts): (() => string | Promise<string>) | null {
  if (path === '/list') return () => plainList(hub, sandboxConsole !== null);
  return path === '/console/list' ? (sandboxConsole?.plain ?? null) : null;
}
