// A copy of the participants of each event: one full read, then what deliveries bring.
import { is } from './mistake.mjs';
import { get } from './reader.mjs';
import { loginOf } from './store.mjs';

const people = new Map();
const known = ['pending', 'approved', 'rejected', 'revision_requested', 'registered', 'cancelled'];
const limit = 20;

/** Reads every participant. @throws Error when the list could not be read to its end */
export async function sync(eventId) {
  const login = loginOf(eventId);
  if (login === undefined) throw new Error('not connected');
  if (!login.scope.includes('participants.read') && !is('ignores-scope')) {
    await get(eventId, `/events/${eventId}`);
    return 0;
  }
  const rows = new Map();
  const cursors = new Set();
  let turns = 0;
  for (let cursor = null; ; ) {
    const query = new URLSearchParams({
      limit,
      ...(cursor === null ? {} : { cursor }),
    });
    const text = is('cursor-unencoded') ? decodeURIComponent(query) : `${query}`;
    const page = await get(eventId, `/events/${eventId}/participants?${text}`);
    for (const row of page.data) rows.set(row.id, read(row));
    if (is('logs-names')) process.stdout.write(`read ${page.data[0]?.display_name}\n`);
    if (is('stops-at-page-one') || !page.has_more) break;
    if (is('stops-at-empty-page') && page.data.length === 0) break;
    cursor = is('parses-cursor') ? rebuilt(page.next_cursor) : page.next_cursor;
    if (cursors.has(cursor) && !is('follows-circles')) throw new Error('the list goes in a circle');
    if (cursors.add(cursor).size > 40 || rows.size > 10_000) throw new Error('the list does not end');
    if (is('follows-circles') && ++turns > 30) throw new Error('the list does not end');
  }
  people.set(eventId, rows);
  return rows.size;
}

/** A row with whatever it has: fields and status words may be added. */
function read(row) {
  if (is('rejects-fields') && 'added_later' in row) throw new Error('unknown field');
  if (is('rejects-status') && !known.includes(row.application_status)) throw new Error('unknown status');
  return row;
}

/** A mistake: the cursor read as what it was when somebody looked at it. */
const rebuilt = (cursor) => (/^[\w-]+$/.test(cursor) ? cursor : Buffer.from(cursor, 'base64').toString('base64url'));

/** Takes what a delivery says about a participant. */
export function apply({ event_id: eventId, data }) {
  if (data?.participant_id !== undefined) people.get(eventId)?.set(data.participant_id, data);
}

export const drop = (eventId) => people.delete(eventId);
