// The mirror of participants that webhooks and syncs keep up to date.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { get, rows } from './api.js';
import { config } from './config.js';
import { fileName, readAllSealed, readSealed, writeSealed } from './files.js';
import { alone } from './lock.js';
import { deletion, isConnection, isDeleted, loginFor } from './tokens.js';

const isText = (value) => typeof value === 'string';
/** Of ISO 8601 times, some of which may be missing. */
const latest = (times) => times.filter(isText).sort().at(-1) ?? '';
const mirrorOf = (eventId) => join(config.dataDir, 'participants', fileName(eventId));

/** One change after the other, in all processes. */
const inTurn = (eventId, change) => alone(`mirror of ${eventId}`, change);

/** Changes what is held of one participant; `change` gets it and returns what to hold, or undefined to leave it. */
function remember(connection, participantId, change) {
  const { event_id: eventId } = connection;
  const name = fileName(eventId, participantId);
  return inTurn(eventId, async () => {
    // If this comes about now, the work of that delivery waits for its turn and deletes what is written here.
    if (await isDeleted(connection)) return;
    const next = change((await readSealed(mirrorOf(eventId), name)) ?? {});
    if (next) await writeSealed(mirrorOf(eventId), name, { ...next, writtenAt: new Date().toISOString() });
  });
}

export const participants = async (eventId) => (await readAllSealed(mirrorOf(eventId))).values.map(({ row }) => row);

/** What a delivery changes. It contains a snapshot, so no API request is needed. */
export async function work(event, deliveryId) {
  const { type, event_id: eventId, occurred_at: occurredAt } = event;
  if (type === deletion) return inTurn(eventId, () => rm(mirrorOf(eventId), { recursive: true, force: true }));
  const changes = changesOf(type, event.data);
  // A type that this integration does not know, or does not need.
  if (!isConnection(event) || !isText(occurredAt) || !isText(changes?.id)) return;
  return remember(event, changes.id, (held) => {
    // A crash came before its mark, or something newer came first.
    if (held.deliveryId === deliveryId || held.occurredAt > occurredAt) return undefined;
    return { row: { ...held.row, ...changes }, occurredAt, deliveryId };
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
  const path = `/events/${encodeURIComponent(eventId)}`;
  const startedAt = new Date().toISOString();
  // A read is as new as what is held, unless a sandbox had its clock ahead: a delivery from before that is older.
  const known = (await readAllSealed(mirrorOf(eventId))).values.map(({ occurredAt }) => occurredAt);
  const newest = latest(known.filter((time) => time < startedAt));
  const { title } = (await get(eventId, path)).body;
  const read = async (list, scope, each) => {
    if (!login.scope?.split(' ').includes(scope)) return 'not permitted';
    let count = 0;
    for await (const row of rows(eventId, `${path}/${list}`)) {
      count++;
      await each?.(row);
    }
    return count;
  };
  const [participants, activities] = await Promise.all([
    read('participants', 'participants.read', (row) =>
      remember(login, row.id, (held) => {
        if (held.writtenAt > startedAt) return undefined; // what a delivery wrote meanwhile is newer
        return { ...held, row, occurredAt: latest([held.occurredAt, row.last_reviewed_at, newest]) };
      }),
    ),
    read('activities', 'program.read'),
  ]);
  return { event_id: eventId, title, participants, activities };
}
