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
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
}

const inbox = new Set(
  existsSync(inboxPath)
    ? readFileSync(inboxPath, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).id)
    : [],
);
export const hasTaken = (id) => inbox.has(id);

/** Takes a delivery down before it is acknowledged. */
export function take(id, envelope) {
  inbox.add(id);
  appendFileSync(inboxPath, `${JSON.stringify({ id, envelope })}\n`, { mode: 0o600 });
}
