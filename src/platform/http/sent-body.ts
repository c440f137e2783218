import { Readable } from 'node:stream';
import { setTimeout as setTimer } from 'node:timers/promises';
import type { HttpRequest } from '../../ports/exchange.ts';
import { asBuffer } from '../../text/bytes.ts';

/** A request's body, a view where it can be one, because bodies are not copied for nothing; null when it is empty. */
export function bodyOf({ body, drip }: HttpRequest): Buffer | Readable | null {
  if (body.length === 0) return null;
  const bytes = asBuffer(body);
  return drip === undefined ? bytes : Readable.from(dripping(bytes, drip), { objectMode: false });
}

async function* dripping(bytes: Buffer, { bytes: size, pauseMs }: NonNullable<HttpRequest['drip']>) {
  for (let at = 0; at < bytes.length; at += size) {
    if (at > 0) await setTimer(pauseMs);
    yield bytes.subarray(at, at + size);
  }
}
