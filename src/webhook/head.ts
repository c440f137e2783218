import type { HeaderList } from '../ports/exchange.ts';
import { deliveryHeaders, judgeHead, type VerifyFailure } from './signature.ts';

/** Header every forwarded request carries: the ids of the listeners it has come through, comma separated. */
export const forwardedByHeader = 'x-revento-cli-forwarded-by';

/** What a receiver wants to know of a request's headers. */
export interface Head {
  hostCount: number;
  /** Null when the header is missing or repeated. */
  event: string | null;
  deliveryId: string | null;
  /** Repeated values are joined by commas, which no form check lets pass; null when there is none. */
  timestamp: string | null;
  signature: string | null;
  contentEncoding: string;
  contentLength: number;
  isContinueExpected: boolean;
  forwardedBy: string;
}

/** Reads a request's headers in one pass: thousands a second come through here. Never throws. */
export function readHead(headers: HeaderList): Head {
  const head: Head = {
    hostCount: 0,
    event: null,
    deliveryId: null,
    timestamp: null,
    signature: null,
    contentEncoding: '',
    contentLength: 0,
    isContinueExpected: false,
    forwardedBy: '',
  };
  let events = 0;
  let ids = 0;
  for (const header of headers) {
    const name = header[0].toLowerCase();
    const value = header[1];
    switch (name) {
      case 'host':
        head.hostCount++;
        break;
      case 'expect':
        head.isContinueExpected = true;
        break;
      case 'content-length':
        head.contentLength = Number(value);
        break;
      case 'content-encoding':
        head.contentEncoding = head.contentEncoding === '' ? value : `${head.contentEncoding},${value}`;
        break;
      case deliveryHeaders.event:
        head.event = ++events === 1 ? value : null;
        break;
      case deliveryHeaders.deliveryId:
        head.deliveryId = ++ids === 1 ? value : null;
        break;
      case deliveryHeaders.timestamp:
        head.timestamp = head.timestamp === null ? value : `${head.timestamp}, ${value}`;
        break;
      case deliveryHeaders.signature:
        head.signature = head.signature === null ? value : `${head.signature}, ${value}`;
        break;
      case forwardedByHeader:
        head.forwardedBy = head.forwardedBy === '' ? value : `${head.forwardedBy},${value}`;
        break;
    }
  }
  return head;
}

/**
 * The first thing wrong with the head of a delivery, or null: each of its four headers must be there, exactly once.
 * Never throws.
 *
 * @param toleranceSeconds  default 300; `Infinity` ignores the age
 */
export function judge(head: Head, nowSeconds: number, toleranceSeconds: number | undefined): VerifyFailure | null {
  if (!head.event || !head.deliveryId) return 'missing_header';
  const { timestamp, signature } = head;
  return judgeHead({ timestamp, signature, nowSeconds, toleranceSeconds });
}

/** The value of a header that was sent exactly once, else null. */
export function one(headers: HeaderList, lowerCaseName: string): string | null {
  const values = headers.filter(([name]) => name.toLowerCase() === lowerCaseName);
  return values.length === 1 ? (values[0]?.[1] ?? null) : null;
}
