// Logins on disk: a sealed file for each event and organization, and a refresh that happens once however many ask for it.
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { config, log } from './config.js';

const directory = join(config.dataDir, 'logins');
/** A refresh that has no answer by then never gets one: requests are given up after 15 seconds. */
const unansweredMs = 30_000;

/** The organizer has to connect the event again; trying again does not help. */
export class LoginEnded extends Error {}

/** A name for anything, safe in a path. */
export const fileName = (...parts) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Encrypts with AES-256-GCM. The name is authenticated, so a sealed file cannot stand in for another one. */
export function seal(value, name) {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', config.tokenKey, iv).setAAD(Buffer.from(name));
  const text = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

/** What was sealed under this name; throws for anything else. */
export function unseal(bytes, name) {
  const decipher = createDecipheriv('aes-256-gcm', config.tokenKey, bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(12, 28));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString());
}

/** Replaces a sealed file as a whole: a crash leaves the old one or the new one. */
export async function writeSealed(path, name, value) {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}.tmp`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(seal(value, name));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** The value of a sealed file; undefined where there is none. */
export async function readSealed(path, name) {
  const bytes = await readFile(path).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return bytes && unseal(bytes, name);
}

/** Creates an empty file; false when it exists. The file system lets exactly one caller succeed, in any process. */
export async function createOnce(path) {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await (await open(path, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

const nameOf = ({ event_id, organization_id }) => fileName(event_id, organization_id);
const pathOf = (login) => join(directory, `${nameOf(login)}.sealed`);
const load = (login) => readSealed(pathOf(login), nameOf(login));

/** Stores a login. Call it before anything uses its access token. */
export const store = (login) => writeSealed(pathOf(login), nameOf(login), login);

/** Every login that can be used. */
export async function logins() {
  const files = await readdir(directory).catch(() => []);
  const names = files.filter((file) => file.endsWith('.sealed')).map((file) => file.slice(0, -7));
  const all = await Promise.all(names.map((name) => readSealed(join(directory, `${name}.sealed`), name)));
  return all.filter((login) => login && !login.ended);
}

/** The login for an event; throws LoginEnded where there is none to use. */
export async function loginFor(eventId) {
  const login = (await logins()).find(({ event_id }) => event_id === eventId);
  if (!login) throw new LoginEnded('No organizer has connected this event, or the connection ended. Open /connect.');
  return login;
}

/** Marks a login as ended and forgets its tokens. */
export async function end({ event_id, organization_id }, reason) {
  log('login ended', { event_id, reason });
  await store({ event_id, organization_id, ended: reason });
}

/** Whether the connection ended and has not been made again. */
export const hasEnded = async (login) => Boolean((await load(login))?.ended);

const running = new Map();

/**
 * The login after a refresh. `spent` is the login whose access token has expired.
 *
 * Revento revokes a login when a refresh token is used twice, so each one is claimed by a file before it is sent: one
 * request in this process, one among all processes, one even when the process dies half-way.
 */
export function refreshed(spent, request) {
  const name = nameOf(spent);
  const flight = running.get(name) ?? refreshOnce(spent, request).finally(() => running.delete(name));
  running.set(name, flight);
  return flight;
}

async function refreshOnce(spent, request) {
  const current = await usable(spent);
  if (current.access_token !== spent.access_token) return current;
  const claim = join(directory, `${fileName(current.refresh_token)}.claim`);
  if (!(await createOnce(claim))) return afterOthers(current, claim, request);
  // Another process may have refreshed, and dropped its claim, since we looked.
  const again = await usable(spent);
  if (again.access_token !== spent.access_token) {
    await rm(claim, { force: true });
    return again;
  }
  try {
    const answer = await request({ grant_type: 'refresh_token', refresh_token: current.refresh_token });
    const { access_token, refresh_token, scope = current.scope } = answer;
    const next = { ...current, access_token, refresh_token, scope };
    await store(next);
    await rm(claim, { force: true });
    return next;
  } catch (error) {
    // Kept where Revento may have used the token without an answer to us: it is never sent a second time.
    const isPermanent = error.code === 'invalid_grant';
    if (isPermanent) await end(current, error.code);
    if (isPermanent || error.isUnused) await rm(claim, { force: true });
    throw isPermanent ? new LoginEnded('Revento ended this connection. Open /connect.') : error;
  }
}

/** Another process refreshes: waits for what comes of it. */
async function afterOthers(spent, claim, request) {
  for (;;) {
    await sleep(50);
    const current = await usable(spent);
    if (current.access_token !== spent.access_token) return current;
    const claimed = await stat(claim).catch(() => undefined);
    if (!claimed) return refreshOnce(spent, request);
    if (Date.now() - claimed.mtimeMs > unansweredMs) {
      await end(current, 'a refresh was never answered');
      throw new LoginEnded('A refresh was never answered. Open /connect.');
    }
  }
}

async function usable(login) {
  const current = await load(login);
  if (!current || current.ended) throw new LoginEnded('The connection ended. Open /connect.');
  return current;
}
