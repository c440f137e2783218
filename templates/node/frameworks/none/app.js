// The routes, on Node's own server.
import { createServer } from 'node:http';
import { config, log } from './config.js';
import { checkDataDir } from './files.js';
import { participants, sync, work } from './mirror.js';
import { begin, finish, NotConnected } from './oauth.js';
import { sweep } from './sweep.js';
import { LoginEnded, logins, settled } from './tokens.js';
import { receive, workDeliveries } from './webhooks.js';

const bodyLimit = 1024 * 1024;

const cookieName = 'revento_attempt';

function cookieOf(value, maxAge) {
  const { protocol, pathname } = new URL(config.redirectUri);
  const secure = protocol === 'https:' ? '; Secure' : '';
  return `${cookieName}=${value}; Max-Age=${maxAge}; Path=${pathname}; HttpOnly; SameSite=Lax${secure}`;
}

function respond(response, status, body = '', headers = {}) {
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(status, { 'Content-Type': type, ...headers }).end(isText ? body : JSON.stringify(body));
}

/** The raw bytes: nothing may parse them first. Undefined when they are too many. */
async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= bodyLimit) chunks.push(chunk);
  }
  return size > bodyLimit ? undefined : Buffer.concat(chunks);
}

/** /sync and /participants show attendees' data: for this machine only, until you protect them with your own login. */
function thisMachineOnly(route) {
  return (request, response, query) => {
    const isProxied = request.headers.forwarded ?? request.headers['x-forwarded-for'];
    const isLocal = /^(?:::1|(?:::ffff:)?127\.)/.test(request.socket.remoteAddress ?? '');
    const isNamedSo = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(request.headers.host ?? '');
    if (isLocal && isNamedSo && !isProxied && !request.headers.origin) return route(request, response, query);
    return respond(response, 403, { error: 'this_machine_only' });
  };
}

const eventOf = ({ event }) => event || config.eventId;

const routes = {
  'GET /healthz': (_request, response) => respond(response, 200, { status: 'ok' }),

  'GET /connect': (_request, response, query) => {
    const { url, cookie } = begin(eventOf(query));
    respond(response, 302, '', { Location: url, 'Set-Cookie': cookieOf(cookie, 600) });
  },

  'GET /callback': async (request, response, query) => {
    const cookie = new RegExp(`(?:^|; )${cookieName}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1] ?? '';
    response.setHeader('Set-Cookie', cookieOf('', 0));
    const login = await finish(query, cookie);
    log('connected', { event_id: login.event_id, scope: login.scope });
    respond(response, 200, 'Connected. You can close this page.\n');
  },

  'POST /webhooks/revento': async (request, response) => {
    const body = await bodyOf(request);
    response.writeHead(body ? await receive(request.headers, body) : 413).end();
  },

  'GET /participants': thisMachineOnly(async (_request, response, query) => {
    respond(response, 200, { data: await participants(eventOf(query)) });
  }),

  'POST /sync': thisMachineOnly(async (_request, response, query) => {
    const connected = (await logins()).map(({ event_id }) => event_id);
    const wanted = query.event || connected.length === 0 ? [eventOf(query)] : connected;
    respond(response, 200, { events: await Promise.all(wanted.map(sync)) });
  }),
};

async function route(request, response) {
  const [path, search] = request.url.split('?', 2);
  const found = routes[`${request.method} ${path}`];
  if (!found) return respond(response, 404, { error: 'not_found' });
  try {
    await found(request, response, Object.fromEntries(new URLSearchParams(search)));
  } catch (error) {
    log('request failed', { error: error.message, code: error.code ?? error.cause?.code });
    if (error instanceof NotConnected) respond(response, 400, `${error.message}\n`);
    else if (error instanceof LoginEnded) respond(response, 409, { error: 'not_connected', message: error.message });
    else respond(response, 502, { error: 'failed' });
  }
}

/** Listens, and works deliveries from now on. */
export async function serve() {
  await checkDataDir();
  await sweep();
  void workDeliveries(work);
  log('logins', { events: (await logins()).map(({ event_id }) => event_id) });
  const server = createServer(route);
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(config.port, () => resolve(server));
  });
}

if (process.argv[1] === import.meta.filename) {
  const server = await serve().catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
  log('listening', { port: config.port });
  const stop = () =>
    server.close(async () => {
      await settled(); // also where nobody waits for it anymore
      process.exit(0);
    });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
}
