import { bearerOf, isJsonRequest } from '../pages/local/guard.ts';
import type { PageKey } from '../pages/local/key.ts';
import { refuse, respond, respondJson, respondStream } from '../pages/local/response.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange, HttpRequest, HttpResponse } from '../ports/exchange.ts';
import type { Hub } from '../webhook/listener/hub.ts';
import { maskedUrl } from '../webhook/masked-url.ts';
import type { Assets } from './assets.ts';
import { answerView, deliveryView, type ViewContext } from './delivery-view.ts';
import { eventStream } from './event-stream.ts';
import type { Inspected } from './inspected.ts';
import type { SessionView } from './model/wire.ts';
import { readReplayRequest, replay } from './replay.ts';

/** Pages that are open at once, at most: each holds a connection. */
const maxStreams = 16;

/** What the routes serve. */
export interface InspectorParts extends ViewContext {
  readonly hub: Hub<Inspected>;
  readonly key: PageKey;
  readonly clock: Clock;
  readonly source: SessionView['source'];
  readonly version: string;
  /** URLs of the handlers that this process was started with. */
  readonly targets: readonly string[];
  /** A client for deliveries. */
  readonly exchange: Exchange;
  readonly assets: () => Promise<Assets>;
}

/**
 * Answers what the guard let through. A path is compared as it came, letter by letter: there is no second form of it
 * that the guard would not know.
 */
export function createRoutes(parts: InspectorParts): Exchange {
  let streams = 0;

  const openStream = (request: HttpRequest): HttpResponse => {
    const claimed = request.headers.find(([name]) => name.toLowerCase() === 'last-event-id')?.[1] ?? '0';
    if (!/^\d{1,12}$/.test(claimed)) return refuse(400, 'bad_event_id', 'Last-Event-ID must be a whole number.');
    if (streams >= maxStreams) return refuse(503, 'busy', `Only ${maxStreams} pages can be open at once.`);
    const { hub, clock } = parts;
    const signal = request.signal ?? new AbortController().signal;
    return respondStream(counted(eventStream(hub, Number(claimed), { clock, signal })));
  };

  /** Counts a stream from its first piece to its end. */
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
    const bearer = bearerOf(request);
    if (bearer === null || !parts.key.isIt(bearer)) {
      return refuse(401, 'wrong_key', 'Open the address that the command printed; its key is new for each run.');
    }
    if (request.url === '/events') return only('GET', request, () => openStream(request));
    if (request.url === '/session') return only('GET', request, () => respondJson(200, sessionView(parts)));
    const [, number, action] = /^\/deliveries\/([1-9]\d{0,11})(\/replay)?$/.exec(request.url) ?? [];
    if (number === undefined) return refuse(404, 'not_found', 'There is nothing at this path.');
    const found = parts.hub.find(Number(number));
    if (found === null) return refuse(404, 'gone', 'This delivery is no longer kept.');
    if (action === undefined) {
      return only('GET', request, async () => respondJson(200, await deliveryView(found.id, found.value, parts)));
    }
    return only('POST', request, () => send(request, found.value, parts));
  };
}

/** Files hold no data, and are read before the page has its key. */
async function fileOf(request: HttpRequest, { assets }: InspectorParts): Promise<HttpResponse | null> {
  switch (request.url) {
    case '/':
      return only('GET', request, async () => respond(200, 'text/html; charset=utf-8', (await assets()).html));
    case '/page.js':
      return only('GET', request, async () => respond(200, 'text/javascript; charset=utf-8', (await assets()).script));
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

function sessionView({ source, version, targets, secrets, hub }: InspectorParts): SessionView {
  const names = secrets().map(({ name }) => name);
  return { source, version, targets: targets.map(maskedUrl), secrets: names, last: hub.last };
}

function redeem({ body }: HttpRequest, { key }: InspectorParts): HttpResponse {
  const [, ticket] = /^\{"ticket":"([\w-]{1,64})"\}$/.exec(Buffer.from(body).toString('utf8')) ?? [];
  const value = ticket === undefined ? null : key.redeem(ticket);
  if (value !== null) return respondJson(200, { key: value });
  return refuse(
    401,
    'wrong_ticket',
    'This link was used before or is too old. Open the address that the command printed.',
  );
}

async function send(request: HttpRequest, inspected: Inspected, parts: InspectorParts): Promise<HttpResponse> {
  const asked = readReplayRequest(Buffer.from(request.body).toString('utf8'));
  const url = asked === null ? undefined : parts.targets[asked.target];
  if (asked === null || url === undefined) return refuse(400, 'bad_request', 'This is not a replay of this session.');
  const view = await deliveryView(0, inspected, parts);
  const reason = asked.resign ? view.cannot_resign : view.cannot_replay;
  if (reason !== null) return refuse(409, 'not_allowed', reason);
  const { exchange, clock } = parts;
  const signal = request.signal ?? new AbortController().signal;
  const posted = await replay(inspected, asked, { exchange, clock, signal, secrets: parts.secrets(), url });
  return respondJson(200, answerView(posted, parts));
}
