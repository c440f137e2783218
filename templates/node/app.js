// The routes.
import { once } from 'node:events';
import express from 'express';
import { config, log } from './config.js';
import { openDataDir } from './files.js';
import { participants, sync, work } from './mirror.js';
import { begin, finish, NotConnected } from './oauth.js';
import { LoginEnded, logins, stopRefreshes } from './tokens.js';
import { receive, workDeliveries } from './webhooks.js';

/** /sync and /participants show attendees' data: for this machine only, until you protect them with your own login. */
function thisMachineOnly(request, response, next) {
  const isProxied = ['forwarded', 'x-forwarded-for', 'origin'].some((name) => name in request.headers);
  const isLocal = /^(?:::1|(?:::ffff:)?127\.)/.test(request.socket.remoteAddress ?? '');
  const isNamedSo = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(request.headers.host ?? '');
  if (isLocal && isNamedSo && !isProxied) next();
  else response.status(403).json({ error: 'this_machine_only' });
}

const cookieName = 'revento_attempt';
const cookieOptions = {
  httpOnly: true,
  sameSite: 'lax',
  secure: new URL(config.redirectUri).protocol === 'https:',
  path: new URL(config.redirectUri).pathname,
};

export const app = express();
app.disable('x-powered-by');

app.get('/healthz', (_request, response) => response.json({ status: 'ok' }));

const eventOf = ({ query }) => (typeof query.event === 'string' && query.event) || config.eventId;

app.get('/connect', (request, response) => {
  const { url, cookie } = begin(eventOf(request));
  response.cookie(cookieName, cookie, { ...cookieOptions, maxAge: 600_000 }).redirect(url);
});

app.get('/callback', async (request, response) => {
  const cookie = new RegExp(`(?:^|; )${cookieName}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1] ?? '';
  response.clearCookie(cookieName, cookieOptions);
  const login = await finish(request.query, cookie);
  log('connected', { event_id: login.event_id, scope: login.scope });
  response.type('text').send('Connected. You can close this page.\n');
});

// What is compressed is refused: the bytes as they came were signed.
const rawBody = express.raw({ type: () => true, limit: '1mb', inflate: false });

app.post('/webhooks/revento', rawBody, async (request, response) => {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  response.status(await receive(request.headers, body)).end();
});

app.get('/participants', thisMachineOnly, async (request, response) => {
  response.json({ data: await participants(eventOf(request)) });
});

app.post('/sync', thisMachineOnly, async (request, response) => {
  const connected = (await logins()).map(({ event_id }) => event_id);
  const wanted = request.query.event || connected.length === 0 ? [eventOf(request)] : connected;
  response.json({ events: await Promise.all(wanted.map(sync)) });
});

app.use((error, _request, response, _next) => {
  log('request failed', { error: error.message, code: error.code ?? error.cause?.code });
  if (error instanceof NotConnected) response.status(400).type('text').send(`${error.message}\n`);
  else if (error instanceof LoginEnded) response.status(409).json({ error: 'not_connected', message: error.message });
  else response.status(error.status < 500 ? error.status : error.syscall ? 500 : 502).json({ error: 'failed' });
});

/** Listens, and works deliveries from now on. */
export async function serve() {
  await openDataDir();
  workDeliveries(work);
  const server = app.listen(config.port);
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
