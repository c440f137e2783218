// The routes, and the mirror of participants that webhooks and syncs keep up to date.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import express from 'express';
import { get, rows } from './api.js';
import { config, log } from './config.js';
import { begin, finish, NotConnected } from './oauth.js';
import { fileName, hasEnded, LoginEnded, loginFor, logins, readSealed, writeSealed } from './tokens.js';
import { receive, workDeliveries } from './webhooks.js';

const mirrorOf = (eventId) => join(config.dataDir, 'participants', fileName(eventId));

let turn = Promise.resolve();

/**
 * Changes what is held of one participant, one change after the other; `change` gets it and returns what to hold, or
 * undefined to leave it.
 */
function remember(connection, participantId, change) {
  const changed = turn.then(() => rememberNow(connection, participantId, change));
  turn = changed.catch(() => {});
  return changed;
}

async function rememberNow(connection, participantId, change) {
  const name = fileName(connection.event_id, participantId);
  const path = join(mirrorOf(connection.event_id), `${name}.sealed`);
  const next = change(await readSealed(path, name));
  if (!next) return;
  await writeSealed(path, name, { ...next, writtenAt: Date.now() });
  // The end of the connection may have come meanwhile: nothing of the event may be kept.
  if (await hasEnded(connection)) await rm(path, { force: true });
}

async function participants(eventId) {
  const files = (await readdir(mirrorOf(eventId)).catch(() => [])).filter((file) => file.endsWith('.sealed'));
  const held = await Promise.all(files.map((file) => readSealed(join(mirrorOf(eventId), file), file.slice(0, -7))));
  return held.filter(Boolean).map(({ row }) => row);
}

/** What a delivery changes. It carries a snapshot, so the API is not asked. */
async function work({ type, event_id: eventId, organization_id, occurred_at: occurredAt, data }, deliveryId) {
  const connection = { event_id: eventId, organization_id };
  if (type === 'data.deletion_required') {
    await rm(mirrorOf(eventId), { recursive: true, force: true });
    return;
  }
  const changes = changesOf(type, data);
  if (!changes) return; // a type that this integration does not know, or does not need
  await remember(connection, changes.id, (held) => {
    if (held?.deliveryId === deliveryId) return undefined; // a crash came before its mark
    if (held?.occurredAt > occurredAt) return undefined; // a newer delivery came first
    return { row: { ...held?.row, ...changes }, occurredAt, deliveryId };
  });
}

function changesOf(type, data) {
  if (type.startsWith('participant.')) return data;
  if (!type.startsWith('application.')) return undefined;
  const { participant_id: id, user_id, status, custom_form_fields } = data;
  return { id, user_id, application_status: status, ...(custom_form_fields && { custom_form_fields }) };
}

const syncs = new Map();

/** Reads an event, once also when several ask at the same time. */
function sync(eventId) {
  const running = syncs.get(eventId) ?? readEvent(eventId).finally(() => syncs.delete(eventId));
  syncs.set(eventId, running);
  return running;
}

/** What the organizer permitted: all but `event.read` may have been left out. */
async function readEvent(eventId) {
  const login = await loginFor(eventId);
  const granted = login.scope.split(' ');
  const path = `/events/${encodeURIComponent(eventId)}`;
  const { title } = await get(eventId, path);
  const [participants, activities] = await Promise.all([
    granted.includes('participants.read') ? readParticipants(login, `${path}/participants`) : 'not permitted',
    granted.includes('program.read') ? countRows(eventId, `${path}/activities`) : 'not permitted',
  ]);
  return { event_id: eventId, title, participants, activities };
}

async function countRows(eventId, path) {
  let count = 0;
  for await (const _row of rows(eventId, path)) count++;
  return count;
}

async function readParticipants(login, path) {
  const startedAt = Date.now();
  let count = 0;
  for await (const row of rows(login.event_id, path)) {
    count++;
    // What a delivery wrote meanwhile is newer than this page.
    await remember(login, row.id, (held) => (held?.writtenAt > startedAt ? undefined : { ...held, row }));
  }
  return count;
}

/** /sync and /participants show attendees' data: for this machine only, until you put your own login before them. */
function thisMachineOnly(request, response, next) {
  const isProxied = request.headers.forwarded ?? request.headers['x-forwarded-for'];
  const isLocal = /^(?:::1|(?:::ffff:)?127\.)/.test(request.socket.remoteAddress ?? '');
  const isNamedSo = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(request.headers.host ?? '');
  if (isLocal && isNamedSo && !isProxied && !request.headers.origin) next();
  else response.status(403).json({ error: 'this_machine_only' });
}

const cookieName = 'revento_attempt';
const cookieOptions = {
  httpOnly: true,
  sameSite: 'lax',
  secure: config.redirectUri.startsWith('https:'),
  path: new URL(config.redirectUri).pathname,
};

export const app = express();
app.disable('x-powered-by');

app.get('/healthz', (_request, response) => response.json({ status: 'ok' }));

const eventOf = ({ query }) => (typeof query.event === 'string' ? query.event : config.eventId);

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

app.post('/webhooks/revento', express.raw({ type: () => true, limit: '1mb' }), async (request, response) => {
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
  else response.status(error.status < 500 ? error.status : 502).json({ error: 'failed' });
});

/** Listens, and works deliveries from now on. */
export async function serve() {
  void workDeliveries(work);
  log('logins', { events: (await logins()).map(({ event_id }) => event_id) });
  return new Promise((resolve, reject) => {
    const server = app.listen(config.port, (error) => (error ? reject(error) : resolve(server)));
  });
}

if (process.argv[1] === import.meta.filename) {
  const server = await serve();
  log('listening', { port: config.port });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => process.exit(0)));
}
