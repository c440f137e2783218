// Written by `npm run docs` from the starter for Node.js.
import { createHmac, timingSafeEqual } from 'node:crypto';

const toleranceSeconds = 300;

/** Whether Revento signed these bytes with one of the secrets, within the last five minutes. */
function isGenuine(secrets, body, timestamp = '', signature = '') {
  if (!/^[0-9]{1,12}$/.test(timestamp) || !/^sha256=[0-9a-f]{64}$/.test(signature)) return false;
  if (Math.abs(Math.floor(Date.now() / 1000) - Number(timestamp)) > toleranceSeconds) return false;
  const claimed = Buffer.from(signature.slice('sha256='.length), 'hex');
  const mac = (secret) => createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
  return secrets.map((secret) => timingSafeEqual(mac(secret), claimed)).includes(true);
}

export { isGenuine };
