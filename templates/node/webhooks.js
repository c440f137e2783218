// Deliveries: verified by their raw bytes, stored before they are acknowledged, processed afterward.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { config, log } from './config.js';
import { createOnce, exists, fileName, pathOf, readAllSealed, writeSealed } from './files.js';
import { alone } from './lock.js';
import { deletion, end, isConnection } from './tokens.js';

const inbox = join(config.dataDir, 'inbox');
const worked = join(config.dataDir, 'worked');
/** What failed is tried again by then, and what another process left behind is worked here. */
const pauseMs = 10_000;

// region verify
const toleranceSeconds = 300;

/** Whether Revento signed these bytes with one of the secrets, within the last five minutes. */
function isGenuine(secrets, body, timestamp = '', signature = '') {
  if (!/^[0-9]{1,12}$/.test(timestamp) || !/^sha256=[0-9a-f]{64}$/.test(signature)) return false;
  if (Math.abs(Math.floor(Date.now() / 1000) - Number(timestamp)) > toleranceSeconds) return false;
  const claimed = Buffer.from(signature.slice('sha256='.length), 'hex');
  const mac = (secret) => createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
  return secrets.map((secret) => timingSafeEqual(mac(secret), claimed)).includes(true);
}
// endregion

// region receive
/** The status for a delivery. */
export async function receive(headers, body) {
  const { 'x-revento-delivery-id': deliveryId, 'x-revento-event': type } = headers;
  const { 'x-revento-timestamp': timestamp, 'x-revento-signature': signature } = headers;
  if (!deliveryId || !type || !isGenuine(config.webhookSecrets, body, timestamp, signature)) {
    log('delivery refused');
    return 401;
  }
  let event;
  try {
    event = JSON.parse(body); // only now: nobody but Revento gets here
  } catch {
    return 400;
  }
  if (typeof event?.type !== 'string') return 400;
  await accept(deliveryId, event);
  return 204;
}
// endregion

/** Stores a delivery before it is acknowledged, so that a crash loses nothing, unless it is known. */
async function accept(deliveryId, event) {
  const { type, event_id } = event; // signed, unlike the headers beside the timestamp
  const name = fileName(deliveryId);
  // In this order: a delivery that has left the inbox is marked already.
  const isRepeat = (await exists(pathOf(inbox, name))) || (await exists(join(worked, name)));
  log('delivery received', { delivery_id: deliveryId, event_id, type, repeat: isRepeat });
  if (isRepeat) return;
  // Requests stop at once; the worker deletes the stored data.
  if (type === deletion && isConnection(event)) await end(event, type);
  await writeSealed(inbox, name, { deliveryId, receivedAt: Date.now(), event });
  wake();
}

let wake = () => {};

/**
 * Works what is in the inbox, oldest first, one delivery at a time in all processes, for as long as this one lives. A crash
 * between the work and its mark calls `work(event, deliveryId)` again, so it has to write the id together with what it
 * changes: here in one file, with a database in one transaction.
 */
export function workDeliveries(work) {
  wake = () => alone('inbox', () => workWaiting(work)).catch((error) => log('inbox failed', { error: error.message }));
  setInterval(wake, pauseMs).unref();
  wake();
}

async function workWaiting(work) {
  const waiting = (await readAllSealed(inbox)).values.sort((a, b) => a.receivedAt - b.receivedAt);
  for (const { deliveryId, event } of waiting) {
    const mark = join(worked, fileName(deliveryId));
    const ids = { delivery_id: deliveryId, event_id: event.event_id, type: event.type };
    try {
      if (!(await exists(mark))) await work(event, deliveryId);
      await createOnce(mark);
      await rm(pathOf(inbox, fileName(deliveryId)), { force: true });
      log('delivery worked', ids);
    } catch (error) {
      log('delivery failed', { ...ids, error: error.message }); // one that fails must not hold up the others
    }
  }
}
