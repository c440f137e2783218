import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Got, type Handler, handler, type Reply } from './handler.ts';

/** The classic mistakes of webhook handlers, each alone in an otherwise correct handler. */
export const mistakes = [
  'none',
  'reserialized',
  'trimmed',
  'no-tolerance',
  'nan-passes',
  'not-raw',
  'no-dedupe',
  'slow',
  'crashes-on-unknown',
  'small-limit',
  'tiny-limit',
  'remembers-forged',
  'looks-up-first',
  'stores-first',
  'stores-first-looks-up-late',
  'tolerance-500',
  'tolerance-599',
  'tolerance-15',
  'past-only',
  'future-only',
  'compares-prefix',
  'compares-beginning',
  'expects-data',
  'crashes-on-null',
] as const;
export type Mistake = (typeof mistakes)[number];

interface MistakeOptions {
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
    if (mistake === 'looks-up-first' && worked.has(id)) return { status: 200 };
    if (mistake === 'stores-first' && seen.has(id)) return { status: 200 };
    const isKnown = mistake === 'stores-first-looks-up-late' && seen.has(id);
    seen.add(id);
    const limit = { 'small-limit': 100, 'tiny-limit': 50 }[mistake as string];
    if (limit !== undefined && got.body.length > limit * 1024) return { status: 413 };
    if (!isFresh(timestamp, mistake)) return { status: 401 };
    const signed = signedBytes(got.body, mistake);
    if (signed === null) return { status: 400 };
    const wanted = `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(signed).digest('hex')}`;
    if (!isEqual(signature, wanted, mistake)) return { status: 401 };

    const envelope = parse(got.body);
    if (envelope === null) return { status: 400 };
    const { type, data, event_id: eventId } = envelope;
    if (isKnown) return { status: 200, body: 'duplicate' };
    if (worked.has(id)) {
      // Without dedupe the row is inserted again, and the database knows the key already.
      return mistake === 'no-dedupe' ? { status: 500 } : { status: 200, body: 'duplicate' };
    }
    if (mistake === 'slow') onWork?.();
    if (mistake === 'crashes-on-unknown' && !/^(application|participant|activity|data|integration)\./.test(type)) {
      return { status: 500, body: `no handler for ${type}` };
    }
    if (mistake === 'expects-data' && type === 'data.deletion_required' && !data['reason']) return { status: 500 };
    if (mistake === 'crashes-on-null' && eventId === null) return { status: 500 };
    worked.add(id);
    return { status: 200, body: 'processed' };
  });
}

function isFresh(timestamp: string, mistake: Mistake): boolean {
  if (mistake === 'no-tolerance') return true;
  const age = Date.now() / 1000 - Number(timestamp);
  if (mistake === 'nan-passes') return !(Math.abs(age) > 300);
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (mistake === 'past-only') return age <= 300;
  if (mistake === 'future-only') return age >= -300;
  const tolerance = Number(/^tolerance-(\d+)$/.exec(mistake)?.[1] ?? 300);
  return Math.abs(age) <= tolerance;
}

function isEqual(signature: string, wanted: string, mistake: Mistake): boolean {
  if (mistake === 'compares-prefix') return wanted.startsWith(signature);
  if (mistake === 'compares-beginning')
    return wanted.length === signature.length && signature.startsWith(wanted.slice(0, 40));
  return signature.length === wanted.length && timingSafeEqual(latin1(signature), latin1(wanted));
}

/** What the handler takes for the bytes that were signed; null when it fell over on the way. */
function signedBytes(body: Buffer, mistake: Mistake): Buffer | null {
  try {
    if (mistake === 'reserialized') return Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    if (mistake === 'trimmed') return Buffer.from(body.toString().trim());
    if (mistake === 'not-raw') return Buffer.from(body.toString('latin1'), 'utf8');
    return body;
  } catch {
    return null;
  }
}

interface Parsed {
  readonly type: string;
  readonly event_id: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

function parse(body: Buffer): Parsed | null {
  try {
    return JSON.parse(body.toString()) as Parsed;
  } catch {
    return null;
  }
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

function one({ headers }: Got, name: string): string | undefined {
  const values = headers[name];
  return values?.length === 1 ? values[0] : undefined;
}
