// Deliveries: verified over their bytes, taken down, acknowledged, and worked afterward.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { apply, drop } from './mirror.mjs';
import { is } from './mistake.mjs';
import { get } from './reader.mjs';
import { empty, forget, hasTaken, loginOf, take } from './store.mjs';

const { REVENTO_WEBHOOK_SECRET: current, REVENTO_WEBHOOK_SECRET_PREVIOUS: previous } = process.env;
const secrets = [current, previous].filter(Boolean);

function isGenuine({ headers }, body) {
  const stamp = headers['x-revento-timestamp'] ?? '';
  const given = Buffer.from(headers['x-revento-signature'] ?? '');
  if (!/^\d{1,12}$/.test(stamp) || Math.abs(Date.now() / 1000 - Number(stamp)) > 300) return false;
  return secrets.some((secret) => {
    const signed = is('parses-before-verifying') ? JSON.stringify(JSON.parse(body)) : body;
    const mac = Buffer.from(`sha256=${createHmac('sha256', secret).update(`${stamp}.`).update(signed).digest('hex')}`);
    return given.length === mac.length && timingSafeEqual(given, mac);
  });
}

/** What the mistake `works-before-answering` has been slow at. */
let worked = 0;
const types = ['application.', 'participant.', 'activity.', 'data.', 'integration.'];

/** The status that a delivery is answered with. */
export async function receive(request, body) {
  const id = request.headers['x-revento-delivery-id'];
  if (is('dedupes-before-verifying') && hasTaken(id)) return 204;
  if (!isGenuine(request, body)) return 401;
  if (hasTaken(id) && !is('works-repeats')) return 204;
  let envelope;
  try {
    envelope = JSON.parse(body);
  } catch {
    return 400;
  }
  if (is('refuses-unknown-types') && !types.some((type) => envelope.type.startsWith(type))) return 422;
  if (is('needs-an-event') && envelope.event_id === null) return 500;
  // It could not be worked later either.
  if (envelope.type.startsWith('application.') && envelope.data?.id === undefined) return 500;
  if (is('works-before-answering') && worked++ === 0) await sleep(11_000);
  take(id, envelope);
  setImmediate(() => work(envelope));
  return 204;
}

function work(envelope) {
  const { event_id: eventId, type } = envelope;
  if (type === 'data.deletion_required') {
    forget(eventId);
    drop(eventId);
    if (!is('keeps-deliveries')) empty(eventId);
  } else if (is('reads-again') && loginOf(eventId)) {
    get(eventId, `/events/${eventId}/participants?limit=20`).catch(() => undefined);
  } else apply(envelope);
}
