import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Got, type Handler, handler, type Reply } from './handler.ts';

/** The classic mistakes of webhook handlers, each alone in a handler that is right otherwise. */
export const mistakes = [
  'none',
  'reserialised',
  'trimmed',
  'no-tolerance',
  'nan-passes',
  'not-raw',
  'no-dedupe',
  'slow',
  'crashes-on-unknown',
  'small-limit',
  'remembers-forged',
] as const;
export type Mistake = (typeof mistakes)[number];

export interface MistakeOptions {
  readonly secret: string;
  readonly mistake: Mistake;
  /** For `slow`: called while a delivery is worked on, to let time go by. */
  readonly onWork?: () => void;
}

/** A handler with one mistake, as somebody might write it with node:http. */
export function handlerWith({ secret, mistake, onWork }: MistakeOptions): Promise<Handler> {
  const worked = new Set<string>();
  const seen = new Set<string>();

  return handler(async (got): Promise<Reply> => {
    const id = one(got, 'x-revento-delivery-id');
    const timestamp = one(got, 'x-revento-timestamp');
    const signature = one(got, 'x-revento-signature');
    if (!id || !timestamp || !signature || !one(got, 'x-revento-event')) return { status: 401 };
    if (mistake === 'remembers-forged') {
      if (seen.has(id)) return { status: 409 };
      seen.add(id);
    }
    if (mistake === 'small-limit' && got.body.length > 100 * 1024) return { status: 413 };
    if (!isFresh(timestamp, mistake)) return { status: 401 };
    const signed = signedBytes(got.body, mistake);
    if (signed === null) return { status: 400 };
    const wanted = `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(signed).digest('hex')}`;
    if (signature.length !== wanted.length || !timingSafeEqual(latin1(signature), latin1(wanted)))
      return { status: 401 };

    const type = typeOf(got.body);
    if (type === null) return { status: 400 };
    if (worked.has(id)) {
      // Without dedupe the row is inserted again, and the database knows the key already.
      return { status: mistake === 'no-dedupe' ? 500 : 200 };
    }
    if (mistake === 'slow') onWork?.();
    if (mistake === 'crashes-on-unknown' && !/^(application|participant|activity|data|integration)\./.test(type)) {
      return { status: 500, body: `no handler for ${type}` };
    }
    worked.add(id);
    return { status: 200 };
  });
}

function isFresh(timestamp: string, mistake: Mistake): boolean {
  if (mistake === 'no-tolerance') return true;
  const distance = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (mistake === 'nan-passes') return !(distance > 300);
  return /^\d{1,12}$/.test(timestamp) && distance <= 300;
}

/** What the handler takes for the bytes that were signed; null when it fell over on the way. */
function signedBytes(body: Buffer, mistake: Mistake): Buffer | null {
  try {
    if (mistake === 'reserialised') return Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    if (mistake === 'trimmed') return Buffer.from(body.toString().trim());
    if (mistake === 'not-raw') return Buffer.from(body.toString('latin1'), 'utf8');
    return body;
  } catch {
    return null;
  }
}

function typeOf(body: Buffer): string | null {
  try {
    return (JSON.parse(body.toString()) as { type: string }).type;
  } catch {
    return null;
  }
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

function one({ headers }: Got, name: string): string | undefined {
  const values = headers[name];
  return values?.length === 1 ? values[0] : undefined;
}
