import { deliveryHeaders } from '../webhook/signature.ts';
import { framing, isHeaderName } from './open-header.ts';
import type { People } from './people.ts';
import { scrubKey, scrubType } from './scrub-json.ts';
import { idLike, standIn } from './stand-in.ts';

/** What the listener writes instead of a value. */
const redacted = '[redacted]';

/** What decides about the headers of one delivery. */
interface HeaderContext {
  readonly people: People;
  /** The new signature, for a header whose form is the documented one. */
  readonly signature: (original: string) => string;
  /** The new length of the body, and the original one. */
  readonly lengths: readonly [original: number, made: number];
}

/** A header with another value, and another name if that looks like data. */
export function scrubHeader(name: string, value: string, context: HeaderContext): readonly [string, string] {
  return [headerName(name, context.people), headerValue(name, value, context)];
}

function headerName(name: string, people: People): string {
  return isHeaderName(name) ? name : scrubKey(name, people);
}

function headerValue(name: string, value: string, { people, signature, lengths }: HeaderContext): string {
  const [original, made] = lengths;
  switch (name) {
    case deliveryHeaders.event:
      return scrubType(value, people);
    case deliveryHeaders.deliveryId:
      return idLike(value, people);
    case deliveryHeaders.timestamp:
      return scrubTimestamp(value, people);
    case deliveryHeaders.signature:
      return signature(value);
    case 'content-length':
      if (value === String(original)) return String(made);
  }
  return value === redacted || framing.get(name)?.test(value) ? value : standIn(value, people);
}

/**
 * Unix seconds stay. Anything else gets other characters of the same kinds, so that it is malformed in the same way:
 * a zero stays one, and no other digit becomes one.
 */
function scrubTimestamp(value: string, people: People): string {
  if (/^\d{1,10}$/.test(value) || value.length < 4) return value;
  return people.coded('timestamp', value, (one) => {
    if (/[1-9]/.test(one)) return '123456789';
    return /[a-z]/.test(one) ? 'abcdefghijklmnopqrstuvwxyz' : /[A-Z]/.test(one) ? 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' : '';
  });
}

/** A signature of another form than the documented one, malformed in the same way. */
export function malformedSignature(value: string, people: People): string {
  const prefix = /^(?:sha256=)?/i.exec(value)?.[0] ?? '';
  const rest = people.coded('signature', value.slice(prefix.length), (one) => {
    return (
      ['0123456789', 'abcdef', 'ghijklmnopqrstuvwxyz', 'ABCDEF', 'GHIJKLMNOPQRSTUVWXYZ'].find((all) =>
        all.includes(one),
      ) ?? ''
    );
  });
  return prefix + rest;
}
