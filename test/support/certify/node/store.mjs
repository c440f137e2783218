// Tokens by event, encrypted, in a file that is replaced as a whole; and the inbox of deliveries, one a line.
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { is } from './mistake.mjs';

const folder = process.env.GOLDEN_HOME ?? '.';
const path = join(folder, 'tokens');
const inboxPath = join(folder, 'inbox');
const key = scryptSync(process.env.REVENTO_CLIENT_SECRET, 'golden', 32);

const read = () => {
  if (!existsSync(path)) return {};
  const bytes = readFileSync(path);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(12, 28));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]));
};
const logins = read();

/** A participant's login has the id of the participant in its name. */
const nameOf = (name) => (is('one-token-for-all') && !name.includes(' ') ? 'any' : name);

/** The login of an event, or of a participant in it; or undefined. */
export const loginOf = (eventId) => logins[nameOf(eventId)];

/** Keeps a login, on disk before it is used. */
export function keep(eventId, login) {
  if (is('forgets-other-events')) for (const other of Object.keys(logins)) delete logins[other];
  logins[nameOf(eventId)] = login;
  if (!is('stores-after-use')) save();
}

export function forget(eventId) {
  delete logins[nameOf(eventId)];
  save();
}

export function save() {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(logins)), cipher.final()]);
  const file = openSync(`${path}.new`, 'w', 0o600);
  writeSync(file, Buffer.concat([iv, cipher.getAuthTag(), sealed]));
  if (is('tokens-in-clear')) writeFileSync(`${path}.json`, JSON.stringify(logins));
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
}

const entries = existsSync(inboxPath)
  ? readFileSync(inboxPath, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : [];
const inbox = new Set(entries.map(({ id }) => id));
export const hasTaken = (id) => inbox.has(id);

/** Takes a delivery down before it is acknowledged. */
export function take(id, envelope) {
  inbox.add(id);
  entries.push({ id, envelope });
  appendFileSync(inboxPath, `${JSON.stringify({ id, envelope })}\n`, { mode: 0o600 });
}

/** Forgets what the deliveries of an event said; only their ids are left. */
export function empty(eventId) {
  for (const entry of entries) if (entry.envelope?.event_id === eventId) entry.envelope = null;
  writeFileSync(`${inboxPath}.new`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
  renameSync(`${inboxPath}.new`, inboxPath);
}

/** What the deliveries did: a mail for each approval, and how many applications are approved now. */
export function effects() {
  const envelopes = entries.map(({ envelope }) => envelope).filter((one) => one?.type.startsWith('application.'));
  const latest = new Map();
  for (const { type, occurred_at: at, data } of envelopes) {
    if (!(latest.get(data.id)?.at > at)) latest.set(data.id, { at, isApproved: type === 'application.approved' });
  }
  const approved = [...latest.values()].filter(({ isApproved }) => isApproved).length;
  return { mails: envelopes.filter(({ type }) => type === 'application.approved').length, approved };
}
