import type { HeaderList, ServerRefusal } from '../../../ports/exchange.ts';
import { type ServerLimits, sizeOf } from './refusal.ts';

/** What a request's headers say about its host and its body. */
export interface Framing {
  /** Of the body as declared; 0 when it is not. node:http makes sure that there is at most one. */
  readonly length: number;
  /** `Transfer-Encoding`, null when there is none. */
  readonly coding: string | null;
  readonly hasHost: boolean;
}

/** Reads the raw list: node:http builds an object of all headers when it is asked for one. */
export function framingOf(headers: HeaderList): Framing {
  let length = 0;
  let coding: string | null = null;
  let hasHost = false;
  for (const [name, value] of headers) {
    if (name.length === 4 && name.toLowerCase() === 'host') hasHost = true;
    else if (name.length === 14 && name.toLowerCase() === 'content-length') length = Number(value);
    else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      coding = coding === null ? value : `${coding},${value}`;
    }
  }
  return { length, coding, hasHost };
}

/** A status and what was wrong. */
export type Refused = Omit<ServerRefusal, 'request'>;

/** Refuses requests whose body would reach a handler in another form than the sender intended. */
export function framingRefusal({ coding, hasHost }: Framing, httpVersion: string): Refused | null {
  if (!hasHost && httpVersion === '1.1') return { status: 400, reason: 'no Host header' };
  if (coding === null || coding.trim().toLowerCase() === 'chunked') return null;
  return { status: 501, reason: 'a Transfer-Encoding other than chunked' };
}

/** Refuses a body that is declared too long. */
export function lengthRefusal({ length }: Framing, { maxBodyBytes }: ServerLimits): Refused | null {
  return length > maxBodyBytes ? { status: 413, reason: `body over ${sizeOf(maxBodyBytes)}` } : null;
}
