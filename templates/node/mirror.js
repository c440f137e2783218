// The mirror of participants that webhooks and syncs keep up to date.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { get, rows } from './api.js';
import { config } from './config.js';
import { fileName, namesIn, readSealed, writeSealed } from './files.js';
import { alone } from './lock.js';
import { deletion, isDeleted, loginFor } from './tokens.js';

const mirrorOf = (eventId) => join(config.dataDir, 'participants', fileName(eventId));

/** One change after the other, in all processes. */
const inTurn = (eventId, change) => alone(`mirror of ${eventId}`, change);

/** Changes what is held of one participant; `change` gets it and returns what to hold, or undefined to leave it. */
function remember(connection, participantId, change) {
  const name = fileName(connection.event_id, participantId);
  const path = join(mirrorOf(connection.event_id), `${name}.sealed`);
  return inTurn(connection.event_id, async () => {
    // If this comes about now, the work of that delivery waits for its turn and deletes what is written here.
    if (await isDeleted(connection)) return;
    const next = change(await readSealed(path, name));
    if (next) await writeSealed(path, name, { ...next, writtenAt: Date.now() });
  });
}

export async function participants(eventId) {
  const files = (await namesIn(mirrorOf(eventId))).filter((file) => file.endsWith('.sealed'));
  const held = await Promise.all(files.map((file) => readSealed(join(mirrorOf(eventId), file), file.slice(0, -7))));
  return held.filter(Boolean).map(({ row }) => row);
}

/** What a delivery changes. It contains a snapshot, so no API request is needed. */
export async function work({ type, event_id: eventId, organization_id, occurred_at: occurredAt, data }, deliveryId) {
  const connection = { event_id: eventId, organization_id };
  if (type === deletion) {
    await inTurn(eventId, () => rm(mirrorOf(eventId), { recursive: true, force: true }));
    return;
  }
  const changes = changesOf(type, data);
  if (typeof changes?.id !== 'string') return; // a type that this integration does not know, or does not need
  await remember(connection, changes.id, (held) => {
    if (held?.deliveryId === deliveryId) return undefined; // a crash came before its mark
    if (held?.occurredAt > occurredAt) return undefined; // a newer delivery came first
    return { row: { ...held?.row, ...changes }, occurredAt, deliveryId };
  });
}

function changesOf(type, data) {
  if (type.startsWith('participant.')) return data;
  if (!type.startsWith('application.')) return undefined;
  const { participant_id: id, user_id, status, custom_form_fields } = data ?? {};
  return { id, user_id, application_status: status, ...(custom_form_fields && { custom_form_fields }) };
}

const syncs = new Map();

/** Reads an event; concurrent calls share one read. */
export function sync(eventId) {
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
