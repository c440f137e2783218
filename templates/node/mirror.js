// The mirror of participants that webhooks and syncs keep up to date.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { get, rows } from './api.js';
import { config } from './config.js';
import { fileName, readAllSealed, readSealed, writeSealed } from './files.js';
import { alone } from './lock.js';
import { deletion, isDeleted, loginFor } from './tokens.js';

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
    if (next) await writeSealed(mirrorOf(eventId), name, { ...next, writtenAt: Date.now() });
  });
}

export const participants = async (eventId) => (await readAllSealed(mirrorOf(eventId))).map(({ row }) => row);

/** What a delivery changes. It contains a snapshot, so no API request is needed. */
export async function work(event, deliveryId) {
  const { type, event_id: eventId, occurred_at: occurredAt } = event;
  if (type === deletion) return inTurn(eventId, () => rm(mirrorOf(eventId), { recursive: true, force: true }));
  const changes = changesOf(type, event.data);
  if (typeof changes?.id !== 'string') return; // a type that this integration does not know, or does not need
  return remember(event, changes.id, (held) => {
    if (held.deliveryId === deliveryId) return undefined; // a crash came before its mark
    if (held.occurredAt > occurredAt) return undefined; // a newer delivery or a read came first
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
  const startedAt = Date.now();
  const { title } = await get(eventId, path);
  const read = async (list, scope, each) => {
    if (!login.scope.split(' ').includes(scope)) return 'not permitted';
    let count = 0;
    for await (const row of rows(eventId, `${path}/${list}`)) {
      count++;
      await each?.(row);
    }
    return count;
  };
  const [participants, activities] = await Promise.all([
    read('participants', 'participants.read', (row) => rememberRead(login, row, startedAt)),
    read('activities', 'program.read'),
  ]);
  return { event_id: eventId, title, participants, activities };
}

function rememberRead(login, row, startedAt) {
  return remember(login, row.id, (held) => {
    if (held.writtenAt > startedAt) return undefined; // what a delivery wrote meanwhile is newer
    const { occurredAt = '' } = held;
    const reviewedAt = row.last_reviewed_at ?? '';
    // A delivery of before, which was delayed, is older than this.
    return { ...held, row, occurredAt: reviewedAt > occurredAt ? reviewedAt : occurredAt };
  });
}
