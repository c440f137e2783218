// Logins on disk: a sealed file for each connection, and a refresh that happens once however many ask for it.
import { join } from 'node:path';
import { config, log } from './config.js';
import { fileName, readAllSealed, readSealed, writeSealed } from './files.js';
import { alone } from './lock.js';

const directory = join(config.dataDir, 'logins');

/** The reason that also ends the mirror. */
export const deletion = 'data.deletion_required';

/** The organizer has to connect the event again; trying again does not help. */
export class LoginEnded extends Error {
  message = 'No organizer has connected this event, or the connection ended. Open /connect.';
}

/** A connection is an event and an organization. */
export const isConnection = (value) => [value.event_id, value.organization_id].every((id) => typeof id === 'string');
const nameOf = ({ event_id, organization_id }) => fileName(event_id, organization_id);

const read = (connection) => readSealed(directory, nameOf(connection));
const write = (login) => writeSealed(directory, nameOf(login), login);

/** Stores a login. Call it before anything uses its access token. */
export const store = (login) => alone('logins', () => write(login));

/** Every login that can be used. */
export const logins = async () => (await readAllSealed(directory)).values.filter(({ ended }) => !ended);

/** The login for an event; throws LoginEnded where there is none to use. */
export async function loginFor(eventId) {
  const { values, failure } = await readAllSealed(directory);
  const login = values.find(({ event_id, ended }) => event_id === eventId && !ended);
  if (!login) throw failure ?? new LoginEnded(); // a file that cannot be read may be the login
  return login;
}

/** What is left of a login that ended: no token. */
function ended({ event_id, organization_id }, reason) {
  log('login ended', { event_id, reason });
  return { event_id, organization_id, ended: reason };
}

/** Ends whatever login a connection has. */
export const end = async (connection, reason) => store(ended(connection, reason));

/** Ends this login. Throws LoginEnded, or gives the one that the organizer made meanwhile. */
export const endSpent = async (login, reason) => replace(login, ended(login, reason));

/** Whether Revento wanted everything deleted, and the event has not been connected again. */
export const isDeleted = async (connection) => (await read(connection))?.ended === deletion;

async function usable(connection) {
  const login = await read(connection);
  if (!login || login.ended) throw new LoginEnded();
  return login;
}

/** Stores a login in the place of this one, unless that has ended or was made again. Gives the one to use now. */
function replace(spent, login) {
  return alone('logins', async () => {
    const current = await usable(spent);
    if (current.refresh_token === spent.refresh_token) await write(login);
    return usable(spent);
  });
}

const running = new Set();
let isStopping = false;

/** Begins no refresh from now on, and waits for those that run: one that is cut off ends the login. */
export async function stopRefreshes() {
  isStopping = true;
  await Promise.allSettled(running);
}

/** The login after a refresh. `spent` is the login whose access token has expired. */
export function refreshed(spent, request) {
  return alone(`refresh of ${nameOf(spent)}`, async () => {
    if (isStopping) throw new Error('This process is stopping.');
    const run = refresh(spent, request);
    running.add(run);
    return run.finally(() => running.delete(run));
  });
}

/**
 * Revento revokes a login when a refresh token is used twice. So only one process at a time refreshes, and what it is about
 * to do is stored before: after a process that died half-way, the next one does not send the token again.
 */
async function refresh(spent, request) {
  const current = await usable(spent);
  if (current.access_token !== spent.access_token) return current;
  if (current.isSent) return endSpent(current, 'a refresh was never answered');
  let isMarked = false;
  try {
    // Where this fails, the new tokens could not be stored either.
    await replace(current, { ...current, isSent: true });
    isMarked = true;
    const answer = await request({ grant_type: 'refresh_token', refresh_token: current.refresh_token });
    const { access_token, refresh_token, scope = current.scope } = answer;
    return await replace(current, { ...current, access_token, refresh_token, scope });
  } catch (error) {
    if (error.code === 'invalid_grant') return endSpent(current, error.code);
    // A mark that failed may be on disk all the same.
    if (!isMarked || error.isUnused) await replace(current, current);
    throw error; // otherwise Revento may have used the token without an answer to us
  }
}
