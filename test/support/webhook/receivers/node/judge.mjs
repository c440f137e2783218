import { createHmac, timingSafeEqual } from 'node:crypto';

const secret = process.env.RECEIVER_SECRET;
const seen = new Set();

/** What each receiver decides: the status and a word, for one request and one mistake (`none` is correct). */
export function judge(mistake, header, raw) {
  const id = header('x-revento-delivery-id');
  const timestamp = header('x-revento-timestamp') ?? '';
  const signature = header('x-revento-signature') ?? '';
  if (mistake === 'id-first') {
    if (seen.has(id)) return [200, 'duplicate'];
    seen.add(id);
  }
  if (mistake !== 'no-timestamp') {
    if (!/^\d{1,12}$/.test(timestamp)) return [401, 'bad timestamp'];
    if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return [401, 'too old'];
  }
  const signed = signedBytes(mistake, raw);
  if (signed === null) return [400, 'not JSON'];
  const wanted = `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(signed).digest('hex')}`;
  if (signature.length !== wanted.length) return [401, 'bad signature'];
  if (!timingSafeEqual(Buffer.from(signature, 'latin1'), Buffer.from(wanted))) return [401, 'bad signature'];
  try {
    JSON.parse(raw.toString());
  } catch {
    return [400, 'not JSON'];
  }
  if (mistake !== 'id-first') {
    if (seen.has(id)) return [200, 'duplicate'];
    seen.add(id);
  }
  return [200, 'processed'];
}

function signedBytes(mistake, raw) {
  if (mistake === 'trimmed') return raw.toString().trim();
  if (mistake !== 'reserialized') return raw;
  try {
    return JSON.stringify(JSON.parse(raw.toString()));
  } catch {
    return null;
  }
}
