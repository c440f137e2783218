// Logins on disk: a sealed file for each consent, and a refresh that happens once however many ask for it.
import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { config, log } from './config.js';
import { createOnce, fileName, namesIn, readSealed, writeSealed } from './files.js';

const directory = join(config.dataDir, 'logins');
/** A refresh that has no answer by then never gets one: requests are given up after 15 seconds. */
const unansweredMs = 30_000;

/** The reason that also ends the mirror. */
export const deletion = 'data.deletion_required';

/** The organizer has to connect the event again; trying again does not help. */
export class LoginEnded extends Error {}

const homeOf = ({ event_id, organization_id }) => join(directory, fileName(event_id, organization_id));

/**
 * The newest consent to a connection of an event and an organization; only this one counts. A consent has a file of its
 * own, `CONSENT.sealed`, and beside it `CONSENT.ended` or `CONSENT.deleted` once it has ended. What is stored later, by a
 * refresh that was running, cannot undo that, and cannot replace a newer consent.
 */
async function newestIn(home) {
  const files = (await namesIn(home)).filter((file) => !file.endsWith('.tmp')).sort();
  const consent = files.at(-1)?.split('.')[0];
  const isDeleted = files.includes(`${consent}.deleted`);
  const isEnded = isDeleted || files.includes(`${consent}.ended`);
  const spent = files.filter((file) => file.endsWith('.sealed') && (isEnded || file !== `${consent}.sealed`));
  return { consent, isDeleted, isEnded, spent };
}

async function loadFrom(home) {
  const { consent, isEnded } = await newestIn(home);
  if (!consent || isEnded) return undefined;
  const login = await readSealed(join(home, `${consent}.sealed`), consent);
  // Without one, it has just ended or was made again, or its file is damaged.
  return login || (await newestIn(home)).consent === consent ? login : loadFrom(home);
}

/** Stores a login. Call it before anything uses its access token. */
export async function store(login) {
  const home = homeOf(login);
  const consent = login.consent ?? newConsent(await newestIn(home));
  await writeSealed(join(home, `${consent}.sealed`), consent, { ...login, consent });
  await forgetSpent(home);
}

/** A name that comes after all earlier ones, also where the clock was set back. */
function newConsent({ consent = '' }) {
  const order = Math.max(Date.now(), Number(consent.split('-')[0]) + 1);
  return `${order}-${randomUUID()}`;
}

/** Removes the tokens that are not used anymore. */
async function forgetSpent(home) {
  for (const file of (await newestIn(home)).spent) await rm(join(home, file), { force: true });
}

const homes = async () =>
  (await namesIn(directory)).filter((name) => !name.includes('.')).map((name) => join(directory, name));

/** Every login that can be used. */
export async function logins() {
  return (await Promise.all((await homes()).map(loadFrom))).filter(Boolean);
}

/** The login for an event; throws LoginEnded where there is none to use. */
export async function loginFor(eventId) {
  const login = (await logins()).find(({ event_id }) => event_id === eventId);
  if (!login) throw new LoginEnded('No organizer has connected this event, or the connection ended. Open /connect.');
  return login;
}

/** Ends the consent of a login, or without one the newest of the connection, and forgets its tokens. */
export async function end({ event_id, organization_id, consent }, reason) {
  log('login ended', { event_id, reason });
  const home = homeOf({ event_id, organization_id });
  const newest = await newestIn(home);
  const kind = reason === deletion ? 'deleted' : 'ended';
  await createOnce(join(home, `${consent ?? newest.consent ?? newConsent(newest)}.${kind}`));
  await forgetSpent(home);
}

/** Whether Revento wanted everything deleted, and the event has not been connected again. */
export const isDeleted = async (connection) => (await newestIn(homeOf(connection))).isDeleted;

/** Removes tokens that are not used anymore, and claims of such tokens, which a kill left. */
export async function forgetLeftovers() {
  for (const home of await homes()) await forgetSpent(home);
  // In this order: a token is claimed after it is stored, so a claim that has no login now never gets one.
  const claims = (await namesIn(directory)).filter((name) => name.endsWith('.claim'));
  const current = new Set((await logins()).map(({ refresh_token }) => claimOf(refresh_token)));
  for (const claim of claims) if (!current.has(claim)) await rm(join(directory, claim), { force: true });
}

const claimOf = (refreshToken) => `${fileName(refreshToken)}.claim`;

const running = new Map();

/** Waits for the refreshes that are running: one that is cut off ends the login. */
export const settled = () => Promise.allSettled(running.values());

/**
 * The login after a refresh. `spent` is the login whose access token has expired.
 *
 * Revento revokes a login when a refresh token is used twice, so each one is claimed by a file before it is sent: one
 * request in this process, one among all processes, one even when the process dies half-way.
 */
export function refreshed(spent, request) {
  const name = homeOf(spent);
  const flight = running.get(name) ?? refreshOnce(spent, request).finally(() => running.delete(name));
  running.set(name, flight);
  return flight;
}

async function refreshOnce(spent, request) {
  const current = await usable(spent);
  if (current.access_token !== spent.access_token) return current;
  const claim = join(directory, claimOf(current.refresh_token));
  if (!(await createOnce(claim))) return afterOthers(current, claim, request);
  // Another process may have refreshed, and dropped its claim, since we looked.
  const again = await usable(spent);
  if (again.access_token !== spent.access_token) {
    await rm(claim, { force: true });
    return again;
  }
  try {
    await store(again);
  } catch (error) {
    // The new tokens could not be stored either: nothing is sent.
    await rm(claim, { force: true });
    throw error;
  }
  try {
    const answer = await request({ grant_type: 'refresh_token', refresh_token: current.refresh_token });
    const { access_token, refresh_token, scope = current.scope } = answer;
    const next = { ...current, access_token, refresh_token, scope };
    await store(next);
    await rm(claim, { force: true });
    return await usable(next); // the connection may have ended, or been made again, meanwhile
  } catch (error) {
    // Kept where Revento may have used the token without an answer to us: it is never sent a second time.
    const isPermanent = error.code === 'invalid_grant';
    if (isPermanent) await end(current, error.code);
    if (isPermanent || error.isUnused) await rm(claim, { force: true });
    throw isPermanent ? new LoginEnded('Revento ended this connection. Open /connect.') : error;
  }
}

/** Another process is refreshing: waits for the outcome. */
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
  const current = await loadFrom(homeOf(login));
  if (!current) throw new LoginEnded('The connection ended. Open /connect.');
  return current;
}
