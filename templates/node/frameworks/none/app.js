// The routes, on Node's own server.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { config, log } from './config.js';
import { openDataDir } from './files.js';
import { participants, sync, work } from './mirror.js';
import { begin, finish, NotConnected } from './oauth.js';
import { LoginEnded, logins, stopRefreshes } from './tokens.js';
import { receive, workDeliveries } from './webhooks.js';

const bodyLimit = 1024 * 1024;
const cookieName = 'revento_attempt';

const { protocol, pathname } = new URL(config.redirectUri);
const cookieRules = `Path=${pathname}; HttpOnly; SameSite=Lax${protocol === 'https:' ? '; Secure' : ''}`;
const cookieOf = (value, maxAge) => `${cookieName}=${value}; Max-Age=${maxAge}; ${cookieRules}`;

const json = (body, status = 200) => Response.json(body, { status });

/** A route that shows attendees' data, until you protect it with your own login. */
function forThisMachine(route) {
  return async ({ headers, socket }, query) => {
    const isProxied = ['forwarded', 'x-forwarded-for', 'origin'].some((name) => name in headers);
    const isLocal = /^(?:::1|(?:::ffff:)?127\.)/.test(socket.remoteAddress ?? '');
    const isNamedSo = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(headers.host ?? '');
    return isLocal && isNamedSo && !isProxied ? json(await route(query)) : json({ error: 'this_machine_only' }, 403);
  };
}

const routes = {
  'GET /healthz': async () => json({ status: 'ok' }),
  'HEAD /healthz': async () => json({ status: 'ok' }),

  'GET /connect': async (_request, { event }) => {
    const { url, cookie } = begin(event || config.eventId);
    return new Response('', { status: 302, headers: { Location: url, 'Set-Cookie': cookieOf(cookie, 600) } });
  },

  'GET /callback': async ({ headers }, query) => {
    const cookie = new RegExp(`(?:^|; )${cookieName}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1] ?? '';
    const { event_id, scope } = await finish(query, cookie);
    log('connected', { event_id, scope });
    return text('Connected. You can close this page.', 200);
  },

  'POST /webhooks/revento': async (request) => {
    let body = Buffer.alloc(0); // the raw bytes: nothing may parse them first
    for await (const chunk of request) if (body.length <= bodyLimit) body = Buffer.concat([body, chunk]);
    const status = body.length > bodyLimit ? 413 : await receive(request.headers, body);
    return new Response(null, { status });
  },

  'GET /participants': forThisMachine(async ({ event }) => ({ data: await participants(event || config.eventId) })),

  'POST /sync': forThisMachine(async ({ event }) => {
    const connected = (await logins()).map(({ event_id }) => event_id);
    const wanted = event || connected.length === 0 ? [event || config.eventId] : connected;
    return { events: await Promise.all(wanted.map(sync)) };
  }),
};
/** Ends an attempt to connect. */
const text = (line, status) => new Response(`${line}\n`, { status, headers: { 'Set-Cookie': cookieOf('', 0) } });

function failed(error) {
  log('request failed', { error: error.message, code: error.code ?? error.cause?.code });
  if (error instanceof NotConnected) return text(error.message, 400);
  if (error instanceof LoginEnded) return json({ error: 'not_connected', message: error.message }, 409);
  return json({ error: 'failed' }, error.syscall ? 500 : 502);
}

async function respond(request, response) {
  const [path, search] = request.url.split('?', 2);
  const route = routes[`${request.method} ${path}`] ?? (async () => json({ error: 'not_found' }, 404));
  const answer = await route(request, Object.fromEntries(new URLSearchParams(search))).catch(failed);
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
}

/** Listens, and works deliveries from now on. */
export async function serve() {
  await openDataDir();
  workDeliveries(work);
  const server = createServer(respond).listen(config.port);
  await once(server, 'listening');
  return server;
}

if (process.argv[1] === import.meta.filename) {
  const server = await serve().catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
  log('listening', { port: config.port });
  // A client that keeps its connection busy would keep the server from closing.
  const sayClose = (_request, response) => response.setHeader('Connection', 'close');
  const stop = () =>
    server.prependListener('request', sayClose).close(() => stopRefreshes().then(() => process.exit(0)));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
}
