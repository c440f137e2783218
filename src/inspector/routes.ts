import { bearerOf, isJsonRequest, passwordOf } from '../pages/local/guard.ts';
import { refuse, respond, respondJson, respondStream } from '../pages/local/response.ts';
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

/** The most pages that can be open at once: each holds a connection. */
const maxStreams = 16;

/**
 * Answers the requests that passed the guard. Paths are compared exactly, so that no other spelling of a path can
 * bypass the guard.
 */
export function createRoutes(parts: InspectorParts): Exchange {
  let streams = 0;
  const check = createCheckAct(parts);

  const openStream = (request: HttpRequest): HttpResponse => {
    const claimed = request.headers.find(([name]) => name.toLowerCase() === 'last-event-id')?.[1] ?? '0';
    if (!/^\d{1,12}$/.test(claimed)) return refuse(400, 'bad_event_id', 'Last-Event-ID must be a whole number.');
    if (streams >= maxStreams) return refuse(503, 'busy', `Too many open pages: the limit is ${maxStreams}.`);
    const { hub, clock } = parts;
    const signal = request.signal ?? new AbortController().signal;
    return respondStream(counted(eventStream(hub, Number(claimed), { clock, signal })));
  };

  /** Counts a stream from its first chunk to its end. */
  async function* counted(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    streams++;
    try {
      yield* stream;
    } finally {
      streams--;
    }
  }

  return async (request) => {
    const file = await fileOf(request, parts);
    if (file !== null) return file;
    if (request.method === 'POST' && !isJsonRequest(request)) {
      return refuse(415, 'not_json', 'Send Content-Type: application/json.');
    }
    if (request.method === 'POST' && request.url === '/key') return redeem(request, parts);
    if (request.url === '/list') return only('GET', request, () => listWithoutScript(request, parts));
    const bearer = bearerOf(request);
    if (bearer === null || !parts.key.isIt(bearer)) {
      return refuse(401, 'wrong_key', 'Open the address that the command printed; each run has a new key.');
    }
    if (request.url === '/events') return only('GET', request, () => openStream(request));
    if (request.url === '/session') return only('GET', request, () => respondJson(200, sessionView(parts)));
    if (request.url === '/check') return only('POST', request, () => check(request));
    if (request.url.startsWith('/console/') && parts.sandboxConsole !== null) return parts.sandboxConsole(request);
    const [, number, action] = /^\/deliveries\/([1-9]\d{0,11})(\/(?:send|sender|subject))?$/.exec(request.url) ?? [];
    if (number === undefined) return refuse(404, 'not_found', 'Not found.');
    const found = parts.hub.find(Number(number));
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

/** Files contain no data, and are requested before the page has its key. */
async function fileOf(request: HttpRequest, { assets }: InspectorParts): Promise<HttpResponse | null> {
  switch (request.url) {
    case '/':
      return only('GET', request, async () => respond(200, 'text/html; charset=utf-8', (await assets()).html));
    case '/page.js':
      return only('GET', request, async () => respond(200, 'text/javascript; charset=utf-8', (await assets()).script));
    case '/editor.js':
      return only('GET', request, async () => {
        return respond(200, 'text/javascript; charset=utf-8', await (await assets()).editor());
      });
    case '/page.css':
      return only('GET', request, async () => respond(200, 'text/css; charset=utf-8', (await assets()).style));
    case '/icon.svg':
      return only('GET', request, async () => respond(200, 'image/svg+xml', (await assets()).icon));
    default:
      return null;
  }
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

/**
 * Without script the key in the fragment cannot be read, so the browser asks for it as a password. The browser keeps it
 * for this origin only, including the port, unlike a cookie; and it gives access to this list only.
 */
function listWithoutScript(request: HttpRequest, { key, hub }: InspectorParts): HttpResponse {
  const password = passwordOf(request);
  if (password !== null && key.isIt(password)) return respond(200, 'text/html; charset=utf-8', plainList(hub));
  return respond(401, 'text/plain; charset=utf-8', 'The password is the text after #key= in the printed address.\n', [
    ['WWW-Authenticate', 'Basic realm="revento deliveries", charset="UTF-8"'],
  ]);
}

function redeem({ body }: HttpRequest, { key }: InspectorParts): HttpResponse {
  const [, ticket] = /^\{"ticket":"([\w-]{1,64})"\}$/.exec(Buffer.from(body).toString('utf8')) ?? [];
  const value = ticket === undefined ? null : key.redeem(ticket);
  if (value !== null) return respondJson(200, { key: value });
  return refuse(
    401,
    'wrong_ticket',
    'This link was already used or has expired. Open the address that the command printed.',
  );
}
